import { isFrozen } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { isSelfRedirect } from '../../src/model/envoy/naming.ts';
import { acrossPods, failureRate, perMinute, rateGap } from '../../src/model/envoy/upstream-rates.ts';
import { type Upstream, upstreams } from '../../src/model/envoy/upstreams.ts';
import type { Model } from '../../src/model/model.ts';
import { refText } from '../../src/snapshot/object.ts';

/** Requests refused for want of room, answered 503 UO. `upstream_cx_overflow` alone refuses none: they wait. */
const refused = 'upstream_rq_pending_overflow';

export default defineRule({
  id: 'circuit-breaker-open',
  title: 'A limit on connections or requests refuses requests',
  severity: 'error',
  needs: anyOf(allOf('envoy.stats', 'envoy.clusterConfig')),
  also: ['envoy.routes', 'mesh.virtualNodes'],
  explains: ['retries-exhausted', 'requests-failing'],
  docs: {
    what: "A cluster that refused requests between two readings of the counters since its connection pool was full. A gateway's own connectionPool limits the cluster by which it hands each request to its second listener (self_redirect): then the gateway as a whole refuses.",
    why: 'Each request refused is answered with 503 at once.',
    fix: 'Raise the limits of connectionPool, add pods to the target, or make it quicker. On a frozen gateway only a rescued configuration can hold other limits.',
    seen: 'Status 503, response flag UO. `upstream_rq_pending_overflow` of the cluster grows; `circuit_breakers.default.*_open` is 1 while it lasts.',
  },
  subjects: limited,
  *check(model) {
    for (const group of acrossPods(limited(model))) {
      const [upstream] = group;
      const { cluster, gateway, ref } = upstream;
      const gap = rateGap(group, [refused]);
      if (gap) yield notEvaluated(upstream, gap);
      const rate = failureRate(group, [refused], 'upstream_rq_completed');
      if (!rate) continue;
      const own = isSelfRedirect(cluster.name);
      yield finding(upstream, {
        message: `${rate.failures} requests ${own ? `to gateway ${gateway.ref.name}` : `from gateway ${gateway.ref.name} to ${refText(ref)}`} were refused within ${Math.round(rate.seconds)} seconds: the limit of ${own ? 'its own connectionPool' : 'the connection pool'} is reached.`,
        effect: 'traffic',
        evidence: rate.evidence,
        cause: own
          ? 'The connectionPool of the VirtualGateway is too small: it limits the cluster by which the gateway hands each request to its second listener.'
          : 'More requests are under way than the connectionPool of the target allows: the limit is too low, or the target too slow.',
        fix: [
          {
            say: own ? 'Raise connectionPool of the VirtualGateway.' : 'Raise connectionPool of the VirtualNode.',
            restarts: 'nothing',
            works: isFrozen(gateway) ? 'after-migration' : 'now',
          },
          ...(own
            ? []
            : [{ say: 'Add pods to the target, or make it quicker.', restarts: 'nothing', works: 'now' } as const]),
        ],
        discriminator: cluster.name,
        affects: [gateway.ref],
        impact: { requestsPerMinute: perMinute(rate), share: null },
      });
    }
  },
});

/** The clusters requests leave by, and a gateway's own between its two listeners: about the gateway itself. */
function limited(model: Model): readonly Upstream[] {
  const own = model.gateways.flatMap((gateway) =>
    gateway.envoys.flatMap((envoy) =>
      (envoy.clusterConfig.state === 'not-read' ? [] : envoy.clusterConfig.value)
        .filter(({ name }) => isSelfRedirect(name))
        .map((cluster): Upstream => ({ ref: gateway.ref, node: null, gateway, envoy, cluster })),
    ),
  );
  return [...upstreams(model), ...own];
}
