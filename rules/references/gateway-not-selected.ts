import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { nearest } from '../../src/lib/nearest.ts';
import type { GatewayRoute, VirtualGateway } from '../../src/model/mesh/kinds.ts';
import { gatewaysSelecting, namespaceOf, type Refusal } from '../../src/model/mesh/links.ts';
import type { Resource } from '../../src/model/resource.ts';
import { selects } from '../../src/model/selector.ts';

export default defineRule({
  id: 'gateway-not-selected',
  title: 'No VirtualGateway selects this GatewayRoute',
  severity: 'error',
  needs: anyOf('mesh.gatewayRoutes'),
  also: ['mesh.virtualGateways', 'platform.namespaces'],
  explains: ['requests-without-route', 'route-never-applied', 'gateway-without-routes', 'config-drift'],
  docs: {
    what: 'A GatewayRoute that no VirtualGateway takes: its `namespaceSelector` must match the labels of the namespace of the route, its `gatewayRouteSelector` those of the route.',
    why: 'The admission webhook refuses such a route, so no gateway ever has it.',
    fix: 'Give the namespace or the route the label that the message names, or widen the selector of the gateway. A gateway without `namespaceSelector` takes no route.',
    seen: '`failed to find matching virtualGateway for gatewayRoute: NAME, expecting 1 but found 0` from kubectl apply.',
  },
  subjects: (model) => model.gatewayRoutes.filter(isUndecided),
  *check(model) {
    for (const route of model.gatewayRoutes.filter(isUndecided)) {
      const namespace = namespaceOf(model, route.ref.namespace ?? '');
      if (namespace.state === 'unknown') yield notEvaluated(route, namespace.gap);
      if (namespace.state !== 'present') continue;
      const { chosen, refused, all } = gatewaysSelecting(model, route, namespace.value.labels);
      if (chosen.length > 0) continue;
      if (!all.complete) {
        yield notEvaluated(route, all.gap);
        continue;
      }
      const gateways = model.gateways;
      yield finding(route, {
        message: `No VirtualGateway selects route ${route.ref.namespace}/${route.ref.name}: ${refused.map(describe).join('; ') || 'there is none'}.`,
        effect: configEffect(model, gateways, 'unseen'),
        evidence: [
          route.at('metadata.labels'),
          namespace.value.at('metadata.labels'),
          ...refused.map(({ evidence }) => evidence),
          all.proof,
        ],
        cause:
          'The webhook gives a route to the one VirtualGateway that selects it, when it is created; without one it refuses the route.',
        fix: [
          {
            say: fixFor(route, namespace.value, refused),
            restarts: 'nothing',
            works: whenObjectsApply(model, gateways),
          },
        ],
        affects: refused.slice(0, 200).map(({ candidate }) => candidate.ref),
      });
    }
  },
});

/** A route with a written virtualGatewayRef was given to a gateway once, and that stays. */
function isUndecided(route: GatewayRoute): boolean {
  return route.gateway === null;
}

function describe({ candidate, reason }: Refusal<VirtualGateway>): string {
  return `${candidate.ref.namespace}/${candidate.ref.name}: ${reason}`;
}

function fixFor(route: GatewayRoute, namespace: Resource, refused: readonly Refusal<VirtualGateway>[]): string {
  const [first] = refused;
  if (!first) return 'Create a VirtualGateway whose selectors match this route.';
  const { namespaceSelector, gatewayRouteSelector, ref } = first.candidate;
  const name = `${ref.namespace}/${ref.name}`;
  if (!namespaceSelector) {
    return `Give VirtualGateway ${name} a namespaceSelector that matches namespace ${namespace.ref.name}: without one it takes no route.`;
  }
  if (!selects(namespaceSelector, namespace.labels)) {
    return labelAdvice(`namespace ${namespace.ref.name}`, namespaceSelector.matchLabels, namespace, name);
  }
  const where = `route ${route.ref.namespace}/${route.ref.name}`;
  return labelAdvice(where, gatewayRouteSelector?.matchLabels ?? {}, route, name);
}

function labelAdvice(
  where: string,
  wanted: Readonly<Record<string, string>>,
  object: Resource,
  gateway: string,
): string {
  for (const [key, value] of Object.entries(wanted)) {
    const actual = object.labels[key];
    if (actual === value) continue;
    const near = actual === undefined ? nearest(key, Object.keys(object.labels)) : key;
    const instead = near === null ? '' : ` (it has ${near}=${object.labels[near]})`;
    return `Label ${where} with ${key}=${value}${instead}, or widen the selector of VirtualGateway ${gateway}.`;
  }
  return `Change the labels of ${where}, or the selector of VirtualGateway ${gateway}, so that they match.`;
}
