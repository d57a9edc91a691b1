import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { asObject, asText } from '../../src/lib/json.ts';
import { growth, unratedGap } from '../../src/model/envoy/counters.ts';
import type { Model } from '../../src/model/model.ts';
import { firstUnlisted } from '../../src/model/unread.ts';

/** As for all counters that go by requests: below these it is noise. */
const least = 20;
const leastShare = 0.01;
const noRoute = 'http.egress.no_route';

export default defineRule({
  id: 'egress-filter-drops',
  title: 'A service may not call the hosts it calls',
  severity: 'warning',
  needs: anyOf(allOf('envoy.stats', 'mesh.meshes')),
  explains: ['requests-without-route'],
  docs: {
    what: 'The Envoy of a VirtualNode in a mesh with `egressFilter: DROP_ALL` (the default) refuses requests that the application sends to hosts which are no backend of the node: at least 20 between two readings, and 1 % of what it sends. `*.amazonaws.com` always passes.',
    why: 'The application gets 404 from its own Envoy for hosts that are reachable.',
    fix: 'Declare the host as a backend (a VirtualService of that name), or set the filter to ALLOW_ALL. After the end of App Mesh only taking Envoy off the pod helps.',
    seen: 'Status 404 with flag NR in the log of the sidecar; `http.egress.no_route` grows.',
  },
  subjects: nodes,
  *check(model) {
    const unseen = firstUnlisted(model, ['Mesh']);
    for (const { ref, envoys, mesh, known } of nodes(model)) {
      if (!known && unseen) yield notEvaluated({ ref }, unseen);
      if (mesh === null) continue;
      for (const envoy of envoys) {
        const { stats } = envoy;
        const gap = unratedGap(envoy, [noRoute]);
        if (gap) yield notEvaluated({ ref }, gap);
        const refused = growth(stats, noRoute);
        const sent = growth(stats, 'http.egress.downstream_rq_total');
        if (!refused) continue;
        const count = refused.to - refused.from;
        const all = Math.max(count, sent ? sent.to - sent.from : count);
        if (count < least || count / all < leastShare) continue;
        yield finding(
          { ref },
          {
            message: `The Envoy of ${ref.kind} ${ref.name} refused ${count} of ${all} requests of its own application within ${Math.round(refused.seconds)} seconds: their hosts are no backend of it.`,
            effect: 'traffic',
            evidence: [
              ...refused.evidence,
              mesh.at('spec.egressFilter', 'DROP_ALL is what holds where none is written'),
            ],
            cause: `Mesh ${mesh.ref.name} lets through only what a node declares as a backend (egressFilter DROP_ALL).`,
            fix: [
              {
                say: 'Declare the hosts as backends of the VirtualNode, or set egressFilter.type of the mesh to ALLOW_ALL.',
                restarts: 'nothing',
                works: 'needs-control-plane',
              },
              {
                say: 'Without control plane: take injection off this workload, so that its pods start without Envoy.',
                restarts: 'target',
                works: 'now',
              },
            ],
            impact: { requestsPerMinute: Math.round((count * 600) / refused.seconds) / 10, share: null },
          },
        );
      }
    }
  },
});

/** The VirtualNodes whose Envoys were read, with their Mesh where it drops. */
function nodes(model: Model) {
  return model.gateways.flatMap(({ ref, envoys }) => {
    const [envoy] = envoys;
    if (envoy?.identity?.type !== 'virtualNode') return [];
    const mesh = model.meshes.find(({ awsName }) => awsName === envoy.identity?.mesh) ?? null;
    const drops = mesh !== null && asText(asObject(mesh.spec.egressFilter).type) !== 'ALLOW_ALL';
    return [{ ref, envoys, mesh: drops ? mesh : null, known: mesh !== null }];
  });
}
