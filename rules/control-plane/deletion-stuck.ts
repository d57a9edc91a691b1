import { meshEnded } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import { harmless, patched } from '../../src/diagnose/threats/threat.ts';
import { meshObjects, memberKinds } from '../../src/model/mesh/members.ts';
import {
  controllerFinalizers,
  type Stuck,
  stuckDeletions,
  waitsForMembers,
} from '../../src/model/mesh/stuck-deletions.ts';
import type { Model } from '../../src/model/model.ts';
import { refText } from '../../src/snapshot/object.ts';
import { firstUnlisted } from '../../src/model/unread.ts';

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
    'mesh.backendGroups',
  ),
  also: ['platform.events', 'platform.namespaces'],
  explains: ['reconcile-error'],
  docs: {
    what: 'An App Mesh object that has been waiting to be deleted for more than ten minutes with a finalizer of the App Mesh controller.',
    why: 'Before it lets an object go, the controller asks the App Mesh API, which has ended; and a Mesh or VirtualGateway also waits until its members are gone. The namespace then stays Terminating.',
    fix: 'Take the finalizers of the App Mesh controller off; others stay. No Envoy hears of it: a frozen gateway goes on as before.',
    seen: '`kubectl delete` hangs; events PendingMembersDeletion or ReconcileError; the namespace stays Terminating.',
  },
  subjects: meshObjects,
  *check(model) {
    const ended = meshEnded(model);
    const unseen = firstUnlisted(model, memberKinds);
    for (const object of meshObjects(model)) {
      // Only its members keep it while App Mesh lives, and they may not have been read.
      if (object.deletedAt !== null && !ended && unseen) yield notEvaluated(object, unseen);
    }
    for (const group of groupBy(stuckDeletions(model, ended), ({ object }) => object.ref.namespace).values()) {
      // What has no members goes first: the others wait for it.
      const sorted = [...group].sort((left, right) => left.members.length - right.members.length);
      const [first, ...others] = sorted;
      if (first) yield report(model, ended, first, others);
    }
  },
});

function report(model: Model, ended: boolean, first: Stuck, others: readonly Stuck[]) {
  const all = [first, ...others];
  const since = all.map((one) => one.since).sort()[0] ?? first.since;
  const names = all.slice(0, 3).map(({ object }) => refText(object.ref));
  const list = all.length > 3 ? `${names.join(', ')} and ${all.length - 3} more` : names.join(', ');
  const { members } = first;
  const waits = `${members.length} ${members.length === 1 ? 'object belongs' : 'objects belong'} to it still`;
  const kept = members.slice(0, 3).map(({ ref }) => `${ref.kind} ${ref.name}`);
  const gateway = all.some(({ object }) => object.ref.kind === 'VirtualGateway');
  const namespace = model.namespaces.find(({ ref }) => ref.name === first.object.ref.namespace);
  const terminating = namespace?.deletedAt ? namespace : null;
  return finding([first.object, ...others.map(({ object }) => object)], {
    message: `${list} ${all.length === 1 ? 'has' : 'have'} been waiting to be deleted since ${since}${
      members.length > 0 ? `: ${waits}` : ended ? ', and never will be without help' : ''
    }.${terminating ? ` Namespace ${terminating.ref.name} stays Terminating until then.` : ''}`,
    effect: 'latent',
    evidence: [
      first.object.at('metadata.finalizers'),
      ...others.slice(0, 19).map(({ object }) => object.at('metadata.finalizers')),
      ...waitsForMembers(model, all),
      ...(terminating ? [terminating.at('metadata.deletionTimestamp')] : []),
    ],
    cause: ended
      ? 'Their finalizer asks the App Mesh API before it lets go, and that API has ended.'
      : `It belongs to the App Mesh controller, which waits until its members are gone: ${kept.join(', ')}.`,
    fix: ended
      ? all.slice(0, 3).map(release)
      : [
          {
            say: `Delete its members first: ${kept.join(', ')}${members.length > 3 ? ' and the others' : ''}.`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
    avoid:
      ended && gateway
        ? [
            {
              say: 'Do not delete the Deployment of the gateway along with it while requests go through it.',
              because: 'its Envoys serve on without the object, and cannot be made again',
            },
          ]
        : [],
    since,
    ...(terminating ? { affects: [terminating.ref] } : {}),
  });
}

/** Takes off what only the ended controller could; a merge patch sets the list that is left. */
function release({ object, members }: Stuck): Fix {
  const { ref, finalizers } = object;
  const others = finalizers.filter((finalizer) => !finalizer.startsWith(controllerFinalizers));
  const patch = { metadata: { finalizers: others.length > 0 ? others : null } };
  const change = patched(ref, `${ref.kind.toLowerCase()}.appmesh.k8s.aws`, { type: 'merge', patch });
  const first = members.length > 0 ? 'Delete its members first, in the same way. Then take' : 'Take';
  return harmless(
    `${first} the finalizers of the App Mesh controller off ${ref.kind} ${ref.name}: it goes at once.`,
    change,
  );
}
