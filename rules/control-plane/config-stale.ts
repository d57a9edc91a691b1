import { isFrozen, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { lastStat } from '../../src/model/envoy/counters.ts';
import { type Envoy, envoyEvidence } from '../../src/model/envoy/envoy.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import { firstUnread } from '../../src/model/unread.ts';

/** Envoy warms a listener or cluster within its fetch timeout of 15 s, where it has one. */
const patienceMs = 60_000;

/** A resource that waits to be put into use. */
interface Warming {
  readonly kind: 'cluster' | 'listener';
  readonly name: string;
  /** Null where the dump does not tell. */
  readonly since: string | null;
  /** An older version of it serves on meanwhile. */
  readonly older: boolean;
  readonly evidence: Evidence;
}

export default defineRule({
  id: 'config-stale',
  title: 'An update has been warming for long and is not in use',
  severity: 'warning',
  needs: anyOf('envoy.listenerConfig', 'envoy.clusterConfig'),
  also: ['envoy.secrets', 'envoy.stats'],
  explains: ['config-drift', 'replicas-disagree'],
  docs: {
    what: 'A listener or cluster that Envoy has received and has been warming for more than a minute: it waits for a secret, a route configuration or its first endpoints. Versions that differ between resources prove nothing: Envoy keeps the one each last changed at.',
    why: 'Until it has what it waits for, the version before serves on; a resource that is new is not there at all.',
    fix: 'Make what it waits for come: most often a secret that nobody delivers.',
    seen: '`warming_state` in the config dump, `cluster_manager.warming_clusters` above 0 at every reading.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    for (const gateway of model.gateways) {
      const gap = firstUnread(gateway.envoys, ['envoy.listenerConfig', 'envoy.clusterConfig']);
      if (gap) yield notEvaluated(gateway, gap);
      for (const envoy of gateway.envoys) {
        const secrets = warmingSecrets(envoy);
        for (const one of warmingIn(envoy)) {
          const waited = Date.parse(model.now) - Date.parse(one.since ?? '');
          if (!(waited > patienceMs)) continue;
          const waits =
            secrets.length > 0 ? ` Secrets that have not come: ${secrets.map(({ name }) => name).join(', ')}.` : '';
          const name =
            one.kind === 'cluster' ? 'cluster_manager.warming_clusters' : 'listener_manager.total_listeners_warming';
          const gauge = lastStat(envoy.stats, name);
          yield finding(gateway, {
            message: `${one.kind === 'cluster' ? 'Cluster' : 'Listener'} ${one.name} of gateway ${gateway.ref.name} has been warming since ${one.since}: ${one.older ? 'its last update is not in use' : 'it is not in use'}.`,
            effect: one.older ? 'latent' : 'traffic',
            evidence: [
              one.evidence,
              ...secrets.map(({ place, name: secret }) =>
                envoyEvidence('config_dump', place, { name: secret }, `secret ${secret} is warming`),
              ),
              ...(gauge ? [gauge.evidence] : []),
            ],
            cause: `Envoy puts a ${one.kind} into use when it has all that belongs to it.${waits}`,
            fix: [
              {
                say:
                  secrets.length > 0
                    ? 'Deliver the secret, or take it out of the configuration.'
                    : `Find out what this ${one.kind} waits for: its log says it at the start of warming.`,
                restarts: 'nothing',
                works: whenObjectsApply(model, [gateway]),
              },
            ],
            avoid: isFrozen(gateway)
              ? [{ say: 'Do not restart this pod to get it through.', because: 'it comes back empty' }]
              : [],
            ...(one.since === null ? {} : { since: one.since }),
            discriminator: `${one.kind} ${one.name}`,
          });
        }
      }
    }
  },
});

function warmingIn({ clusterConfig, listenerConfig }: Envoy): readonly Warming[] {
  const clusters = clusterConfig.state === 'not-read' ? [] : clusterConfig.value;
  const listeners = listenerConfig.state === 'not-read' ? [] : listenerConfig.value;
  const running = new Set(clusters.flatMap(({ name, state }) => (state === 'warming' ? [] : [name])));
  return [
    ...clusters.flatMap(({ name, state, lastUpdated, place, version }): readonly Warming[] => {
      if (state !== 'warming' || lastUpdated === null) return [];
      const evidence = envoyEvidence(
        'config_dump',
        place,
        { name, version, lastUpdated },
        `cluster ${name} is warming`,
      );
      return [{ kind: 'cluster', name, since: lastUpdated, older: running.has(name), evidence }];
    }),
    ...listeners.flatMap(({ name, state, lastUpdated, place, version }): readonly Warming[] => {
      // A listener with an active state is read as active: here is only one that never served.
      if (state !== 'warming') return [];
      const evidence = envoyEvidence(
        'config_dump',
        place,
        { name, version, lastUpdated },
        `listener ${name} is warming`,
      );
      return [{ kind: 'listener', name, since: lastUpdated, older: false, evidence }];
    }),
  ];
}

function warmingSecrets({ secrets }: Envoy) {
  return secrets.state === 'not-read' ? [] : secrets.value.filter(({ state }) => state === 'warming');
}
