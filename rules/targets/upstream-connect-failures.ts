import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { failing, grownBy, perMinute } from '../../src/model/envoy/upstream-rates.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { refText } from '../../src/snapshot/object.ts';

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
    for (const { upstream, group, gap, rate } of failing(
      upstreams(model),
      ['upstream_cx_connect_fail'],
      'upstream_cx_total',
    )) {
      if (gap) yield notEvaluated(upstream, gap);
      if (!rate) continue;
      const { cluster, gateway, ref } = upstream;
      const slow = grownBy(group, 'upstream_cx_connect_timeout');
      const lost = grownBy(group, 'upstream_rq_pending_failure_eject');
      const [target] = cluster.targets;
      const address = target ? ` at ${target.host.replace(/\.$/, '')}:${target.port}` : '';
      yield finding(upstream, {
        message: `${rate.failures} of ${rate.tried} connections from gateway ${gateway.ref.name} to ${refText(ref)}${address} failed within ${Math.round(rate.seconds)} seconds.`,
        effect: 'traffic',
        evidence: [
          ...rate.evidence,
          envoyEvidence('config_dump', cluster.place, { name: cluster.name, targets: cluster.targets }),
        ],
        cause: reason(rate.failures, slow),
        fix: [
          {
            say: `Make a process listen${address || ' where this cluster connects to'}; look at the pods, the ports of the Service and the network policies there.`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
        discriminator: cluster.name,
        affects: [gateway.ref],
        impact: { requestsPerMinute: perMinute(lost > 0 ? { ...rate, failures: lost } : rate), share: null },
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
