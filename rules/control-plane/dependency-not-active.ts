import { configEffect, meshEnded } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { activityOf } from '../../src/model/mesh/activity.ts';
import { gatewaysConcerned } from '../../src/model/mesh/concerned.ts';
import { meshObjects, memberKinds } from '../../src/model/mesh/members.ts';
import { awaitedRoots } from '../../src/model/mesh/waiting.ts';
import { refText } from '../../src/snapshot/object.ts';
import { firstUnlisted } from '../../src/model/unread.ts';

export default defineRule({
  id: 'dependency-not-active',
  title: 'Objects wait for one that App Mesh has not taken',
  severity: 'error',
  needs: anyOf(
    'mesh.meshes',
    'mesh.virtualGateways',
    'mesh.gatewayRoutes',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
    'mesh.backendGroups',
  ),
  also: ['platform.namespaces', 'platform.events'],
  explains: ['requests-without-route', 'route-never-applied'],
  docs: {
    what: 'While App Mesh lives: an object that it has not taken, and for which others wait. The way is followed from each that waits, through VirtualService, VirtualRouter and VirtualNode or VirtualGateway down to the Mesh, to the one that waits for no other.',
    why: 'The controller takes an object only when all that it builds on is active. What waits says so in an event, but not for what in the end.',
    fix: 'Mend the root: its own events say what is wrong. The others follow by themselves.',
    seen: 'Events `virtualService is not active yet`, `mesh is not active yet`; objects without status.',
  },
  subjects: meshObjects,
  *check(model) {
    if (meshEnded(model)) return;
    const unseen = firstUnlisted(model, memberKinds);
    for (const object of unseen ? meshObjects(model) : []) {
      // What waits for it may not have been read.
      if (unseen && ['inactive', 'never'].includes(activityOf(object).state)) yield notEvaluated(object, unseen);
    }
    for (const { root, waiting } of awaitedRoots(model)) {
      const gateways = gatewaysConcerned(model, root);
      const names = waiting.slice(0, 3).map(({ ref }) => refText(ref));
      const list = waiting.length > 3 ? `${names.join(', ')} and ${waiting.length - 3} more` : names.join(', ');
      const activity = activityOf(root);
      const events = model.platform.events.filter(
        ({ about, reason }) =>
          reason === 'ReconcileError' &&
          about.kind === root.ref.kind &&
          about.name === root.ref.name &&
          (root.ref.namespace === null || about.namespace === root.ref.namespace),
      );
      const said = events[0]?.message;
      yield finding(root, {
        message: `${refText(root.ref)} is not active, and ${waiting.length === 1 ? 'one object waits' : `${waiting.length} objects wait`} for it: ${list}.`,
        effect: configEffect(model, gateways, 'unseen'),
        evidence: [
          'path' in activity
            ? root.at(`${activity.path}.status`, `${root.ref.kind}Active`)
            : root.at('metadata.name', 'it has no condition: it was never taken'),
          ...events.slice(0, 3).map((event) => event.at('message')),
        ],
        cause: said
          ? `The controller says: ${said}`
          : 'The controller has not brought it to App Mesh, or App Mesh has not made it active.',
        fix: [
          {
            say: `Mend ${refText(root.ref)}: its events say what is wrong. What waits for it follows by itself.`,
            restarts: 'nothing',
            works: 'needs-control-plane',
          },
        ],
        affects: waiting.slice(0, 200).map(({ ref }) => ref),
      });
    }
  },
});
