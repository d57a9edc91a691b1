import { dead } from './automaton.ts';
import type { Cube } from './cube.ts';
import type { Language } from './language.ts';

/** Finds the earlier routes that can take requests of a route, by the beginnings of paths that they force. */
export interface Candidates {
  /** The places of routes before `index` whose paths can meet its own, in order. */
  readonly before: (index: number) => readonly number[];
}

/** Indexes cubes by the literal beginning of their paths; letter case is folded, so that no candidate is missed. */
export function indexCandidates(cubes: readonly Cube[]): Candidates {
  const begins = cubes.map(beginningOf);
  const byBeginning = new Map<string, number[]>();
  for (const [index, { text }] of begins.entries()) {
    const list = byBeginning.get(text);
    if (list) list.push(index);
    else byBeginning.set(text, [index]);
  }
  const sorted = [...byBeginning.keys()].sort();
  const connecting = cubes.flatMap(({ connect }, index) => (connect ? [index] : []));
  return {
    before: (index) => {
      if (cubes[index]?.connect) return connecting.filter((other) => other < index);
      const { text, whole } = begins[index] ?? { text: '', whole: false };
      const found: number[] = [];
      const add = (key: string): void => {
        for (const other of byBeginning.get(key) ?? []) {
          if (other >= index) break;
          if (!cubes[other]?.connect) found.push(other);
        }
      };
      for (let length = 0; length <= text.length; length += 1) add(text.slice(0, length));
      if (!whole) {
        for (let at = firstAfter(sorted, text); sorted[at]?.startsWith(text); at += 1) add(sorted[at] ?? '');
      }
      return found.sort((one, other) => one - other);
    },
  };
}

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
function beginningOf({ conditions }: Cube): { readonly text: string; readonly whole: boolean } {
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
}

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
