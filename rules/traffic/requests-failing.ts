import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { growth } from '../../src/model/envoy/counters.ts';
import { failing, perMinute } from '../../src/model/envoy/upstream-rates.ts';
import { type Upstream, upstreams } from '../../src/model/envoy/upstreams.ts';
import { refText } from '../../src/snapshot/object.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

/**
 * What the gateway itself counts of a failure, and what it means (Envoy: cluster manager statistics). The router charges its own
 * answers to the cluster's response codes too, so these are a part of `upstream_rq_5xx`.
 */
const ownFailures: readonly (readonly [counter: string, means: string])[] = [
  ['upstream_cx_none_healthy', 'no healthy endpoint'],
  ['upstream_rq_pending_overflow', 'the circuit breaker is open'],
  ['upstream_rq_pending_failure_eject', 'no connection could be opened'],
  ['upstream_rq_timeout', 'no answer in time'],
  ['upstream_rq_rx_reset', 'the target reset the stream'],
  ['upstream_cx_destroy_remote_with_active_rq', 'the target closed the connection'],
];

export default defineRule({
  id: 'requests-failing',
  title: 'Requests to a target fail',
  severity: 'error',
  needs: anyOf(allOf('envoy.stats', 'envoy.clusterConfig')),
  also: ['envoy.routes', 'mesh.virtualNodes'],
  docs: {
    what: 'A cluster of the gateway whose answers were 5xx: at least 20 between two readings of the counters, and at least 1 % of all. The gateway is counted once: the cluster by which App Mesh hands a request from its first listener to its second is left out.',
    why: 'Clients get these errors. Where another rule finds the cause, this is its symptom and is folded under it.',
    fix: 'Where the target itself answers so, look at its log; where the gateway does, at what its counters say.',
    seen: 'Status 500 to 599. `cluster.<name>.upstream_rq_5xx` grows.',
  },
  subjects: upstreams,
  *check(model) {
    for (const { upstream, group, gap, rate } of failing(
      upstreams(model),
      ['upstream_rq_5xx'],
      'upstream_rq_completed',
    )) {
      if (gap) yield notEvaluated(upstream, gap);
      if (!rate) continue;
      const { cluster, gateway, ref } = upstream;
      const made = group.flatMap(madeHere);
      yield finding(upstream, {
        message: `${rate.failures} of ${rate.tried} requests from gateway ${gateway.ref.name} to ${refText(ref)} were answered with 5xx within ${Math.round(rate.seconds)} seconds.`,
        effect: 'traffic',
        evidence: [...rate.evidence, ...made.map(({ evidence }) => evidence)],
        cause:
          made.length === 0
            ? 'The target itself answers so: no counter of the gateway tells of a failure of its own.'
            : `The gateway counts: ${made.map(({ means, count }) => `${means} (${count})`).join(', ')}.`,
        fix: [
          {
            say:
              made.length === 0
                ? 'Look at the log of the target: its answers go through the gateway unchanged.'
                : `Look at the pods, ports and limits behind ${refText(ref)}.`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
        discriminator: cluster.name,
        affects: [gateway.ref],
        impact: {
          requestsPerMinute: perMinute(rate),
          share: shareOf(group, rate.failures),
        },
      });
    }
  },
});

function madeHere({ envoy, cluster }: Upstream) {
  return ownFailures.flatMap(([name, means]) => {
    const grown = growth(envoy.stats, `cluster.${cluster.name}.${name}`);
    const count = grown ? grown.to - grown.from : 0;
    const evidence: Evidence | undefined = grown?.evidence[1];
    return count > 0 && evidence ? [{ means, count, evidence }] : [];
  });
}

/** Of all requests that came in by the listeners of clients; null where they were not counted. */
function shareOf(group: readonly Upstream[], failures: number): number | null {
  const total = group.reduce((sum, { envoy }) => {
    const all = growth(envoy.stats, 'http.ingress.downstream_rq_total');
    return all ? sum + all.to - all.from : sum;
  }, 0);
  return total >= failures && total > 0 ? Math.round((failures / total) * 1000) / 1000 : null;
}
