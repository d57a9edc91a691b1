import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { growth, lastStat } from '../../src/model/envoy/counters.ts';
import { type Upstream, upstreams } from '../../src/model/envoy/upstreams.ts';
import { refText } from '../../src/snapshot/object.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

/** Below these a few failures are noise. */
const least = 20;
const leastShare = 0.01;

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
    for (const upstream of upstreams(model)) {
      const { envoy, cluster, gateway, ref } = upstream;
      const counter = (name: string): string => `cluster.${cluster.name}.${name}`;
      const failed = growth(envoy.stats, counter('upstream_rq_5xx'));
      if (envoy.stats.state === 'not-read') {
        yield notEvaluated(upstream, envoy.stats.gap);
      } else if (!failed && (lastStat(envoy.stats, counter('upstream_rq_5xx'))?.value ?? 0) > 0) {
        yield notEvaluated(upstream, {
          missing: `a second reading of the counters of ${envoy.label}`,
          reason: 'one reading says that requests failed once, not that they fail now',
          remedy: 'read the Envoy itself with --admin, or give --stats twice',
        });
      }
      if (!failed) continue;
      const failures = failed.to - failed.from;
      const completed = growth(envoy.stats, counter('upstream_rq_completed'));
      const all = Math.max(failures, completed ? completed.to - completed.from : failures);
      if (failures < least || failures / all < leastShare) continue;
      const made = madeHere(upstream);
      yield finding(upstream, {
        message: `${failures} of ${all} requests from gateway ${gateway.ref.name} to ${refText(ref)} were answered with 5xx within ${Math.round(failed.seconds)} seconds.`,
        effect: 'traffic',
        evidence: [...failed.evidence, ...made.map(({ evidence }) => evidence)],
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
        discriminator: `${cluster.name} ${envoy.label}`,
        affects: [gateway.ref],
        impact: {
          requestsPerMinute: Math.round((failures * 600) / failed.seconds) / 10,
          share: shareOf(upstream, failures),
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
function shareOf({ envoy }: Upstream, failures: number): number | null {
  const all = growth(envoy.stats, 'http.ingress.downstream_rq_total');
  const total = all ? all.to - all.from : 0;
  return total >= failures && total > 0 ? Math.round((failures / total) * 1000) / 1000 : null;
}
