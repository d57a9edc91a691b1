import { groupBy, memoize } from '../../lib/memo.ts';
import { dead } from './automaton.ts';
import type { Cube } from './cube.ts';
import type { Language } from './language.ts';

/** Finds the routes that can take requests of a route, by the beginnings of paths that they force. */
export interface Candidates {
  /** The places of the indexed cubes whose paths can meet those of a cube, in order. */
  readonly meeting: (cube: Cube) => readonly number[];
}

/** Indexes cubes by the literal beginning of their paths; letter case is folded, so that no candidate is missed. */
export function indexCandidates(cubes: readonly Cube[]): Candidates {
  const byBeginning = groupBy(
    cubes.flatMap((cube, index) => (cube.connect ? [] : [index])),
    (index) => beginningOf(cubes[index] ?? nowhere).text,
  );
  const sorted = [...byBeginning.keys()].sort();
  const connecting = cubes.flatMap(({ connect }, index) => (connect ? [index] : []));
  return {
    meeting: (cube) => {
      if (cube.connect) return connecting;
      const { text, whole } = beginningOf(cube);
      const found: number[] = [];
      for (let length = 0; length <= text.length; length += 1)
        found.push(...(byBeginning.get(text.slice(0, length)) ?? []));
      if (!whole) {
        for (let at = firstAfter(sorted, text); sorted[at]?.startsWith(text); at += 1) {
          for (const index of byBeginning.get(sorted[at] ?? '') ?? []) found.push(index);
        }
      }
      return found.sort((one, other) => one - other);
    },
  };
}

const nowhere: Cube = { connect: false, conditions: [], impossible: null };

/** The place of the first text behind this one in a sorted list. */
function firstAfter(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') <= text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What every path of a cube begins with, in lower case; `whole`: it is the whole path. */
const beginningOf = memoize(({ conditions }: Cube): { readonly text: string; readonly whole: boolean } => {
  let best = { text: '', whole: false };
  for (const { field, language, wanted } of conditions) {
    if (field.key !== 'path' || !wanted || !language) continue;
    const { shape } = language;
    const one = shape
      ? { text: shape.value.toLowerCase(), whole: shape.kind === 'exact' }
      : { text: forcedBeginning(language), whole: false };
    if (one.text.length >= best.text.length) best = one;
  }
  return best;
});

const longest = 255;

/** The bytes that the automaton of a language forces, letter case folded. */
function forcedBeginning(language: Language): string {
  const automaton = language.automaton();
  let text = '';
  let states: readonly number[] = [automaton.start];
  while (text.length < longest) {
    if (states.some((state) => automaton.accepts(state))) return text;
    const next = new Map<string, Set<number>>();
    for (const state of states) {
      for (let byte = 0; byte < 256; byte += 1) {
        const to = automaton.step(state, byte);
        if (to === dead) continue;
        const char = String.fromCharCode(byte).toLowerCase();
        const set = next.get(char) ?? new Set<number>();
        next.set(char, set.add(to));
        if (next.size > 1) return text;
      }
    }
    const [only] = next;
    if (!only) return text;
    text += only[0];
    states = [...only[1]];
  }
  return text;
}
