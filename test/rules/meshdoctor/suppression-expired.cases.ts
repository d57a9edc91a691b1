import { annotated, ignoring } from '../../support/annotated.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const now = '2026-06-01T12:00:00Z';
const reason = 'moves in May';

export default {
  fires: [
    {
      name: 'its last day was yesterday',
      manifests: annotated(ignoring('condition-stale', { reason, until: '2026-05-31' })),
      now,
      finds: ['Mesh shop'],
      says: 'ended on 2026-05-31',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'each rule it names is said',
      manifests: annotated(ignoring('condition-stale, deletion-stuck', { until: '2025-01-01' })),
      now,
      finds: ['Mesh shop', 'Mesh shop'],
    },
  ],
  quiet: [
    {
      name: 'its last day is today, to the end of it',
      manifests: annotated(ignoring('condition-stale', { reason, until: '2026-06-01' })),
      now: '2026-06-01T23:59:59Z',
    },
    { name: 'it has no last day', manifests: annotated(ignoring('condition-stale', { reason })), now },
    {
      name: 'what it says is no day: it never held',
      manifests: annotated(ignoring('condition-stale', { reason, until: '2026-02-30' })),
      now,
    },
    { name: 'nothing is suppressed', manifests: annotated({ other: 'condition-stale' }), now },
  ],
} satisfies RuleCases;
