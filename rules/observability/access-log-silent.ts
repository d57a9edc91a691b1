import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { growth } from '../../src/model/envoy/counters.ts';
import type { Envoy } from '../../src/model/envoy/envoy.ts';
import { accessLogsOf } from '../../src/model/observability/access-logs.ts';
import { logEvidence, trafficOf } from '../../src/model/traffic.ts';
import { seenValue } from '../../src/snapshot/coverage.ts';

/** Envoy writes its log every 10 s: less than this may not be written yet, or be the edge of the time compared. */
const leastMissing = 50;
const mostLogged = 0.5;

export default defineRule({
  id: 'access-log-silent',
  title: 'The access log holds fewer requests than the gateway counts',
  severity: 'warning',
  needs: anyOf(allOf('logs', 'envoy.stats')),
  also: ['envoy.listenerConfig', 'mesh.virtualGateways'],
  docs: {
    what: 'Between two readings of its counters a gateway took at least 50 requests more than its access log holds of that time, and the log holds fewer than half. Judged only where the log goes on beyond the second reading, or holds nothing at all of the time that was asked for.',
    why: 'What the log does not hold no report of requests can tell: a failing class may be among it.',
    fix: 'Look at the collector and at log rotation (kubelet containerLogMaxSize): the API returns only the newest file.',
    seen: 'http.ingress.downstream_rq_total grows faster than the log.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    for (const gateway of model.gateways) {
      if (gateway.envoys.length === 0) continue;
      const logs = trafficOf(model, gateway);
      if (logs.state === 'not-read') {
        yield notEvaluated(gateway, logs.gap);
        continue;
      }
      const written = accessLogsOf(model, gateway);
      // A gateway that writes none is not silent but mute: access-log-disabled tells.
      if (written.state === 'known' && written.writers.length === 0) continue;
      const { spans, covered, place } = logs.value;
      for (const [at, { envoy: key, requests }] of spans.entries()) {
        const envoy = gateway.envoys.find((one) => one.key === key);
        const counted = envoy && requestsCounted(envoy);
        if (!envoy || !counted) continue;
        const readings = seenValue(envoy.stats);
        const ended = readings?.at(-1)?.at ?? '';
        const goesOn = covered !== null && covered.to > ended;
        if (!goesOn && covered !== null) continue;
        const missing = counted.count - requests;
        if (missing < leastMissing || requests >= counted.count * mostLogged) continue;
        const span = { document: place.document, pointer: `/spans/${at}` };
        yield finding(gateway, {
          message: `${envoy.label} counted ${counted.count} requests within ${Math.round(counted.seconds)} seconds, of which its access log holds ${requests}.`,
          effect: 'latent',
          evidence: [
            ...counted.evidence,
            logEvidence(span, { envoy: key, requests }, 'requests in the log of that time'),
          ],
          cause: 'Lines are lost on their way: rotated before they were read, filtered, or dropped by the collector.',
          fix: [
            {
              say: 'Compare with the file on the node or with the log store; raise containerLogMaxSize where it rotates within minutes.',
              restarts: 'nothing',
              works: 'now',
            },
          ],
        });
        break;
      }
    }
  },
});

/** Requests that came in from clients: a gateway that hands requests to itself counts each twice, so the larger count is taken. */
function requestsCounted({ stats }: Envoy) {
  const names = [...(seenValue(stats)?.at(-1)?.values.keys() ?? [])].filter((name) =>
    /^http\.(?!admin\.|async-client\.).+\.downstream_rq_total$/.test(name),
  );
  const grown = names.flatMap((name) => growth(stats, name) ?? []);
  const most = grown.sort((one, other) => other.to - other.from - (one.to - one.from))[0];
  return most && { count: most.to - most.from, seconds: most.seconds, evidence: most.evidence };
}
