import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { gatewaysSelecting, namespaceOf } from '../../src/model/mesh/links.ts';
import type { Model } from '../../src/model/model.ts';

export default defineRule({
  id: 'gateway-ambiguous',
  title: 'More than one VirtualGateway selects this GatewayRoute',
  severity: 'error',
  needs: anyOf('mesh.gatewayRoutes'),
  also: ['mesh.virtualGateways', 'platform.namespaces'],
  explains: ['requests-without-route', 'route-never-applied', 'gateway-without-routes', 'config-drift'],
  docs: {
    what: 'A GatewayRoute that two or more VirtualGateways of the cluster take, of whatever namespace and mesh. A route that holds a `virtualGatewayRef` was given to a gateway once and is not judged.',
    why: 'The admission webhook refuses such a route, so no gateway ever has it.',
    fix: 'Give the gateways a `gatewayRouteSelector` or a narrower `namespaceSelector`, so that one of them takes the route.',
    seen: '`found multiple matching virtualGateways for gatewayRoute: NAME, expecting 1 but found 2: …` from kubectl apply.',
  },
  subjects: undecidedRoutes,
  *check(model) {
    for (const route of undecidedRoutes(model)) {
      const namespace = namespaceOf(model, route.ref.namespace ?? '');
      if (namespace.state === 'unknown') yield notEvaluated(route, namespace.gap);
      if (namespace.state !== 'present') continue;
      const { chosen, all } = gatewaysSelecting(model, route, namespace.value.labels);
      if (chosen.length < 2) {
        if (!all.complete) yield notEvaluated(route, all.gap);
        continue;
      }
      const names = chosen.map(({ ref }) => `${ref.namespace}/${ref.name}`).join(', ');
      yield finding(route, {
        message: `${chosen.length} VirtualGateways select route ${route.ref.namespace}/${route.ref.name}: ${names}.`,
        effect: configEffect(model, model.gateways, 'unseen'),
        evidence: [
          route.at('metadata.labels'),
          namespace.value.at('metadata.labels'),
          ...chosen.flatMap((gateway) => [
            gateway.at('spec.namespaceSelector', 'matches the namespace'),
            gateway.at('spec.gatewayRouteSelector', 'takes the route'),
          ]),
        ],
        cause:
          'The webhook gives a route to the one VirtualGateway that selects it, when it is created; of several it takes none.',
        fix: [
          {
            say: `Give the VirtualGateways ${names} a gatewayRouteSelector that only one of them shares with the labels of route ${route.ref.namespace}/${route.ref.name}.`,
            restarts: 'nothing',
            works: whenObjectsApply(model, model.gateways),
          },
        ],
      });
    }
  },
});

/** A route with a written virtualGatewayRef was given to a gateway once, and that stays. */
function undecidedRoutes(model: Model) {
  return model.gatewayRoutes.filter(({ gateway }) => gateway === null);
}
