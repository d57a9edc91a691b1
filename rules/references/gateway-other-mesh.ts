import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import type { MeshMember } from '../../src/model/mesh/kinds.ts';
import { gatewayOf, meshesSelecting, namespaceOf } from '../../src/model/mesh/links.ts';
import { gatewaysOfRoutes } from '../../src/model/mesh/reach.ts';
import { gatewayGap } from '../../src/model/mesh/written-routes.ts';
import type { Model } from '../../src/model/model.ts';
import type { Gap } from '../../src/snapshot/coverage.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

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

type MeshOf =
  | { readonly name: string; readonly evidence: Evidence; readonly gap?: never }
  | { readonly gap: Gap; readonly name?: never };

/** The Mesh of an object: as the webhook wrote it, else as it would; null where it takes none, or one of several. */
function meshOf(model: Model, member: MeshMember): MeshOf | null {
  if (member.meshName !== null) return { name: member.meshName, evidence: member.at('spec.meshRef.name') };
  const namespace = namespaceOf(model, member.ref.namespace ?? '');
  if (namespace.state === 'unknown') return { gap: namespace.gap };
  if (namespace.state !== 'present') return null;
  const { chosen, all } = meshesSelecting(model, namespace.value.labels);
  if (!all.complete && chosen.length < 2) return { gap: all.gap };
  const [mesh] = chosen;
  if (!mesh || chosen.length > 1) return null;
  return { name: mesh.ref.name, evidence: mesh.at('spec.namespaceSelector', `selects ${member.ref.namespace}`) };
}
