import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const matcher =
  'bootstrap: { stats_config: { stats_matcher: { exclusion_list: { patterns: [{ prefix: cluster. }] } } } }';

export default {
  fires: [
    {
      name: 'an exclusion',
      envoy: `connected: true\n${matcher}`,
      finds: ['VirtualGateway shop/edge'],
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'frozen',
      envoy: `connected: false\n${matcher}`,
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
  ],
  quiet: [
    {
      name: 'tags alone',
      envoy: 'bootstrap: { stats_config: { stats_tags: [{ tag_name: a, regex: b }] } }',
      notEvaluated: [],
    },
    {
      name: 'a matcher that rejects nothing',
      envoy: 'bootstrap: { stats_config: { stats_matcher: { reject_all: false } } }',
      notEvaluated: [],
    },
    { name: 'none', envoy: 'connected: true', notEvaluated: [] },
    { name: 'no config dump', envoy: 'without: [config_dump]', notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
