import type { PatternLimits, RefusedPattern } from '../model/envoy/patterns.ts';
import { estimateProgramSize } from './table/program.ts';

/** Why Envoy does not, or may not, take a pattern. */
interface PatternFault {
  /** For people, after `the regex …`. */
  readonly says: string;
  readonly note: string;
  readonly mend: string;
  /** False where it rests on the estimated size. */
  readonly certain: boolean;
}

/** What is wrong with a pattern, and the refusal by Envoy that says so, where one does. */
export interface JudgedPattern {
  readonly fault: PatternFault;
  readonly refusal: RefusedPattern | undefined;
}

/** Judges a pattern: by what Envoy refused of it, else by what RE2 makes of it; null where nothing is wrong. */
export function faultOf(
  pattern: string,
  limits: PatternLimits,
  refusals: readonly RefusedPattern[],
): JudgedPattern | null {
  const estimated = patternFault(pattern, limits);
  // A fragment such as `*` stands in many a pattern that is right.
  const refusal = refusals.find(({ fragment, size }) =>
    size ? fragment === pattern : estimated?.certain === true && pattern.includes(fragment),
  );
  const fault = refusal ? wordsOf(refusal) : estimated;
  return fault && { fault, refusal };
}

function wordsOf({ size, fragment }: RefusedPattern): PatternFault {
  if (size) {
    const says = `was refused by Envoy: ${size.is} instructions when compiled, above the limit of ${size.limit}`;
    return { says, note: 'the pattern that Envoy refused', mend: 'Make the pattern smaller', certain: true };
  }
  const says = `was refused by Envoy: it is not RE2 at ${JSON.stringify(fragment)}`;
  return { says, note: 'the pattern that Envoy refused', mend: mendOf(fragment), certain: true };
}

/** Not RE2, or its program is estimated at half the limit or more. */
function patternFault(pattern: string, { limit, unit }: PatternLimits): PatternFault | null {
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
