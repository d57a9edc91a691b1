import { isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated, type Outcome } from '../../src/diagnose/rule.ts';
import { upstreams } from '../../src/model/envoy/upstreams.ts';
import { listenersWanting, longWarming, warmingSecrets } from '../../src/model/envoy/warming-secrets.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { logEvidence, processLines, trafficOf } from '../../src/model/traffic.ts';
import type { TrafficView } from '../../src/snapshot/access-log/traffic-view.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

export default defineRule({
  id: 'secret-not-delivered',
  title: 'A certificate that Envoy waits for never came',
  severity: 'error',
  needs: anyOf('envoy.secrets', 'logs'),
  also: ['envoy.serverInfo', 'envoy.listenerConfig', 'envoy.clusterConfig', 'envoy.routes', 'mesh.virtualNodes'],
  explains: ['tls-verify-failed', 'upstream-connect-failures', 'retries-exhausted', 'requests-failing'],
  docs: {
    what: 'A secret (certificate or CA, by SDS) that is still warming in an Envoy that runs for a minute or longer, or of which its own log says so: nobody delivered it.',
    why: 'A listener without its certificate takes no TLS connection, and a cluster without its certificate or CA makes none.',
    fix: 'Look at who delivers it: the SPIRE agent (its socket, the registration entry of this workload), or App Mesh, which has ended and delivers none.',
    seen: 'Status 503, response flag UF, `TLS error: Secret is not supplied by SDS` in the log; `dynamic_warming_secrets` in the config dump.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    for (const gateway of model.gateways) {
      const unread = gateway.envoys.find(({ secrets }) => secrets.state === 'not-read')?.secrets;
      const logs = trafficOf(model, gateway);
      if (unread?.state === 'not-read' && logs.state === 'not-read') yield notEvaluated(gateway, unread.gap);
      if (unread && logs.state !== 'not-read') yield* fromLog(gateway, logs.value);
      // Without its uptime nobody knows whether Envoy has only just asked.
      const waits = gateway.envoys.find(
        (envoy) => warmingSecrets(envoy).length > 0 && envoy.serverInfo.state === 'not-read',
      );
      if (waits?.serverInfo.state === 'not-read') yield notEvaluated(gateway, waits.serverInfo.gap);
      for (const [name, evidence] of longWarming(gateway)) yield describe(model, gateway, name, evidence);
    }
  },
});

/** Where secrets were not read, Envoy's own log may tell: without the name, which these lines do not hold. */
function* fromLog(gateway: Gateway, view: TrafficView): Iterable<Outcome> {
  const [first, ...rest] = processLines(view, 'secret-not-delivered').map(({ place, text, count, lastSeen }) =>
    logEvidence(place, { text, count, lastSeen }, text, 'envoy-log'),
  );
  if (!first) return;
  yield finding(gateway, {
    message: `The log of gateway ${gateway.ref.name} says that a certificate was not delivered.`,
    effect: 'traffic',
    evidence: [first, ...rest],
    cause: 'Whoever is to deliver it by SDS did not.',
    fix: [
      {
        say: 'Read what it waits for: meshdoctor diagnose --admin URL tells its name.',
        restarts: 'nothing',
        works: 'now',
      },
    ],
    discriminator: 'log',
  });
}

/** Who delivers a secret, by what the clusters that want it say. */
const deliverers = {
  'control-plane': 'Its control plane, which delivers certificates by the same stream as routes, did not send it.',
  sds: 'Its secret server (SPIRE) did not send it: its socket is not there, or no entry is registered for this workload.',
} as const;

function describe(model: Model, gateway: Gateway, name: string, evidence: readonly [Evidence, ...Evidence[]]) {
  const wanting = upstreams(model).filter(
    (upstream) => upstream.gateway === gateway && upstream.cluster.tls.some((source) => source.name === name),
  );
  const listeners = listenersWanting(gateway, name);
  const sources = [...listeners, ...wanting.flatMap(({ cluster }) => cluster.tls.filter((one) => one.name === name))];
  const kind = sources[0]?.kind;
  const hurt = [
    ...listeners.map((listener) => `listener ${listener.name} takes no TLS connection`),
    ...(wanting.length > 0
      ? [`no TLS connection to ${new Set(wanting.map(({ cluster }) => cluster.name)).size} of its clusters can be made`]
      : []),
  ];
  const fromStream = kind === 'control-plane' || (isFrozen(gateway) && kind !== 'sds');
  return finding(gateway, {
    message: `Gateway ${gateway.ref.name} waits for secret ${JSON.stringify(name)}, which was never delivered${hurt.length > 0 ? `: ${hurt.join('; ')}` : ''}.`,
    effect: 'traffic',
    evidence,
    cause: kind === 'sds' || kind === 'control-plane' ? deliverers[kind] : 'Whoever is to deliver it by SDS did not.',
    fix: [
      fromStream && isFrozen(gateway)
        ? {
            say: 'Serve from pods made of a rescue copy, with a certificate of your own in its place: meshdoctor rescue COPY -o manifests.',
            restarts: 'nothing',
            works: 'through-rescue',
          }
        : {
            say: `Register ${JSON.stringify(name)} at whoever delivers it, and look whether its socket is mounted: Envoy takes it as soon as it comes.`,
            restarts: 'nothing',
            works: 'now',
          },
    ],
    avoid: isFrozen(gateway)
      ? [
          {
            say: 'Do not restart the gateway to make it ask again.',
            because: 'it asks all the time, and comes back empty',
          },
        ]
      : [],
    discriminator: name,
    affects: wanting.slice(0, 200).map(({ ref }) => ref),
  });
}
