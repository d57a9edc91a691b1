import { annotated, ignoring } from '../../support/annotated.ts';
import type { RuleCases } from '../../support/rule-table.ts';

export default {
  fires: [
    {
      name: 'an annotation without the reason',
      manifests: annotated(ignoring('condition-stale')),
      finds: ['Mesh shop'],
      says: 'does not say why',
      severity: 'info',
    },
    {
      name: 'an empty reason is none',
      manifests: annotated(ignoring('condition-stale', { reason: '  ' })),
      finds: ['Mesh shop'],
    },
  ],
  quiet: [
    { name: 'a reason', manifests: annotated(ignoring('condition-stale', { reason: 'known, see OPS-1' })) },
    { name: 'an annotation that names no rule', manifests: annotated(ignoring(' , ')) },
    { name: 'a reason alone', manifests: annotated({ 'meshdoctor.io/ignore-reason': 'x' }) },
  ],
} satisfies RuleCases;
