import { isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { lastStat } from '../../src/model/envoy/counters.ts';
import { type Envoy, envoyEvidence } from '../../src/model/envoy/envoy.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

/** A young Envoy that is not live yet is starting, not ill. */
const startSeconds = 60;

export default defineRule({
  id: 'envoy-not-live',
  title: 'Envoy is not live',
  severity: 'error',
  needs: anyOf('envoy.serverInfo', 'envoy.ready'),
  also: ['envoy.stats', 'envoy.clusterConfig', 'envoy.secrets'],
  explains: ['gateway-listener-missing', 'gateway-no-ready-pod', 'requests-failing'],
  docs: {
    what: 'An Envoy in PRE_INITIALIZING, INITIALIZING or DRAINING.',
    why: 'Before it is LIVE an Envoy opens no listener; while it drains it asks its clients to leave.',
    fix: 'See what it waits for: the first listeners (LDS) or clusters (CDS) from its control plane, a cluster that warms, a secret that never came.',
    seen: 'The pod is not ready; connections are refused. `/server_info` and `/ready` say the state; `server.live` and `/init_dump` do not tell.',
  },
  subjects: withEnvoys,
  *check(model) {
    for (const gateway of withEnvoys(model)) {
      const states = gateway.envoys.map((envoy) => ({ envoy, said: stateOf(envoy) }));
      const notLive = states.flatMap(({ envoy, said }) => (said && said.state !== 'LIVE' ? [{ envoy, ...said }] : []));
      const [first] = notLive;
      if (!first) {
        const unread = states.find(({ said }) => said === null)?.envoy.serverInfo;
        if (unread?.state === 'not-read') yield notEvaluated(gateway, unread.gap);
        continue;
      }
      if (!isFrozen(gateway) && first.uptime !== null && first.uptime < startSeconds) {
        yield notEvaluated(gateway, {
          missing: `the state of ${first.envoy.label} a minute after its start`,
          reason: `it started ${first.uptime} seconds ago and is ${first.state}`,
          remedy: 'look again in a minute',
        });
        continue;
      }
      const draining = first.state === 'DRAINING';
      const awaited = awaits(first.envoy);
      yield finding(gateway, {
        message: `${notLive.length === 1 ? 'An Envoy' : `${notLive.length} Envoys`} of gateway ${gateway.ref.name} ${notLive.length === 1 ? 'is' : 'are'} ${first.state}${draining ? '' : ` and ${notLive.length === 1 ? 'serves' : 'serve'} nothing`}.`,
        effect: 'traffic',
        ...(draining && !isFrozen(gateway) ? { severity: 'warning' as const } : {}),
        evidence: [first.evidence, ...notLive.slice(1).map(({ evidence }) => evidence), ...awaited.evidence],
        cause: draining ? 'It was told to stop, and lets its clients leave.' : awaited.cause,
        fix: [
          {
            say: draining
              ? 'Find out what stops it: a rollout, an eviction, or a call of its /healthcheck/fail.'
              : isFrozen(gateway)
                ? 'Keep the other pods of this gateway as they are: this one cannot be brought back by restarting it.'
                : 'Restore what it waits for; it goes on by itself.',
            restarts: 'nothing',
            works: 'now',
          },
        ],
        avoid: isFrozen(gateway)
          ? [{ say: 'Do not restart it.', because: 'it comes back without configuration again' }]
          : [],
      });
    }
  },
});

function withEnvoys(model: Model): readonly Gateway[] {
  return model.gateways.filter(({ envoys }) => envoys.length > 0);
}

function stateOf(
  envoy: Envoy,
): { readonly state: string; readonly evidence: Evidence; readonly uptime: number | null } | null {
  const { serverInfo, ready } = envoy;
  if (serverInfo.state !== 'not-read') {
    const { place, state, uptimeSeconds } = serverInfo.value;
    const evidence = envoyEvidence('server_info', { ...place, pointer: `${place.pointer}/state` }, state);
    return { state, evidence, uptime: uptimeSeconds };
  }
  if (ready.state === 'not-read') return null;
  return {
    state: ready.value.state,
    evidence: envoyEvidence('ready', ready.value.place, ready.value.state),
    uptime: null,
  };
}

/** What an Envoy that has not started waits for, as far as its counters and warming parts say. */
function awaits(envoy: Envoy): { readonly cause: string; readonly evidence: readonly Evidence[] } {
  const { stats, clusterConfig, secrets } = envoy;
  for (const [counter, what] of [
    ['cluster_manager.cds.update_success', 'clusters (CDS)'],
    ['listener_manager.lds.update_success', 'listeners (LDS)'],
  ] as const) {
    const delivered = lastStat(stats, counter);
    if (delivered?.value === 0) {
      return {
        cause: `It waits for its first ${what}, which its control plane never sent.`,
        evidence: [delivered.evidence],
      };
    }
  }
  const secret = (secrets.state === 'not-read' ? [] : secrets.value).find(({ state }) => state === 'warming');
  if (secret) {
    const evidence = [envoyEvidence('config_dump', secret.place, { name: secret.name, state: secret.state })];
    return { cause: `It waits for secret ${secret.name}, which was never delivered.`, evidence };
  }
  const cluster = (clusterConfig.state === 'not-read' ? [] : clusterConfig.value).find(
    ({ state }) => state === 'warming',
  );
  if (cluster) {
    const evidence = [envoyEvidence('config_dump', cluster.place, { name: cluster.name, state: cluster.state })];
    return { cause: `It waits for cluster ${cluster.name}, which is still warming.`, evidence };
  }
  return { cause: 'It has not received its first configuration, or has not finished with it.', evidence: [] };
}
