import { groupBy } from '../lib/memo.ts';
import type { Gap } from '../snapshot/coverage.ts';
import type { ReportDocument } from './document.ts';
import { objectText } from './wording.ts';

/** Something that was not seen, and the rules that would need it. */
export interface NeededGap extends Gap {
  readonly rules: readonly string[];
}

interface NamedGap extends NeededGap {
  /** The object it is about, in the words of `missing`; null where it names none. */
  readonly about: string | null;
}

/** Everything that was not seen, what most rules need first; what is the same of many objects is one. */
export function gapsByNeed({ gaps, checks }: ReportDocument): readonly NeededGap[] {
  const rulesOf = new Map<string, Set<string>>();
  for (const { rule, notEvaluated } of checks) {
    for (const { missing } of notEvaluated) rulesOf.set(missing, (rulesOf.get(missing) ?? new Set()).add(rule));
  }
  const known = new Map(gaps.map((gap) => [gap.missing, { ...gap, about: podIn(gap.missing) }]));
  const fromChecks = checks.flatMap(({ notEvaluated }) =>
    notEvaluated.map(({ object, missing, reason }) => {
      const name = object && objectText(object);
      return { missing, reason, remedy: null, about: name !== null && missing.includes(name) ? name : podIn(missing) };
    }),
  );
  const every = [...known.values(), ...fromChecks.filter(({ missing }) => !known.has(missing))];
  const unique = [...groupBy(every, ({ missing }) => missing).values()].flatMap((group) => group[0] ?? []);
  const needed = unique
    .map((gap): NamedGap => ({ ...gap, rules: [...(rulesOf.get(gap.missing) ?? [])] }))
    .sort((left, right) => right.rules.length - left.rules.length);
  return [...groupBy(needed, sayingOf).values()].flatMap(folded);
}

function podIn(missing: string): string | null {
  return /\bpod [\w.-]+\/[\w.-]+/.exec(missing)?.[0] ?? null;
}

/** What two gaps share that say the same of two objects. */
function sayingOf({ missing, reason, remedy, rules, about }: NamedGap): string {
  const words = about === null ? [missing] : missing.split(about);
  return JSON.stringify([words, reason, remedy, rules]);
}

const mostNames = 3;

function folded(same: readonly NamedGap[]): readonly NeededGap[] {
  const [first, ...others] = same;
  if (!first) return [];
  const { missing, reason, remedy, rules } = first;
  const names = others.flatMap(({ about }) => about ?? []);
  const shown = names.length > mostNames ? names.slice(0, mostNames - 1) : names;
  const left = names.length - shown.length;
  const likewise = left > 0 ? `${shown.join(', ')} and ${left} more` : shown.join(', ');
  return [{ missing: names.length === 0 ? missing : `${missing}; the same of ${likewise}`, reason, remedy, rules }];
}
