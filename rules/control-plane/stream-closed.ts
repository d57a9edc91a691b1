import { anyOf, defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import { growth } from '../../src/model/envoy/counters.ts';
import type { Envoy } from '../../src/model/envoy/envoy.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { logEvidence, processLines, trafficOf } from '../../src/model/traffic.ts';
import type { SeenProcessLines } from '../../src/snapshot/access-log/traffic-view.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

/** `grpc.<prefix>.streams_closed_<code>` of the client that asks for the configuration; App Mesh's bootstrap calls it `ads`. */
const counter = /^grpc\.(?:ads|xds)\.streams_closed_(\d+)$/;

/** gRPC status codes, as App Mesh's management server used them (user guide: troubleshooting of setup and scaling). */
const causes: Readonly<Record<string, string>> = {
  3: 'The server does not know the resource that this Envoy asks for: wrong name, wrong mesh, or never created.',
  7: 'The server refuses: the IAM role lacks appmesh:StreamAggregatedResources for this resource.',
  8: 'The server has enough: more Envoys of one resource than its quota (50 for App Mesh).',
  13: 'The connection to the server breaks: TLS, a proxy or a network policy on the way to its port 443.',
  14: 'The server cannot be reached.',
  16: 'The server knows no credentials: the pod has none (service account role, instance metadata), or they have ended.',
};

export default defineRule({
  id: 'stream-closed',
  title: 'The stream of configuration is closed with an error',
  severity: 'error',
  needs: anyOf('envoy.stats', 'logs'),
  docs: {
    what: 'The stream over which Envoy takes its configuration was closed with a code other than 0 between two readings of the counters, or its own log says so. Code 0 is health: App Mesh closed each stream every half hour.',
    why: 'No change of configuration reaches this Envoy. Since App Mesh ended this holds of all its gateways, and is told as a standing fact.',
    fix: 'By code: 3 create the resource or correct its name; 7 allow it in IAM; 8 fewer Envoys or a higher quota; 13 and 14 open the way; 16 give credentials.',
    seen: '`gRPC config stream closed: 7` in the log of Envoy; `grpc.ads.streams_closed_7` in the stats.',
  },
  subjects: (model) =>
    model.gateways.filter((gateway) => gateway.envoys.length > 0 || trafficOf(model, gateway).state !== 'not-read'),
  *check(model) {
    for (const gateway of model.gateways) {
      const counted = new Set(gateway.envoys.flatMap((envoy) => closings(envoy).map(({ code }) => code)));
      // What the counters tell of now needs no older line to say it again.
      for (const line of closingLines(model, gateway)) if (!counted.has(line.code)) yield fromLine(gateway, line);
      for (const envoy of gateway.envoys) {
        for (const { code, grown } of closings(envoy)) {
          const within = `within ${Math.round(grown.seconds)} seconds`;
          yield closed(gateway, code, envoy.label, grown.to - grown.from, within, grown.evidence);
        }
      }
    }
  },
});

function closed(
  gateway: Gateway,
  code: string,
  who: string,
  count: number,
  when: string,
  evidence: readonly [Evidence, ...Evidence[]],
  since: string | null = null,
): Outcome {
  const ended = gateway.frozen.state === 'observed';
  return finding(gateway, {
    message: `The stream of configuration of ${who} was closed ${count === 1 ? 'once' : `${count} times`} with code ${code} ${when}.`,
    effect: ended ? 'standing' : 'latent',
    evidence,
    cause: ended
      ? 'AWS ended App Mesh on 2026-09-30: its management server takes no stream any more.'
      : (causes[code] ?? `The server closed it with gRPC status ${code}.`),
    fix: [
      ended
        ? { say: 'Nothing mends this: move off the gateway.', restarts: 'nothing', works: 'after-migration' }
        : { say: 'Mend what the code stands for; Envoy tries again by itself.', restarts: 'nothing', works: 'now' },
    ],
    discriminator: code,
    ...(since === null ? {} : { since }),
  });
}

interface ClosingLine {
  readonly code: string;
  readonly lines: SeenProcessLines;
  readonly evidence: Evidence;
}

/** What Envoy's own log says of closed streams; code 0 is health. */
function closingLines(model: Pick<Model, 'traffic'>, gateway: Gateway): readonly ClosingLine[] {
  const logs = trafficOf(model, gateway);
  return logs.state === 'not-read'
    ? []
    : processLines(logs.value, 'stream-closed').flatMap((lines) => {
        const { code, place, text, count, firstSeen, lastSeen } = lines;
        if (code === null || code === '0') return [];
        return [{ code, lines, evidence: logEvidence(place, { text, count, firstSeen, lastSeen }, text, 'envoy-log') }];
      });
}

function fromLine(gateway: Gateway, { code, lines, evidence }: ClosingLine): Outcome {
  const { count, firstSeen, lastSeen } = lines;
  const when = lastSeen === null ? 'by its own log' : `by its own log, the last time at ${lastSeen.slice(0, 19)}Z`;
  return closed(gateway, code, `gateway ${gateway.ref.name}`, count, when, [evidence], firstSeen);
}

function closings({ stats }: Envoy) {
  const names = stats.state === 'not-read' ? [] : [...(stats.value.at(-1)?.values.keys() ?? [])];
  return names.flatMap((name) => {
    const code = counter.exec(name)?.[1];
    if (code === undefined || code === '0') return [];
    const grown = growth(stats, name);
    return grown && grown.to > grown.from ? [{ code, grown }] : [];
  });
}
