import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { lastStat, type Reading } from '../../src/model/envoy/counters.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { acrossPods, clusterStat, grownBy } from '../../src/model/envoy/upstream-rates.ts';
import { type Upstream, upstreams } from '../../src/model/envoy/upstreams.ts';
import type { Host } from '../../src/snapshot/envoy/view.ts';
import { refText } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'endpoints-ejected',
  title: 'Outlier detection keeps hosts of a target out',
  severity: 'warning',
  needs: anyOf(allOf('envoy.stats', 'envoy.clusterConfig')),
  also: ['envoy.routes', 'envoy.hosts', 'mesh.virtualNodes'],
  explains: ['requests-failing'],
  docs: {
    what: 'A cluster of which outlier detection has ejected hosts, as its last reading says. Where so many are out that Envoy sends requests to all of them again (panic mode), this is named.',
    why: 'The other hosts carry the load of those ejected; with all of them out requests get 503.',
    fix: 'Look at what the ejected hosts answer: they gave server errors or broke off connections. They come back by themselves once the ejection time is over.',
    seen: '`outlier_detection.ejections_active` of the cluster above 0; `/clusters` says failed_outlier_check. All hosts out, without panic mode: 503 UH.',
  },
  subjects: upstreams,
  *check(model) {
    for (const group of acrossPods(upstreams(model))) {
      const [upstream] = group;
      const { cluster, gateway, ref } = upstream;
      const unread = group.find(({ envoy }) => envoy.stats.state === 'not-read')?.envoy.stats;
      if (unread?.state === 'not-read') yield notEvaluated(upstream, unread.gap);
      const worst = [...group].sort((left, right) => (active(right)?.value ?? 0) - (active(left)?.value ?? 0))[0];
      const ejected = worst ? active(worst) : null;
      if (!worst || !ejected || ejected.value <= 0) continue;
      const members = lastStat(worst.envoy.stats, clusterStat(cluster, 'membership_total'));
      const panic = grownBy(group, 'lb_healthy_panic');
      const hosts = ejectedHosts(worst);
      yield finding(upstream, {
        message: `${ejected.value}${members ? ` of ${members.value}` : ''} hosts of ${refText(ref)} are ejected at gateway ${gateway.ref.name}${panic > 0 ? '; so many are out that Envoy is in panic mode and sends requests to all of them' : ''}.`,
        effect: 'traffic',
        evidence: [
          ejected.evidence,
          ...(members ? [members.evidence] : []),
          ...hosts
            .slice(0, 20)
            .map(({ place, address, failures }) => envoyEvidence('clusters', place, { address, failures })),
        ],
        cause: 'They answered too many requests with server errors, or broke them off.',
        fix: [
          {
            say: `Look at the logs of ${
              hosts[0]
                ? hosts
                    .map(({ address }) => `${address.host}:${address.port}`)
                    .slice(0, 3)
                    .join(', ')
                : 'the pods of this target'
            }; they come back by themselves when the ejection time is over.`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
        discriminator: cluster.name,
        affects: [gateway.ref],
      });
    }
  },
});

function active({ envoy, cluster }: Upstream): Reading | null {
  return lastStat(envoy.stats, clusterStat(cluster, 'outlier_detection.ejections_active'));
}

function ejectedHosts({ envoy, cluster }: Upstream): readonly Host[] {
  const clusters = envoy.hosts.state === 'not-read' ? [] : envoy.hosts.value;
  return clusters
    .filter((one) => one.cluster === cluster.name)
    .flatMap(({ hosts }) => hosts.filter(({ failures }) => failures.includes('failed_outlier_check')));
}
