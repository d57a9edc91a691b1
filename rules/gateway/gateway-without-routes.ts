import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { isIngressRoutes } from '../../src/model/envoy/naming.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { gatewayOf, namespaceOf } from '../../src/model/mesh/links.ts';
import type { Model } from '../../src/model/model.ts';
import { firstUnlisted, firstUnread } from '../../src/model/unread.ts';

export default defineRule({
  id: 'gateway-without-routes',
  title: 'No route joins the gateway',
  severity: 'warning',
  needs: anyOf('mesh.gatewayRoutes'),
  also: ['mesh.virtualGateways', 'platform.namespaces', 'envoy.routes'],
  explains: ['requests-without-route'],
  docs: {
    what: 'A VirtualGateway that no GatewayRoute of the cluster belongs to. Where its Envoy was read, what it runs decides.',
    why: 'A gateway without routes answers every request with 404.',
    fix: 'Make a GatewayRoute whose namespace and labels the gateway selects, or take the gateway away.',
    seen: 'Status 404, response flag NR, on every request.',
  },
  subjects: withObject,
  *check(model) {
    for (const gateway of withObject(model)) {
      const { object } = gateway;
      const running = runningRoutes(gateway);
      if (!object || running.some(({ count }) => count > 0)) continue;
      const joins = model.gatewayRoutes.map((route) => joinsIt(model, gateway, route));
      if (joins.includes('yes')) continue;
      const unread = firstUnread(gateway.envoys, ['envoy.routes']);
      const gap = unread ?? (joins.includes('unknown') ? firstUnlisted(model, ['Namespace']) : null);
      if (gap) yield notEvaluated(gateway, gap);
      if (gap || joins.includes('unknown')) continue;
      const all = model.completeness('GatewayRoute', '*');
      if (!all.complete) {
        yield notEvaluated(gateway, all.gap);
        continue;
      }
      const [seen] = running;
      yield finding(gateway, {
        message: `No GatewayRoute belongs to gateway ${gateway.ref.name}: it answers every request with 404.`,
        effect: configEffect(model, [gateway], seen ? 'shows' : 'unseen'),
        evidence: [object.at('spec'), all.proof, ...(seen ? [seen.evidence] : [])],
        cause:
          object.namespaceSelector === null
            ? 'It has no namespaceSelector, and so selects the routes of no namespace.'
            : 'None of the GatewayRoutes names it, or lies in a namespace and has labels that it selects.',
        fix: [
          {
            say: 'Make a GatewayRoute in a namespace that its namespaceSelector selects, with the labels its gatewayRouteSelector asks for; or delete the gateway if nobody needs it.',
            restarts: 'nothing',
            works: whenObjectsApply(model, [gateway]),
          },
        ],
      });
    }
  },
});

function withObject(model: Model): readonly Gateway[] {
  return model.gateways.filter(({ object }) => object !== null);
}

/** Whether a route belongs to a gateway; unknown where the labels of its namespace were not read. */
function joinsIt(model: Model, { ref }: Gateway, route: Model['gatewayRoutes'][number]): 'yes' | 'no' | 'unknown' {
  const owner = gatewayOf(model, route)?.ref ?? route.gateway;
  if (owner) return owner.namespace === ref.namespace && owner.name === ref.name ? 'yes' : 'no';
  return namespaceOf(model, route.ref.namespace ?? '').state === 'present' ? 'no' : 'unknown';
}

/** How many routes the route configurations of a gateway's Envoys hold. */
function runningRoutes({ envoys }: Gateway) {
  return envoys.flatMap(({ routes }) =>
    routes.state !== 'listed'
      ? []
      : routes.value
          .filter(({ name }) => isIngressRoutes(name))
          .map(({ place, name, virtualHosts }) => {
            const count = virtualHosts.reduce((sum, host) => sum + host.routes.length, 0);
            return { count, evidence: envoyEvidence('config_dump', place, { name, routes: count }) };
          }),
  );
}
