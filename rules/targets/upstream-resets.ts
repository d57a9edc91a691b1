import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { failing, perMinute } from '../../src/model/envoy/upstream-rates.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import { refText } from '../../src/snapshot/object.ts';

/** Envoy: the upstream closed a connection that carried a request (UC), or reset its stream (UR). */
const closed = 'upstream_cx_destroy_remote_with_active_rq';
const reset = 'upstream_rq_rx_reset';

export default defineRule({
  id: 'upstream-resets',
  title: 'A target breaks off requests',
  severity: 'warning',
  needs: anyOf(allOf('envoy.stats', 'envoy.clusterConfig')),
  also: ['envoy.routes', 'mesh.virtualNodes'],
  explains: ['retries-exhausted', 'retry-storm', 'requests-failing'],
  docs: {
    what: 'A cluster whose hosts close connections while a request is under way, or reset its stream: at least 20 times between two readings of the counters, and at least 1 % of the requests.',
    why: 'Such a request is answered with 503 unless it is retried.',
    fix: 'Let the application keep idle connections longer than Envoy does, let it finish what it has begun before it ends (preStop, grace period), and look whether its pods crash or are being replaced.',
    seen: 'Status 503, response flag UC or UR. `upstream_cx_destroy_remote_with_active_rq` or `upstream_rq_rx_reset` of the cluster grows.',
  },
  subjects: upstreams,
  *check(model) {
    for (const { upstream, gap, rate } of failing(upstreams(model), [closed, reset], 'upstream_rq_total')) {
      if (gap) yield notEvaluated(upstream, gap);
      if (!rate) continue;
      const { cluster, gateway, ref } = upstream;
      yield finding(upstream, {
        message: `${refText(ref)} broke off ${rate.failures} of ${rate.tried} requests from gateway ${gateway.ref.name} within ${Math.round(rate.seconds)} seconds.`,
        effect: 'traffic',
        evidence: rate.evidence,
        cause: rate.by.has(closed)
          ? 'Connections were closed while a request was under way: the application ends idle connections sooner than Envoy does (a keep-alive race), its pods are being replaced or crash, or it speaks TLS where plain text arrives.'
          : 'Streams were reset by the application: it refuses them, or is being shut down.',
        fix: [
          {
            say: 'Let the application keep idle connections longer than Envoy does, and answer what it has begun before it ends; look for restarts and roll-outs of its pods.',
            restarts: 'target',
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
