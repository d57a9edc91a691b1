import { estimateProgramSize } from './table/program.ts';

/** Why Envoy does not, or may not, take a pattern. */
export interface PatternFault {
  /** For people, after `the regex …`. */
  readonly says: string;
  readonly note: string;
  readonly mend: string;
  /** False where it rests on the estimated size. */
  readonly certain: boolean;
}

/** What is wrong with a pattern: not RE2, or its program is estimated at half the limit or more. */
export function patternFault(
  pattern: string,
  { limit, unit }: { readonly limit: number; readonly unit: 'byte' | 'utf8' },
): PatternFault | null {
  // RE2 in C++ knows \C (any byte); the engine that stands for it here does not.
  if (pattern.includes('\\C')) return null;
  let size: number;
  try {
    size = estimateProgramSize(pattern, unit);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '').replaceAll('`', '"') : '';
    return { says: `is not RE2: ${why}`, note: why, mend: mendOf(pattern), certain: true };
  }
  if (size < limit / 2) return null;
  const where =
    size > 2 * limit
      ? `far above the limit of ${limit}: Envoy will refuse it`
      : `${size > limit ? 'above' : 'near'} the limit of ${limit}: Envoy may refuse it`;
  return {
    says: `is about ${size} instructions long when compiled, ${where}`,
    note: `about ${size} instructions, estimated`,
    mend: 'Make the pattern smaller: shorter repetitions, [0-9a-z] instead of classes of all letters, a prefix instead of a long alternation',
    certain: false,
  };
}

/** How to write what RE2 does not have. */
export function mendOf(pattern: string): string {
  if (/\(\?<?[=!]/.test(pattern)) {
    return 'Write it without look-ahead and look-behind, which RE2 does not have: an earlier route, or a header with invert, can take what is to be left out';
  }
  if (/\\[1-9]/.test(pattern)) return 'Write it without back-references, which RE2 does not have';
  if (/[*+?}]\+/.test(pattern)) return 'Write it without possessive repetition, which RE2 does not have';
  return 'Correct the pattern';
}
