import type { Evidence } from '../../snapshot/evidence.ts';
import { growth } from './counters.ts';
import type { Upstream } from './upstreams.ts';

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

/** Failures of a cluster's requests that the gateway made itself, between two readings of its counters. */
export function ownFailuresOf({ envoy, cluster }: Upstream) {
  return ownFailures.flatMap(([name, means]) => {
    const grown = growth(envoy.stats, `cluster.${cluster.name}.${name}`);
    const count = grown ? grown.to - grown.from : 0;
    const evidence: Evidence | undefined = grown?.evidence[1];
    return count > 0 && evidence ? [{ means, count, evidence }] : [];
  });
}

/** Of all requests that came in by the listeners of clients; null where they were not counted. */
export function shareOfFailures(group: readonly Upstream[], failures: number): number | null {
  const total = group.reduce((sum, { envoy }) => {
    const all = growth(envoy.stats, 'http.ingress.downstream_rq_total');
    return all ? sum + all.to - all.from : sum;
  }, 0);
  return total >= failures && total > 0 ? Math.round((failures / total) * 1000) / 1000 : null;
}
