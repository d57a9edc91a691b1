import { type Chance, drawnNumber } from './chance.ts';
import type { Language } from './language.ts';
import { type Budget, findWord, OutOfBudget, type Signed } from './word.ts';

/**
 * One dimension of a request. `word`: absent or one text. `lines`: absent or several texts (repeated header lines, each matched
 * alone). `flag`: true or false by what no request tells. `chance`: the one random number of a request.
 */
export interface Field {
  readonly key: string;
  readonly kind: 'word' | 'lines' | 'flag' | 'chance';
  readonly mayBeAbsent: boolean;
  /** The values that people and codecs use: witnesses are made of these. */
  readonly usual: readonly Signed[];
  /** Every value that could come: proofs are about these. */
  readonly legal: readonly Signed[];
  readonly hints: readonly string[];
}

/** What a route asks of one field. Its negation is a condition of the same field. */
export interface Condition {
  readonly field: Field;
  /** For words and lines: what the value must be in, or (not wanted) must not be; null for flags and chance. */
  readonly language: Language | null;
  readonly wanted: boolean;
  /** Whether it holds where the field is absent. */
  readonly absent: boolean;
  /** For chance: wanted below, else from there on; null for others. */
  readonly chance: Chance | null;
  readonly key: string;
}

/** A value of a field. */
export type Value =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'lines';
      readonly lines: readonly string[];
      /** Only bytes that no person writes will do. */
      readonly unusual: boolean;
    }
  | { readonly kind: 'flag'; readonly held: boolean }
  | { readonly kind: 'chance'; readonly number: number };

/** A condition on the words of a field. */
export function wordCondition(field: Field, language: Language, wanted: boolean, absent: boolean): Condition {
  const key = `${wanted ? '+' : '-'}${absent ? 'a' : ''}|${language.key}`;
  return { field, language, wanted, absent, chance: null, key };
}

/** A condition that something no request tells holds. */
export function flagCondition(field: Field, wanted: boolean): Condition {
  return { field, language: null, wanted, absent: false, chance: null, key: wanted ? '+' : '-' };
}

/** A condition on the random number of the request. */
export function chanceCondition(field: Field, chance: Chance, wanted: boolean): Condition {
  const key = `${wanted ? '<' : '>'}${chance.below} of ${chance.of}`;
  return { field, language: null, wanted, absent: false, chance, key };
}

/** The condition that holds exactly where this one does not. */
export function negate(condition: Condition): Condition {
  const { field, language, wanted, absent, chance } = condition;
  if (language) return wordCondition(field, language, !wanted, !absent);
  return chance ? chanceCondition(field, chance, !wanted) : flagCondition(field, !wanted);
}

/** Answers whether a field has a value under several conditions. Remembers answers: rules ask the same often. */
export interface Solver {
  /** A value that meets all conditions; null: none does (proved). Throws `OutOfBudget`. */
  readonly solve: (field: Field, conditions: readonly Condition[]) => Value | null;
  readonly budget: Budget;
}

/** Makes a solver that spends from this budget. */
export function makeSolver(budget: Budget): Solver {
  const known = new Map<string, Value | null>();
  return {
    budget,
    solve: (field, conditions) => {
      const keys = [...new Set(conditions.map(({ key }) => key))].sort();
      const key = `${field.key} ${keys.join(' ')}`;
      const seen = known.get(key);
      if (seen !== undefined) return seen;
      const value = solve(field, conditions, budget);
      known.set(key, value);
      return value;
    },
  };
}

function solve(field: Field, conditions: readonly Condition[], budget: Budget): Value | null {
  if (field.kind === 'flag') {
    const wants = new Set(conditions.map(({ wanted }) => wanted));
    return wants.size > 1 ? null : { kind: 'flag', held: wants.has(true) };
  }
  if (field.kind === 'chance') {
    const number = drawnNumber(conditions.flatMap(({ chance, wanted }) => (chance ? [{ ...chance, wanted }] : [])));
    return number === null ? null : { kind: 'chance', number };
  }
  if (field.mayBeAbsent && conditions.every(({ absent }) => absent)) return { kind: 'absent' };
  const signed = conditions.flatMap(({ language, wanted }) => (language ? [{ language, wanted }] : []));
  const find = field.kind === 'lines' ? findLines : findOne;
  const usual = find(field.usual, signed, field.hints, budget);
  if (usual) return { kind: 'lines', lines: usual, unusual: false };
  if (field.legal === field.usual) return null;
  const legal = find(field.legal, signed, field.hints, budget);
  return legal && { kind: 'lines', lines: legal, unusual: true };
}

function findOne(
  domain: readonly Signed[],
  signed: readonly Signed[],
  hints: readonly string[],
  budget: Budget,
): readonly string[] | null {
  const word = findWord([...signed, ...domain], hints, budget);
  return word === null ? null : [word];
}

/** Lines that each is in no unwanted language, and of which some line is in each wanted one: one line where one will do. */
function findLines(
  domain: readonly Signed[],
  signed: readonly Signed[],
  hints: readonly string[],
  budget: Budget,
): readonly string[] | null {
  const wanted = signed.filter((one) => one.wanted);
  const unwanted = signed.filter((one) => !one.wanted);
  const lines: string[] = [];
  for (const one of wanted) {
    if (lines.some((line) => one.language.has(line))) continue;
    const line = findWord([one, ...unwanted, ...domain], hints, budget);
    if (line === null) return null;
    lines.push(line);
  }
  if (lines.length === 0) return findOne(domain, unwanted, hints, budget);
  if (lines.length === 1) return lines;
  return oneLine(domain, signed, hints, budget) ?? lines;
}

/** One line in all languages, where that is soon found: it reads better than several. */
function oneLine(
  domain: readonly Signed[],
  signed: readonly Signed[],
  hints: readonly string[],
  budget: Budget,
): readonly string[] | null {
  try {
    return findOne(domain, signed, hints, budget);
  } catch (error) {
    if (error instanceof OutOfBudget) return null;
    throw error;
  }
}
