import { isFrozen } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { asObject, asText, type JsonObject } from '../../src/lib/json.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { ingressRoutes, serviceNamedBy } from '../../src/model/envoy/tables.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { changedAfterEnd } from '../../src/model/mesh/after-end.ts';
import type { GatewayRoute } from '../../src/model/mesh/kinds.ts';
import { gatewayOf } from '../../src/model/mesh/links.ts';
import { targetOf } from '../../src/model/mesh/target.ts';
import type { Model } from '../../src/model/model.ts';
import { presentValue } from '../../src/model/relation.ts';
import { translateGatewayRoute } from '../../src/routing/translate/ingress.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import { refKey } from '../../src/snapshot/object.ts';
import { gatewayGap } from '../../src/model/mesh/written-routes.ts';

export default defineRule({
  id: 'route-never-applied',
  title: 'A route exists in Kubernetes and in no Envoy',
  severity: 'error',
  needs: anyOf(allOf('mesh.gatewayRoutes', 'envoy.routes')),
  also: ['mesh.virtualGateways', 'mesh.virtualServices', 'platform.namespaces'],
  explains: ['requests-without-route', 'config-drift'],
  docs: {
    what: 'A GatewayRoute without ARN, created or changed after App Mesh ended, that no Envoy of its gateway has: no route there leads to its VirtualService by its path.',
    why: 'Requests meant for it are taken by another route, or answered with 404.',
    fix: 'Give these requests to the load balancer, or take the route into a gateway made from a rescue copy.',
    seen: 'Status 404, response flag NR, since the route was rolled out; the object has no `GatewayRouteActive` condition.',
  },
  subjects: (model) => model.gatewayRoutes,
  *check(model) {
    for (const route of model.gatewayRoutes) {
      const change = changedAfterEnd(route);
      if (!change || route.status.gatewayRouteARN !== undefined) continue;
      const gateway = frozenGatewayOf(model, route);
      const gap = gateway ? null : gatewayGap(model, route);
      if (gap) yield notEvaluated(route, gap);
      if (!gateway) continue;
      const where = lookIn(model, gateway, route);
      if (where.state === 'unread') {
        yield notEvaluated(route, {
          missing: `the routes in the Envoys of gateway ${gateway.ref.name}`,
          reason: 'none was read whole',
          remedy: 'name one with --admin URL, or give its --config-dump',
        });
      }
      if (where.state !== 'nowhere') continue;
      const { namespace, name } = route.ref;
      const path = pathText(route);
      yield finding(route, {
        message: `GatewayRoute ${namespace}/${name} ${change.says}, and is in no Envoy: requests ${path} get another route or 404.`,
        effect: 'traffic',
        evidence: [change.evidence, ...where.evidence],
        cause: `App Mesh ended on 2026-09-30: gateway ${gateway.ref.name} takes no new route. The object has no ARN, so App Mesh never knew it.`,
        fix: [
          {
            say: `Give requests ${path} to the load balancer: a rule of its own, straight to the Service behind ${route.target?.name ?? 'it'}.`,
            restarts: 'nothing',
            works: 'now',
          },
          {
            say: `Or serve gateway ${gateway.ref.name} from a rescue copy with this route in it: meshdoctor rescue COPY -o manifests --with ${namespace}/${name}.`,
            restarts: 'nothing',
            works: 'through-rescue',
          },
        ],
        avoid: [{ say: 'Do not restart the gateway to apply it.', because: 'it comes back with no route at all' }],
        affects: [gateway.ref],
        ...(route.createdAt === null ? {} : { since: route.createdAt }),
      });
    }
  },
});

function frozenGatewayOf(model: Model, route: GatewayRoute): Gateway | null {
  const object = gatewayOf(model, route);
  const written = route.gateway;
  const gateway = model.gateways.find(({ ref }) =>
    object
      ? refKey(ref) === refKey(object.ref)
      : written !== null && ref.name === written.name && ref.namespace === written.namespace,
  );
  return gateway && isFrozen(gateway) ? gateway : null;
}

type Whereabouts =
  | { readonly state: 'unread' | 'there' }
  | { readonly state: 'nowhere'; readonly evidence: readonly Evidence[] };

/** A route that leads to the same VirtualService by the same path counts as this one: a doubt keeps the rule quiet. */
function lookIn(model: Model, gateway: Gateway, route: GatewayRoute): Whereabouts {
  const { target } = route;
  if (!target) return { state: 'there' };
  const awsName = presentValue(targetOf(model, route, target))?.awsName ?? `${target.name}.${target.namespace}`;
  const made = translateGatewayRoute(route, { awsName, hasRoutes: true }, {}, new Map());
  const paths = new Set(made.map(({ json }) => pathOf(asObject(json.match))));
  const evidence: Evidence[] = [];
  for (const envoy of gateway.envoys) {
    const routes = ingressRoutes(envoy);
    if (!routes) continue;
    const there = routes.some((one) => serviceNamedBy(one) === awsName && paths.has(pathOf(one.match)));
    if (there) return { state: 'there' };
    const table = envoy.routes.state === 'listed' ? envoy.routes.value[0] : undefined;
    const note = `none of the ${routes.length} routes in ${envoy.label} leads to ${awsName} by that path`;
    if (table) evidence.push(envoyEvidence('config_dump', table.place, { name: table.name }, note));
  }
  return evidence.length === 0 ? { state: 'unread' } : { state: 'nowhere', evidence };
}

function pathOf({ prefix, path, safe_regex }: JsonObject): string {
  return JSON.stringify([prefix ?? null, path ?? null, asObject(safe_regex).regex ?? null]);
}

function pathText(route: GatewayRoute): string {
  const match = asObject(asObject(route.spec[route.types[0] ?? '']).match);
  const path = asObject(match.path);
  const written = asText(match.prefix) ?? asText(path.exact) ?? asText(path.regex);
  return written === undefined ? 'meant for it' : `for ${written}`;
}
