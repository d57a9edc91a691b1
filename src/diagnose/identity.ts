import { createHash } from 'node:crypto';
import { type ObjectRef, refKey } from '../snapshot/object.ts';

/**
 * The stable id of a finding: rule, identities of its subjects and the rule's discriminator; never a message, value,
 * line, pod, count or time. 12 hexadecimal digits: two of a million findings share one with a chance of 0.2 %.
 */
export function findingId(rule: string, subjects: readonly ObjectRef[], discriminator: string): string {
  const keys = [...new Set(subjects.map(refKey))].sort();
  return createHash('sha256')
    .update(JSON.stringify([rule, keys, discriminator]))
    .digest('hex')
    .slice(0, 12);
}
