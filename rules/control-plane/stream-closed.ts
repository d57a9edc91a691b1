import { anyOf, defineRule, finding, notEvaluated, type Outcome } from '../../src/diagnose/rule.ts';
import { growth, lastStat, type Reading } from '../../src/model/envoy/counters.ts';
import type { Envoy } from '../../src/model/envoy/envoy.ts';
import type { Gateway } from '../../src/model/gateway.ts';

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
  needs: anyOf('envoy.stats'),
  docs: {
    what: 'The stream over which Envoy takes its configuration was closed with a code other than 0: between two readings of the counters or, once App Mesh has ended, ever since Envoy started. Code 0 is health: App Mesh closed each stream every half hour.',
    why: 'No change of configuration reaches this Envoy. Since App Mesh ended this holds of all its gateways, and is told as a standing fact.',
    fix: 'By code: 3 create the resource or correct its name; 7 allow it in IAM; 8 fewer Envoys or a higher quota; 13 and 14 open the way; 16 give credentials.',
    seen: '`gRPC config stream closed: 7` in the log of Envoy; `grpc.ads.streams_closed_7` in the stats.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    for (const gateway of model.gateways) {
      for (const envoy of gateway.envoys) {
        yield* gateway.frozen.state === 'observed' ? judgeEnded(gateway, envoy) : judgeLiving(gateway, envoy);
      }
    }
  },
});

/**
 * Envoy tries the dead stream anew now and then: whether it did between two readings, and how it failed, is chance; so
 * all of its time counts, and all codes are one finding.
 */
function* judgeEnded(gateway: Gateway, envoy: Envoy): Iterable<Outcome> {
  const closed = closings(envoy).filter(({ ever }) => ever.value > 0);
  const [first, ...rest] = closed.map(({ ever }) => ever.evidence);
  if (!first) return;
  const counted = closed.map(({ code, ever }) => `${times(ever.value)} with code ${code}`).join(', ');
  yield finding(gateway, {
    message: `The stream of configuration of ${envoy.label} was closed ${counted} since it started.`,
    effect: 'standing',
    evidence: [first, ...rest],
    cause: 'AWS ended App Mesh on 2026-09-30: its management server takes no stream any more.',
    fix: [{ say: 'Nothing mends this: move off the gateway.', restarts: 'nothing', works: 'after-migration' }],
  });
}

function* judgeLiving(gateway: Gateway, envoy: Envoy): Iterable<Outcome> {
  for (const { name, code, ever } of closings(envoy)) {
    const grown = growth(envoy.stats, name);
    const gap = {
      missing: `how ${name} of ${envoy.label} grows`,
      reason: 'the counters were read once, or Envoy started anew between the readings',
      remedy: 'read them twice: diagnose with --admin or --live, or save the stats again',
    };
    if (!grown && ever.value > 0) yield notEvaluated(gateway, gap);
    if (!grown || grown.to === grown.from) continue;
    yield finding(gateway, {
      message: `The stream of configuration of ${envoy.label} was closed ${times(grown.to - grown.from)} with code ${code} within ${Math.round(grown.seconds)} seconds.`,
      effect: 'latent',
      evidence: grown.evidence,
      cause: causes[code] ?? `The server closed it with gRPC status ${code}.`,
      fix: [{ say: 'Mend what the code stands for; Envoy tries again by itself.', restarts: 'nothing', works: 'now' }],
      discriminator: code,
    });
  }
}

/** The counters of streams closed with a code other than 0, as they were read last. */
function closings({
  stats,
}: Envoy): readonly { readonly name: string; readonly code: string; readonly ever: Reading }[] {
  const names = stats.state === 'not-read' ? [] : [...(stats.value.at(-1)?.values.keys() ?? [])];
  return names.flatMap((name) => {
    const code = counter.exec(name)?.[1];
    const ever = lastStat(stats, name);
    return code === undefined || code === '0' || !ever ? [] : [{ name, code, ever }];
  });
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
