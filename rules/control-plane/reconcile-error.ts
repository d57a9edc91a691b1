import { appMeshGateways, configEffect, isFrozen, meshEnded, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import { gatewaysConcerned } from '../../src/model/mesh/concerned.ts';
import { currentReconcileErrors, type ReconcileError } from '../../src/model/mesh/reconciled.ts';
import type { Model } from '../../src/model/model.ts';
import { refKey, refText } from '../../src/snapshot/object.ts';
import { meshObjects } from '../../src/model/mesh/members.ts';

export default defineRule({
  id: 'reconcile-error',
  title: 'The App Mesh controller cannot bring an object to App Mesh',
  severity: 'error',
  needs: anyOf('platform.events'),
  also: [
    'mesh.meshes',
    'mesh.virtualGateways',
    'mesh.gatewayRoutes',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
    'mesh.backendGroups',
    'platform.namespaces',
  ],
  explains: ['dependency-not-active', 'condition-stale', 'condition-not-active', 'route-never-applied'],
  docs: {
    what: 'Events ReconcileError of the App Mesh controller, at least three of one message, translated into cause and fix. Waiting for another object is told by dependency-not-active. After the end of App Mesh: once a gateway, as a standing fact, where the call to App Mesh fails.',
    why: 'The object in Kubernetes is not what App Mesh gives to Envoy: it has no status, or an old one.',
    fix: 'What the message stands for; the controller tries again by itself.',
    seen: '`kubectl describe` shows Warning ReconcileError with a count that grows. The object has no condition.',
  },
  subjects: (model) => [
    ...appMeshGateways(model),
    ...meshObjects(model).filter(({ ref }) => ref.kind !== 'VirtualGateway'),
  ],
  *check(model) {
    const ended = meshEnded(model);
    const errors = currentReconcileErrors(model);
    if (ended)
      yield* standing(
        model,
        errors.filter(({ meaning }) => meaning.kind === 'call' || meaning.kind === 'answer'),
      );
    const told = ended ? errors.filter(({ meaning }) => meaning.kind === 'objects') : errors;
    for (const group of groupBy(told, ({ object }) => refKey(object.ref)).values()) {
      const [first, ...rest] = group;
      if (!first || first.meaning.kind === 'waits') continue;
      const gateways = gatewaysConcerned(model, first.object);
      yield finding(first.object, {
        message: `The App Mesh controller fails with ${refText(first.object.ref)}, ${first.count} times so far: ${first.event.message}`,
        effect: configEffect(model, gateways, 'unseen'),
        evidence: [first.event.at('message'), ...rest.slice(0, 4).map(({ event }) => event.at('message'))],
        cause: first.meaning.cause,
        fix: [{ say: first.meaning.fix, restarts: 'nothing', works: whenObjectsApply(model, gateways) }],
        ...(first.since === null ? {} : { since: first.since }),
      });
    }
  },
});

/** After the end every call fails: said once a gateway, whatever the objects. */
function* standing(model: Model, errors: readonly ReconcileError[]): Iterable<Outcome> {
  for (const gateway of appMeshGateways(model)) {
    if (!isFrozen(gateway)) continue;
    const mine = errors.filter(({ object }) => gatewaysConcerned(model, object).includes(gateway));
    const [first, ...rest] = mine;
    if (!first) continue;
    const count = new Set(mine.map(({ object }) => refKey(object.ref))).size;
    yield finding(gateway, {
      message: `The App Mesh controller still calls App Mesh for ${count === 1 ? 'one object' : `${count} objects`} of gateway ${gateway.ref.name}, and fails each time: App Mesh has ended.`,
      effect: 'standing',
      evidence: [first.event.at('message'), ...rest.slice(0, 4).map(({ event }) => event.at('message'))],
      cause: 'AWS ended App Mesh on 2026-09-30. What the Envoys run does not depend on these calls.',
      fix: [
        {
          say: 'Leave it so until the gateway is replaced; then remove the objects, their finalizers and the controller with its webhooks, in this order.',
          restarts: 'nothing',
          works: 'now',
        },
      ],
    });
  }
}
