import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { acrossPods, failureRate, grownBy, rateGap } from '../../src/model/envoy/upstream-rates.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import { refText } from '../../src/snapshot/object.ts';

const retried = 'upstream_rq_retry';
/** Each request once, with its last answer: answers that are retried are counted under `retry.` (Envoy's router). */
const requested = 'upstream_rq_completed';
const leastRequests = 100;
const mostShare = 0.2;

export default defineRule({
  id: 'retry-storm',
  title: 'Retries add much load to a target',
  severity: 'warning',
  needs: anyOf(allOf('envoy.stats', 'envoy.clusterConfig')),
  also: ['envoy.routes', 'mesh.virtualNodes'],
  docs: {
    what: 'A cluster where retries are more than 20 % of the requests, of at least 100 requests between two readings of the counters.',
    why: 'A target in trouble gets more load for it, and retries at each hop multiply.',
    fix: 'Mend what fails first. Then allow fewer retries, at one hop only, and only for failures that another try can cure.',
    seen: '`upstream_rq_retry` of the cluster grows nearly as fast as its requests; the target sees more requests than clients send.',
  },
  subjects: upstreams,
  *check(model) {
    for (const group of acrossPods(upstreams(model))) {
      const [upstream] = group;
      const { cluster, gateway, ref } = upstream;
      const gap = rateGap(group, [retried]);
      if (gap) yield notEvaluated(upstream, gap);
      const rate = failureRate(group, [retried], requested);
      const requests = grownBy(group, requested);
      if (!rate || requests < leastRequests || rate.failures / requests <= mostShare) continue;
      yield finding(upstream, {
        message: `${rate.failures} retries for ${requests} requests from gateway ${gateway.ref.name} to ${refText(ref)} within ${Math.round(rate.seconds)} seconds.`,
        effect: 'traffic',
        evidence: rate.evidence,
        cause: 'Tries fail, and each failure is tried again.',
        fix: [{ say: 'Mend what makes the tries fail, then allow fewer retries.', restarts: 'nothing', works: 'now' }],
        discriminator: cluster.name,
        affects: [gateway.ref],
      });
    }
  },
});
