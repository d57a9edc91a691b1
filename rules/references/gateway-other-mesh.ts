import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { gatewayOf } from '../../src/model/mesh/links.ts';
import { meshOf } from '../../src/model/mesh/mesh-of.ts';
import { gatewaysOfRoutes } from '../../src/model/mesh/reach.ts';
import { gatewayGap } from '../../src/model/mesh/written-routes.ts';

export default defineRule({
  id: 'gateway-other-mesh',
  title: 'The VirtualGateway of a GatewayRoute belongs to another Mesh',
  severity: 'error',
  needs: anyOf('mesh.gatewayRoutes'),
  also: ['mesh.virtualGateways', 'mesh.meshes', 'platform.namespaces'],
  explains: ['requests-without-route', 'route-never-applied', 'gateway-without-routes', 'config-drift'],
  docs: {
    what: 'A GatewayRoute in one Mesh that is given to a VirtualGateway in another, by their `meshRef` or by the Meshes that select their namespaces.',
    why: 'The controller refuses to make such a route in App Mesh, so the gateway never has it.',
    fix: 'Let one Mesh select both namespaces, or let a VirtualGateway of the same Mesh select the route.',
    seen: "Event `ReconcileError`: `virtualGateway NS/NAME didn't belong to mesh /MESH`.",
  },
  subjects: (model) => model.gatewayRoutes,
  *check(model) {
    for (const route of model.gatewayRoutes) {
      const gateway = gatewayOf(model, route);
      if (!gateway) {
        const gap = gatewayGap(model, route);
        if (gap) yield notEvaluated(route, gap);
        continue;
      }
      const [own, other] = [meshOf(model, route), meshOf(model, gateway)];
      const gap = own?.gap ?? other?.gap;
      if (gap) yield notEvaluated(route, gap);
      if (gap || !own?.name || !other?.name || own.name === other.name) continue;
      const gateways = gatewaysOfRoutes(model, [route]);
      const [routeName, gatewayName] = [route, gateway].map(({ ref }) => `${ref.namespace}/${ref.name}`);
      yield finding(route, {
        message: `Route ${routeName} is in Mesh ${own.name}, and its VirtualGateway ${gatewayName} in Mesh ${other.name}.`,
        effect: configEffect(model, gateways, 'unseen'),
        evidence: [own.evidence, other.evidence],
        cause: 'The controller makes a route only in a gateway of the same Mesh.',
        fix: [
          {
            say: `Let one Mesh select the namespaces of both, or let a VirtualGateway of Mesh ${own.name} select route ${routeName}; then create again what is in the wrong Mesh.`,
            restarts: 'nothing',
            works: whenObjectsApply(model, gateways),
          },
        ],
        affects: [gateway.ref],
      });
    }
  },
});
