import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { lastStat, readStat } from '../../src/model/envoy/counters.ts';
import type { Envoy } from '../../src/model/envoy/envoy.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Gap } from '../../src/snapshot/coverage.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

const connectedState = 'control_plane.connected_state';

export default defineRule({
  id: 'control-plane-disconnected',
  title: 'Envoy has lost its control plane',
  severity: 'error',
  needs: anyOf('envoy.stats'),
  also: ['envoy.listenerConfig', 'envoy.bootstrap'],
  explains: ['config-stale', 'stream-closed'],
  docs: {
    what: 'An Envoy that takes its configuration from a management server and is not connected to it.',
    why: 'It goes on with the configuration it has and takes no change; a restart leaves it without any. App Mesh ended on 2026-09-30, so for its gateways this holds for good and is told once a gateway, as a standing fact.',
    fix: 'App Mesh: keep the gateway running as it is and move off it. Any other control plane: find out why the Envoy cannot reach it.',
    seen: '`control_plane.connected_state` 0 in the stats; `gRPC config stream closed` in the log of the Envoy. Requests are served as before.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    for (const gateway of model.gateways) {
      if (gateway.envoys.length === 0) continue;
      const [first, ...rest] = gateway.envoys.flatMap((envoy) => disconnected(envoy) ?? []);
      if (!first) {
        const gap = gateway.envoys.map(unseen).find((missing) => missing !== null);
        if (gap) yield notEvaluated(gateway, gap);
        continue;
      }
      const appMesh = gateway.frozen.state === 'observed';
      const name = gateway.ref.name;
      const updated = lastUpdate(gateway);
      const age = updated ? `; its listeners were last changed on ${updated.slice(0, 10)}` : '';
      yield finding(gateway, {
        message: appMesh
          ? `Gateway ${name} has no control plane any more: it goes on with the configuration it has, which nobody can change${age}.`
          : `Gateway ${name} is not connected to its control plane: it takes no change of configuration${age}.`,
        effect: appMesh ? 'standing' : 'latent',
        evidence: [first, ...rest],
        cause: appMesh
          ? 'AWS ended App Mesh on 2026-09-30. Envoy keeps the last configuration it received for as long as it runs.'
          : 'The stream to the management server (ADS) is closed and could not be opened again.',
        fix: [
          appMesh
            ? {
                say: 'Keep its pods running, save what it knows with meshdoctor collect, and move its routes to another gateway.',
                restarts: 'nothing',
                works: 'now',
              }
            : { say: 'Restore the way from this Envoy to its management server.', restarts: 'nothing', works: 'now' },
        ],
        avoid: [
          { say: 'Do not restart or delete its pods.', because: 'a new pod gets no configuration and serves nothing' },
        ],
      });
    }
  },
});

/** The proof that an Envoy was without control plane at every reading; null where it was connected, or it is not known. */
function disconnected(envoy: Envoy): readonly Evidence[] | null {
  const { stats } = envoy;
  if (stats.state === 'not-read') return null;
  const readings = stats.value.flatMap((read) => readStat(read, connectedState) ?? []);
  const last = readings.at(-1);
  return last && readings.every(({ value }) => value === 0) ? [last.evidence] : null;
}

/** Why it is not known whether an Envoy is connected; null where it is, or where it has no management server. */
function unseen(envoy: Envoy): Gap | null {
  const { stats, bootstrap } = envoy;
  if (stats.state === 'not-read') return stats.gap;
  if (lastStat(stats, connectedState)) return null;
  if (bootstrap.state !== 'not-read' && !bootstrap.value.dynamic) return null;
  if (bootstrap.state === 'not-read' && !envoy.identity) return null;
  return {
    missing: `${connectedState} of ${envoy.label}`,
    reason: 'the stats that were read do not hold it',
    remedy: 'save /stats?format=json without a filter',
  };
}

function lastUpdate(gateway: Gateway): string | null {
  const times = gateway.envoys.flatMap(({ listenerConfig }) =>
    listenerConfig.state === 'not-read' ? [] : listenerConfig.value.flatMap(({ lastUpdated }) => lastUpdated ?? []),
  );
  return times.sort().at(-1) ?? null;
}
