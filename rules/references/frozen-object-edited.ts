import { meshEnded } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import { changedAfterEnd } from '../../src/model/mesh/after-end.ts';
import { meshObjects } from '../../src/model/mesh/members.ts';
import type { Resource } from '../../src/model/resource.ts';
import { refText } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'frozen-object-edited',
  title: 'App Mesh objects were changed after App Mesh ended',
  severity: 'warning',
  needs: anyOf(
    'mesh.gatewayRoutes',
    'mesh.virtualGateways',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
    'mesh.meshes',
    'mesh.backendGroups',
  ),
  explains: ['config-drift'],
  docs: {
    what: 'Meshes, VirtualGateways, GatewayRoutes, VirtualServices, VirtualRouters, VirtualNodes and BackendGroups that were created or changed after 2026-09-30, by their creationTimestamp, the times in managedFields, and a generation that was never accepted. Manifests that no API server has returned tell no time and are not judged.',
    why: 'Kubernetes takes the change, and no Envoy ever hears of it: the gateways go on with what they had. Whoever made the change believes that it works.',
    fix: 'Put the change where it takes effect: a rule of the load balancer, a gateway made from a rescue copy, or the gateway you move to. Tell the author.',
    seen: 'The object stays without ARN or without the `…Active` condition, or keeps an old one; requests are answered as before.',
  },
  subjects: meshObjects,
  *check(model) {
    if (!meshEnded(model)) return;
    const edited: { readonly object: Resource; readonly change: NonNullable<ReturnType<typeof changedAfterEnd>> }[] =
      [];
    for (const object of meshObjects(model)) {
      const change = changedAfterEnd(object);
      if (change) edited.push({ object, change });
      else if (!object.exported) {
        yield notEvaluated(object, {
          missing: `when ${refText(object.ref)} was created and changed`,
          reason: 'a manifest that no API server returned tells no time',
          remedy: 'give an export of it: kubectl get -o yaml --show-managed-fields',
        });
      }
    }
    for (const [namespace, group] of groupBy(edited, ({ object }) => object.ref.namespace ?? '')) {
      const [first, ...others] = group;
      if (!first) continue;
      const names = group.slice(0, 3).map(({ object }) => `${object.ref.kind} ${object.ref.name}`);
      const list = group.length > 3 ? `${names.join(', ')} and ${group.length - 3} more` : names.join(', ');
      const where = namespace === '' ? '' : ` in namespace ${namespace}`;
      yield finding([first.object, ...others.map(({ object }) => object)], {
        message:
          others.length === 0
            ? `${refText(first.object.ref)} ${first.change.says}: it will not take effect.`
            : `${group.length} App Mesh objects${where} were created or changed after App Mesh ended and will not take effect: ${list}.`,
        effect: 'latent',
        evidence: [first.change.evidence, ...others.slice(0, 19).map(({ change }) => change.evidence)],
        cause:
          'AWS ended App Mesh on 2026-09-30: the API server stores such objects, and nobody makes Envoy configuration of them any more.',
        fix: [
          {
            say: 'Put the change where it takes effect: a rule of the load balancer straight to the Service, or the gateway you move to.',
            restarts: 'nothing',
            works: 'now',
          },
          {
            say: 'Or take it into a gateway made from a rescue copy: meshdoctor rescue COPY --with NAMESPACE/GATEWAYROUTE.',
            restarts: 'nothing',
            works: 'through-rescue',
          },
        ],
        avoid: [{ say: 'Do not restart the gateway to apply it.', because: 'it comes back with no route at all' }],
      });
    }
  },
});
