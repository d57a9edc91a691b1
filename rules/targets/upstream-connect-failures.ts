import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { growth, lastStat } from '../../src/model/envoy/counters.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { refText } from '../../src/snapshot/object.ts';

/** Below these a few failures are noise: pods come and go. */
const leastFailures = 20;
const leastShare = 0.01;

export default defineRule({
  id: 'upstream-connect-failures',
  title: 'Connections to a target fail',
  severity: 'error',
  needs: anyOf(allOf('envoy.stats', 'envoy.clusterConfig')),
  also: ['envoy.routes', 'mesh.virtualNodes'],
  explains: ['retries-exhausted', 'requests-failing'],
  docs: {
    what: 'A cluster to which Envoy cannot open connections: at least 20 failures between two readings of its counters, and at least 1 % of the attempts.',
    why: 'Requests that wait for such a connection are answered with 503.',
    fix: 'Make something listen at the address and port Envoy connects to: compare the port with that of the Service and of the pods, and look whether the pods are ready and whether a NetworkPolicy stands between.',
    seen: 'Status 503, response flag UF (or URX,UF after retries). `cluster.<name>.upstream_cx_connect_fail` grows; it counts timeouts too.',
  },
  subjects: upstreams,
  *check(model) {
    for (const upstream of upstreams(model)) {
      const { envoy, cluster, gateway, ref } = upstream;
      const { stats } = envoy;
      const counter = (name: string): string => `cluster.${cluster.name}.${name}`;
      const ever = lastStat(stats, counter('upstream_cx_connect_fail'));
      const failed = growth(stats, counter('upstream_cx_connect_fail'));
      if (stats.state === 'not-read') {
        yield notEvaluated(upstream, stats.gap);
      } else if (!failed && ever && ever.value > 0) {
        yield notEvaluated(upstream, {
          missing: `a second reading of the counters of ${envoy.label}`,
          reason: 'one reading says that connections failed once, not that they fail now',
          remedy: 'read the Envoy itself with --admin, or give --stats twice',
        });
      }
      if (!failed) continue;
      const failures = failed.to - failed.from;
      const attempts = growth(stats, counter('upstream_cx_total'));
      const tried = Math.max(failures, attempts ? attempts.to - attempts.from : failures);
      if (failures < leastFailures || failures / tried < leastShare) continue;
      const timeouts = growth(stats, counter('upstream_cx_connect_timeout'));
      const slow = timeouts ? timeouts.to - timeouts.from : 0;
      const lost = growth(stats, counter('upstream_rq_pending_failure_eject'));
      const [target] = cluster.targets;
      const address = target ? ` at ${target.host.replace(/\.$/, '')}:${target.port}` : '';
      yield finding(upstream, {
        message: `${failures} of ${tried} connections from gateway ${gateway.ref.name} to ${refText(ref)}${address} failed within ${Math.round(failed.seconds)} seconds.`,
        effect: 'traffic',
        evidence: [
          ...failed.evidence,
          envoyEvidence('config_dump', cluster.place, { name: cluster.name, targets: cluster.targets }),
        ],
        cause: reason(failures, slow),
        fix: [
          {
            say: `Make a process listen${address || ' where this cluster connects to'}; look at the pods, the ports of the Service and the network policies there.`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
        discriminator: cluster.name,
        affects: [gateway.ref],
        impact: {
          requestsPerMinute: Math.round((((lost ? lost.to - lost.from : failures) * 60) / failed.seconds) * 10) / 10,
          share: null,
        },
      });
    }
  },
});

function reason(failures: number, timeouts: number): string {
  if (timeouts === 0)
    return 'The connections were refused or reset at once: the host answers, and nothing listens on that port.';
  if (timeouts >= failures * 0.9)
    return 'The connections timed out: packets are dropped on the way, or the host is gone.';
  return `Of the failures ${timeouts} were timeouts, the others were refused or reset.`;
}
