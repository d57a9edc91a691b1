import { dead, refine } from './automaton.ts';
import type { Language } from './language.ts';

/** A language that a word must be in, or must not. */
export interface Signed {
  readonly language: Language;
  readonly wanted: boolean;
}

/** Counts steps of an analysis; what runs out is named. Never milliseconds: the same answer on every machine. */
export interface Budget {
  spend: (what: 'nodes' | 'states', count: number) => void;
}

/** A budget ran out: the question stays undecided. */
export class OutOfBudget extends Error {
  constructor(readonly budget: string) {
    super(budget);
  }
}

/** The most states one product of automata may take. */
const mostStates = 5_000;

/** A word that is in all wanted languages and in no other; null: there is none (proved). Natural words are tried first. */
export function findWord(signed: readonly Signed[], hints: readonly string[], budget: Budget): string | null {
  const only = signed.find(({ language, wanted }) => wanted && language.shape?.kind === 'exact')?.language.shape;
  if (only) return takes(signed, only.value) ? only.value : null;
  if (contradicts(signed)) return null;
  const forms = formsLeft(signed);
  if (forms?.length === 0) return null;
  for (const form of forms ?? []) if (takes(signed, form)) return form;
  for (const { language, wanted } of signed) {
    if (wanted) for (const hint of language.hints) if (takes(signed, hint)) return hint;
  }
  for (const hint of hints) if (takes(signed, hint)) return hint;
  return shortestWord(signed, budget);
}

function takes(signed: readonly Signed[], word: string): boolean {
  return signed.every(({ language, wanted }) => language.has(word) === wanted);
}

/** Prefixes that exclude each other, or one that is excluded whole: no automaton is needed. */
function contradicts(signed: readonly Signed[]): boolean {
  let longest = '';
  for (const { language, wanted } of signed) {
    if (!wanted || language.shape?.kind !== 'prefix') continue;
    const { value } = language.shape;
    if (value.startsWith(longest)) longest = value;
    else if (!longest.startsWith(value)) return true;
  }
  return signed.some(
    ({ language, wanted }) => !wanted && language.shape?.kind === 'prefix' && longest.startsWith(language.shape.value),
  );
}

/**
 * The lower-case forms that a word in all of these can have, where a few are known; none: there is no such word. Languages that
 * look at the case of letters are not asked: a form that is left need not be a word of theirs.
 */
function formsLeft(signed: readonly Signed[]): readonly string[] | null {
  const known = signed.flatMap(({ language, wanted }) => (wanted && language.forms ? [language.forms] : []));
  const [least] = known.sort((one, other) => one.length - other.length);
  if (!least) return null;
  const deaf = signed.filter(({ language }) => language.anyCase);
  return least.filter((form) => takes(deaf, form));
}

/** Letters before digits before marks: what people would write. */
const preference: readonly number[] = (() => {
  const first = 'abcdefghijklmnopqrstuvwxyz0123456789-_./ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const bytes = [...first].map((char) => char.charCodeAt(0));
  for (let byte = 0x21; byte < 0x21 + 256; byte += 1) if (!bytes.includes(byte % 256)) bytes.push(byte % 256);
  return bytes;
})();

interface Reached {
  readonly states: readonly number[];
  readonly from: Reached | null;
  readonly byte: number;
}

/** Searches the product of the automata breadth first: the shortest word, of several the most natural. */
function shortestWord(signed: readonly Signed[], budget: Budget): string | null {
  const automata = signed.map(({ language }) => language.automaton());
  const classes = refine(automata.map(({ classOf }) => classOf));
  const seenClass = new Set<number>();
  const symbols = preference.filter((byte) => {
    const kind = classes[byte] ?? 0;
    if (seenClass.has(kind)) return false;
    seenClass.add(kind);
    return true;
  });
  const begin: Reached = { states: automata.map(({ start }) => start), from: null, byte: 0 };
  const known = new Set([begin.states.join(',')]);
  const queue: Reached[] = [begin];
  for (const reached of queue) {
    if (accepted(signed, automata, reached.states)) return wordOf(reached);
    for (const byte of symbols) {
      const states = reached.states.map((state, index) =>
        state === dead ? dead : (automata[index]?.step(state, byte) ?? dead),
      );
      if (states.some((state, index) => state === dead && signed[index]?.wanted)) continue;
      const key = states.join(',');
      if (known.has(key)) continue;
      known.add(key);
      if (known.size > mostStates) throw new OutOfBudget(`${mostStates} states of a product of automata`);
      queue.push({ states, from: reached, byte });
    }
    budget.spend('states', 1);
  }
  return null;
}

function accepted(
  signed: readonly Signed[],
  automata: readonly { readonly accepts: (state: number) => boolean }[],
  states: readonly number[],
): boolean {
  return signed.every(({ wanted }, index) => {
    const state = states[index] ?? dead;
    return (state !== dead && (automata[index]?.accepts(state) ?? false)) === wanted;
  });
}

function wordOf(reached: Reached): string {
  let word = '';
  for (let at: Reached | null = reached; at?.from; at = at.from) word = String.fromCharCode(at.byte) + word;
  return word;
}
