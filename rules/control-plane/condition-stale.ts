import { appMeshGateways, isFrozen, meshEnded } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import { asNumber } from '../../src/lib/json.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { meshObjects } from '../../src/model/mesh/members.ts';
import type { Model } from '../../src/model/model.ts';
import { readConditions } from '../../src/model/platform/disruption.ts';
import { refText } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'condition-stale',
  title: 'The status of an App Mesh object is out of date',
  severity: 'warning',
  needs: anyOf(
    'mesh.virtualGateways',
    'mesh.gatewayRoutes',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
    'mesh.meshes',
    'mesh.backendGroups',
  ),
  docs: {
    what: 'While App Mesh lives: an object whose last change it has not taken (`observedGeneration` behind `generation`; a VirtualGateway has none). After its end, once a gateway and as a standing fact: conditions that still say Active.',
    why: 'The controller writes the condition only after App Mesh has answered. It is never set back: after the end every old object keeps Active=True and its ARN, and neither proves anything.',
    fix: 'While App Mesh lives, look at the events of the object. Afterwards ask the running Envoy, not the status.',
    seen: '`GatewayRouteActive: True` on a gateway that serves nothing.',
  },
  subjects: (model) => [
    ...appMeshGateways(model),
    ...meshObjects(model).filter(({ ref }) => ref.kind !== 'VirtualGateway'),
  ],
  *check(model) {
    for (const gateway of appMeshGateways(model)) if (isFrozen(gateway)) yield* proveNothing(model, gateway);
    if (meshEnded(model)) return;
    for (const object of meshObjects(model)) {
      const { generation, status, deletedAt, ref } = object;
      const observed = asNumber(status.observedGeneration);
      if (observed === undefined || generation === null || observed >= generation || deletedAt !== null) continue;
      yield finding(object, {
        message: `App Mesh has not taken the last change of ${refText(ref)}: it is at generation ${generation}, and its status speaks of ${observed}.`,
        effect: 'latent',
        evidence: [object.at('status.observedGeneration'), object.at('metadata.generation')],
        cause: 'The controller is down, or App Mesh refused the change; the condition goes on saying what held before.',
        fix: [
          {
            say: `Read its events: kubectl describe ${ref.kind.toLowerCase()} ${ref.name}.`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
      });
    }
  },
});

/** Told once a gateway: of itself and its routes. */
function* proveNothing(model: Model, gateway: Gateway): Iterable<Outcome> {
  const { namespace, name } = gateway.ref;
  const routes = model.gatewayRoutes.filter(
    (route) => route.gateway?.name === name && route.gateway.namespace === namespace,
  );
  const active = [...(gateway.object ? [gateway.object] : []), ...routes].flatMap((object) => {
    const condition = readConditions(object).find(({ type, status }) => type.endsWith('Active') && status === 'True');
    return condition ? [object.at(condition.path, `${object.ref.kind} ${object.ref.name}`)] : [];
  });
  const [first, ...rest] = active;
  if (!first) return;
  yield finding(gateway, {
    message: `${active.length === 1 ? 'One object' : `${active.length} objects`} of gateway ${gateway.ref.name} ${active.length === 1 ? 'says' : 'say'} Active, which proves nothing since App Mesh ended.`,
    effect: 'standing',
    evidence: [first, ...rest.slice(0, 9)],
    cause:
      'The controller writes the condition after an answer of App Mesh, and nothing sets it back when no answer comes.',
    fix: [
      {
        say: 'Ask the running Envoy (--admin URL) what it serves, not the status of objects.',
        restarts: 'nothing',
        works: 'now',
      },
    ],
  });
}
