import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { failing, perMinute } from '../../src/model/envoy/upstream-rates.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import { refText } from '../../src/snapshot/object.ts';

const exhausted = 'upstream_rq_retry_limit_exceeded';

export default defineRule({
  id: 'retries-exhausted',
  title: 'Requests to a target fail after every retry',
  severity: 'warning',
  needs: anyOf(allOf('envoy.stats', 'envoy.clusterConfig')),
  also: ['envoy.routes', 'mesh.virtualNodes'],
  explains: ['requests-failing'],
  docs: {
    what: 'A cluster whose requests fail although they were retried as often as allowed: at least 20 between two readings of the counters, and at least 1 % of the requests.',
    why: 'It is a symptom, never a cause: each try failed for a reason of its own.',
    fix: 'Mend what makes each try fail: connections, resets, timeouts or answers with a 5xx status of the target. More retries only add load.',
    seen: 'Response flag URX, mostly with the flag of the last try (URX,UF). `upstream_rq_retry_limit_exceeded` of the cluster grows.',
  },
  subjects: upstreams,
  *check(model) {
    for (const { upstream, gap, rate } of failing(upstreams(model), [exhausted], 'upstream_rq_completed')) {
      if (gap) yield notEvaluated(upstream, gap);
      if (!rate) continue;
      const { cluster, gateway, ref } = upstream;
      yield finding(upstream, {
        message: `${rate.failures} of ${rate.tried} requests from gateway ${gateway.ref.name} to ${refText(ref)} failed after every retry within ${Math.round(rate.seconds)} seconds.`,
        effect: 'traffic',
        evidence: rate.evidence,
        cause:
          'Each try failed; this counter does not say why. Where no other finding names the target, it answers with a status that is retried.',
        fix: [
          {
            say: 'Look at what makes each try fail; do not raise the number of retries.',
            restarts: 'nothing',
            works: 'now',
          },
        ],
        discriminator: cluster.name,
        affects: [gateway.ref],
        impact: { requestsPerMinute: perMinute(rate), share: null },
      });
    }
  },
});
