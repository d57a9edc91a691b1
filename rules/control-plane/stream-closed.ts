import { anyOf, defineRule, finding, notEvaluated, type Outcome } from '../../src/diagnose/rule.ts';
import { growth } from '../../src/model/envoy/counters.ts';
import { type ClosingLine, closingLines, closings } from '../../src/model/envoy/stream-closings.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { trafficOf } from '../../src/model/traffic.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

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
    what: 'The stream over which Envoy takes its configuration was closed with a code other than 0: between two readings of the counters or, once App Mesh has ended, ever since Envoy started; or its own log says so. Code 0 is health: App Mesh closed each stream every half hour.',
    why: 'No change of configuration reaches this Envoy. Since App Mesh ended this holds of all its gateways, and is told as a standing fact.',
    fix: 'By code: 3 create the resource or correct its name; 7 allow it in IAM; 8 fewer Envoys or a higher quota; 13 and 14 open the way; 16 give credentials.',
    seen: '`gRPC config stream closed: 7` in the log of Envoy; `grpc.ads.streams_closed_7` in the stats.',
  },
  subjects: (model) =>
    model.gateways.filter((gateway) => gateway.envoys.length > 0 || trafficOf(model, gateway).state !== 'not-read'),
  *check(model) {
    for (const gateway of model.gateways) {
      const lines = closingLines(model, gateway);
      if (gateway.frozen.state === 'observed') yield* judgeEnded(gateway, lines);
      else yield* judgeLiving(gateway, lines);
    }
  },
});

/**
 * Envoy tries the dead stream anew now and then: whether it did between two readings, and how it failed, is chance; so
 * all of its time counts, and all codes are one finding.
 */
function* judgeEnded(gateway: Gateway, lines: readonly ClosingLine[]): Iterable<Outcome> {
  const counted = gateway.envoys.flatMap((envoy) => {
    const ever = closings(envoy).filter(({ ever }) => ever.value > 0);
    const said = ever.map(({ code, ever }) => `${times(ever.value)} with code ${code}`).join(', ');
    return ever.length === 0 ? [] : [{ said: `${envoy.label} was closed ${said} since it started`, ever }];
  });
  const said = counted.length > 0 ? counted.map(({ said }) => said) : [logSays(gateway, lines)];
  const counters = counted.flatMap(({ ever }) => ever.map(({ ever }) => ever.evidence));
  const [first, ...rest] = [...counters, ...lines.map(({ evidence }) => evidence)];
  if (!first) return;
  yield finding(gateway, {
    message: `The stream of configuration of ${said.join(', and that of ')}.`,
    effect: 'standing',
    evidence: [first, ...rest],
    cause: 'AWS ended App Mesh on 2026-09-30: its management server takes no stream any more.',
    fix: [{ say: 'Nothing mends this: move off the gateway.', restarts: 'nothing', works: 'after-migration' }],
  });
}

function* judgeLiving(gateway: Gateway, lines: readonly ClosingLine[]): Iterable<Outcome> {
  const counted = new Set<string>();
  for (const envoy of gateway.envoys) {
    for (const { name, code, ever } of closings(envoy)) {
      const grown = growth(envoy.stats, name);
      const gap = {
        missing: `how ${name} of ${envoy.label} grows`,
        reason: 'the counters were read once, or Envoy started anew between the readings',
        remedy: 'read them twice: diagnose with --admin or --live, or save the stats again',
      };
      if (!grown && ever.value > 0) yield notEvaluated(gateway, gap);
      if (!grown || grown.to === grown.from) continue;
      counted.add(code);
      const said = `${times(grown.to - grown.from)} with code ${code} within ${Math.round(grown.seconds)} seconds`;
      yield latent(gateway, code, `${envoy.label} was closed ${said}`, grown.evidence);
    }
  }
  // What the counters tell of now needs no older line to say it again.
  for (const line of lines.filter(({ code }) => !counted.has(code))) {
    yield latent(gateway, line.code, logSays(gateway, [line]), [line.evidence], line.lines.firstSeen);
  }
}

function latent(
  gateway: Gateway,
  code: string,
  said: string,
  evidence: readonly [Evidence, ...Evidence[]],
  since: string | null = null,
): Outcome {
  return finding(gateway, {
    message: `The stream of configuration of ${said}.`,
    effect: 'latent',
    evidence,
    cause: causes[code] ?? `The server closed it with gRPC status ${code}.`,
    fix: [{ say: 'Mend what the code stands for; Envoy tries again by itself.', restarts: 'nothing', works: 'now' }],
    discriminator: code,
    ...(since === null ? {} : { since }),
  });
}

function logSays({ ref }: Gateway, lines: readonly ClosingLine[]): string {
  const said = lines.map(({ code, lines: { count, lastSeen } }) => {
    const last = lastSeen === null ? '' : `, the last time at ${lastSeen.slice(0, 19)}Z`;
    return `${times(count)} with code ${code} by its own log${last}`;
  });
  return `gateway ${ref.name} was closed ${said.join(', ')}`;
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
