import type { Gap } from '../snapshot/coverage.ts';
import type { Evidence } from '../snapshot/evidence.ts';

/** A link between two things as far as it was seen: there, proved not to be there, or unseen. Rules report `absent`, never `unknown`. */
export type Relation<T> =
  | { readonly state: 'present'; readonly value: T }
  | { readonly state: 'absent'; readonly proof: readonly [Evidence, ...Evidence[]] }
  | { readonly state: 'unknown'; readonly gap: Gap };

/** The value where the relation is present, else undefined. */
export function presentValue<T>(relation: Relation<T>): T | undefined {
  return relation.state === 'present' ? relation.value : undefined;
}
