import { isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';

export default defineRule({
  id: 'stats-filtered',
  title: 'Envoy makes only a part of its statistics',
  severity: 'warning',
  needs: anyOf('envoy.bootstrap'),
  docs: {
    what: 'An Envoy whose bootstrap has a `stats_matcher` (ENVOY_STATS_CONFIG_FILE in the image of App Mesh): statistics that it leaves out do not exist.',
    why: 'What is left out counts nowhere, for alarms and for this tool; and filters of statistics have broken the synchronisation of configuration in App Mesh (roadmap issue 283).',
    fix: 'Take the matcher out of the bootstrap, and filter where metrics are collected.',
    seen: 'Counters that should be there are missing in `/stats`.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    for (const gateway of model.gateways) {
      const found = gateway.envoys.flatMap(({ bootstrap, label }) => {
        const statsMatcher = bootstrap.state === 'not-read' ? null : bootstrap.value.telemetry?.statsMatcher;
        if (bootstrap.state === 'not-read' || !statsMatcher) return [];
        const { place } = bootstrap.value;
        const at = { ...place, pointer: `${place.pointer}/stats_config/stats_matcher` };
        return [envoyEvidence('config_dump', at, statsMatcher, `stats_matcher of ${label}`)];
      });
      const [first, ...rest] = found;
      if (!first) continue;
      const frozen = isFrozen(gateway);
      yield finding(gateway, {
        message: `Gateway ${gateway.ref.name} makes only the statistics that a matcher lets through: others are missing, not 0.`,
        effect: frozen ? 'standing' : 'latent',
        evidence: [first, ...rest],
        cause: 'The bootstrap has a stats_matcher.',
        fix: [
          {
            say: frozen
              ? 'Leave it: the bootstrap is read at the start alone. A gateway built of a rescue copy can do without.'
              : 'Take it out of the bootstrap and filter where metrics are collected.',
            restarts: frozen ? 'nothing' : 'gateway',
            works: frozen ? 'through-rescue' : 'now',
          },
        ],
      });
    }
  },
});
