import type { Gap } from '../snapshot/coverage.ts';
import { type Envoy, sectionOf } from './envoy/envoy.ts';
import type { Model } from './model.ts';
import type { Part } from './parts.ts';

/** The kinds that show what runs, for `firstUnlisted`. */
export const runnerKinds = ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet'] as const;

/** What is missing of the first of these kinds of which not every object of a namespace (`*`: of all) was seen; null where all were. */
export function firstUnlisted(model: Model, kinds: readonly string[], namespace: string | null = '*'): Gap | null {
  for (const kind of kinds) {
    const seen = model.completeness(kind, namespace ?? '*');
    if (!seen.complete) return seen.gap;
  }
  return null;
}

/** What is missing of the first of these sections that was not read of one of these Envoys; null where all were, or there is none. */
export function firstUnread(envoys: readonly Envoy[], parts: readonly Part[]): Gap | null {
  for (const part of parts) {
    for (const envoy of envoys) {
      const section = sectionOf(envoy, part);
      if (section?.state === 'not-read') return section.gap;
    }
  }
  return null;
}
