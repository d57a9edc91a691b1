import { annotated, ignoring } from '../../support/annotated.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const reason = 'known';

export default {
  fires: [
    {
      name: 'its last day is no day',
      manifests: annotated(ignoring('condition-stale', { reason, until: 'next week' })),
      finds: ['Mesh shop'],
      says: '"next week", which is no day',
      severity: 'info',
      effect: 'latent',
    },
    {
      name: 'a day that the calendar does not have',
      manifests: annotated(ignoring('condition-stale', { reason, until: '2026-02-30' })),
      finds: ['Mesh shop'],
    },
  ],
  quiet: [
    { name: 'a day', manifests: annotated(ignoring('condition-stale', { reason, until: '2028-02-29' })) },
    { name: 'no day', manifests: annotated(ignoring('condition-stale', { reason })) },
    { name: 'over: said by another rule', manifests: annotated(ignoring('condition-stale', { until: '2020-01-01' })) },
  ],
} satisfies RuleCases;
