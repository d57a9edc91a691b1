import { isFrozen } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { isAllowAll } from '../../src/model/envoy/naming.ts';
import { failureRate, perMinute, rateGap } from '../../src/model/envoy/upstream-rates.ts';

const sent = 'upstream_rq_total';

export default defineRule({
  id: 'traffic-to-mesh-allow-all',
  title: 'Requests leave the mesh by mesh-allow-all',
  severity: 'warning',
  needs: anyOf(allOf('envoy.stats', 'envoy.clusterConfig')),
  docs: {
    what: 'An Envoy that sends requests by the cluster `mesh-allow-all`, which takes what no VirtualService is named for, in a mesh whose egress filter is ALLOW_ALL.',
    why: 'The name asked for was not recognised: no route, retry, timeout or TLS of the mesh holds for these requests.',
    fix: 'Name the VirtualService as clients ask for it, and list it as a backend. On a frozen gateway only a rescued configuration can hold it.',
    seen: '`cluster.cds_egress_<mesh>_mesh-allow-all.upstream_rq_total` grows.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    for (const gateway of model.gateways) {
      const group = gateway.envoys.flatMap((envoy) =>
        (envoy.clusterConfig.state === 'not-read' ? [] : envoy.clusterConfig.value)
          .filter(({ name }) => isAllowAll(name))
          .map((cluster) => ({ envoy, cluster })),
      );
      const gap = rateGap(group, [sent]);
      if (gap) yield notEvaluated(gateway, gap);
      const rate = failureRate(group, [sent], sent);
      const [first] = group;
      if (!first || !rate) continue;
      yield finding(gateway, {
        message: `${rate.failures} requests left ${gateway.ref.name} by ${first.cluster.name} within ${Math.round(rate.seconds)} seconds.`,
        effect: 'traffic',
        evidence: rate.evidence,
        cause: 'No VirtualService among its backends has the name these requests ask for.',
        fix: [
          {
            say: 'Name the VirtualService as clients ask for it, and list it as a backend.',
            restarts: 'nothing',
            works: isFrozen(gateway) ? 'after-migration' : 'now',
          },
        ],
        discriminator: first.cluster.name,
        impact: { requestsPerMinute: perMinute(rate), share: null },
      });
    }
  },
});
