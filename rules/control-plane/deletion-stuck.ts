import { meshEnded } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { harmless, kubectl } from '../../src/diagnose/threats/threat.ts';
import type { MeshMember, VirtualGateway } from '../../src/model/mesh/kinds.ts';
import type { Model } from '../../src/model/model.ts';
import type { Resource } from '../../src/model/resource.ts';
import { refKey, refText } from '../../src/snapshot/object.ts';

/** A controller that lives is done within seconds, or says what it waits for. */
const patienceMs = 10 * 60 * 1000;
const ours = 'finalizers.appmesh.k8s.aws/';

export default defineRule({
  id: 'deletion-stuck',
  title: 'An App Mesh object cannot be deleted',
  severity: 'warning',
  needs: anyOf(
    'mesh.meshes',
    'mesh.virtualGateways',
    'mesh.gatewayRoutes',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
  ),
  also: ['platform.events'],
  explains: ['reconcile-error'],
  docs: {
    what: 'An App Mesh object that has been waiting to be deleted for more than ten minutes with a finalizer of the App Mesh controller.',
    why: 'Before it lets an object go, the controller asks the App Mesh API, which has ended; and a Mesh or VirtualGateway also waits until its members are gone. The namespace then stays Terminating.',
    fix: 'Take the finalizers of the App Mesh controller off; others stay. No Envoy hears of it: a frozen gateway goes on as before.',
    seen: '`kubectl delete` hangs; events PendingMembersDeletion or ReconcileError; the namespace stays Terminating.',
  },
  subjects,
  *check(model) {
    for (const object of subjects(model)) {
      const { deletedAt, finalizers } = object;
      const held = finalizers.filter((finalizer) => finalizer.startsWith(ours));
      if (deletedAt === null || held.length === 0) continue;
      if (!(Date.parse(model.now) - Date.parse(deletedAt) > patienceMs)) continue;
      const waits = held.some((finalizer) => finalizer.endsWith('-members')) ? membersOf(model, object) : [];
      const ended = meshEnded(model);
      if (!ended && waits.length === 0) continue;
      const names = waits.slice(0, 3).map(({ ref }) => `${ref.kind} ${ref.name}`);
      const members = waits.length > 3 ? `${names.join(', ')} and ${waits.length - 3} more` : names.join(', ');
      const events = model.platform.events.filter(
        ({ about, reason }) =>
          reason === 'PendingMembersDeletion' && about.kind === object.ref.kind && about.name === object.ref.name,
      );
      yield finding(object, {
        message: `${refText(object.ref)} has been waiting to be deleted since ${deletedAt}${
          waits.length > 0
            ? `: ${waits.length} ${waits.length === 1 ? 'object belongs' : 'objects belong'} to it still`
            : ', and never will be by itself'
        }.`,
        effect: 'latent',
        evidence: [object.at('metadata.finalizers'), ...events.slice(0, 3).map((event) => event.at('message'))],
        cause: ended
          ? 'Its finalizer asks the App Mesh API before it lets go, and that API has ended.'
          : `It belongs to the App Mesh controller, which waits until its members are gone: ${members}.`,
        fix: ended
          ? release(object, waits.length)
          : [{ say: `Delete its members first: ${members}.`, restarts: 'nothing', works: 'now' }],
        avoid:
          ended && object.ref.kind === 'VirtualGateway'
            ? [
                {
                  say: 'Do not delete its Deployment along with it while requests go through it.',
                  because: 'its Envoys serve on without the object, and cannot be made again',
                },
              ]
            : [],
        since: deletedAt,
      });
    }
  },
});

function subjects(model: Model): readonly Resource[] {
  return [
    ...model.meshes,
    ...model.virtualGateways,
    ...model.gatewayRoutes,
    ...model.virtualServices,
    ...model.virtualRouters,
    ...model.virtualNodes,
  ];
}

/** What belongs to a Mesh (`meshRef`) or a VirtualGateway (`virtualGatewayRef`), as its members finalizer counts it. */
function membersOf(model: Model, { ref }: Resource): readonly MeshMember[] {
  if (ref.kind === 'VirtualGateway') {
    return model.gatewayRoutes.filter(
      ({ gateway }) => gateway?.name === ref.name && gateway.namespace === ref.namespace,
    );
  }
  const members: readonly (MeshMember | VirtualGateway)[] = [
    ...model.virtualGateways,
    ...model.gatewayRoutes,
    ...model.virtualServices,
    ...model.virtualRouters,
    ...model.virtualNodes,
  ];
  return ref.kind === 'Mesh'
    ? members.filter((member) => member.meshName === ref.name && refKey(member.ref) !== refKey(ref))
    : [];
}

/** Takes off what only the ended controller could; a merge patch sets the list that is left. */
function release({ ref, finalizers }: Resource, members: number): readonly Fix[] {
  const others = finalizers.filter((finalizer) => !finalizer.startsWith(ours));
  const patch = { metadata: { finalizers: others.length > 0 ? others : null } };
  const target = `${ref.kind.toLowerCase()}.appmesh.k8s.aws/${ref.name}`;
  const command = kubectl(ref.namespace, ['patch', target], { type: 'merge', patch });
  const first = members > 0 ? 'Delete its members first, in the same way. Then take' : 'Take';
  return [
    harmless(
      `${first} the finalizers of the App Mesh controller off ${ref.kind} ${ref.name}: it goes at once.`,
      command,
    ),
  ];
}
