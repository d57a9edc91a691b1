import { look, type Nfa } from './nfa.ts';

/** A deterministic automaton over bytes. States are numbers; `dead` leads nowhere. */
export interface Automaton {
  readonly start: number;
  readonly step: (state: number, byte: number) => number;
  readonly accepts: (state: number) => boolean;
  /** Bytes of one class behave alike in every state. */
  readonly classOf: Uint8Array;
}

/** The state from which no word is accepted. */
export const dead = -1;

/** Whether an automaton takes a word. */
export function runs(automaton: Automaton, word: string): boolean {
  const state = readOn(automaton, automaton.start, word);
  return state !== dead && automaton.accepts(state);
}

/** The state after reading a word from a state. */
export function readOn(automaton: Automaton, from: number, word: string): number {
  let state = from;
  for (let at = 0; at < word.length && state !== dead; at += 1) state = automaton.step(state, word.charCodeAt(at));
  return state;
}

/** What stood before a place of the text: what looks need to know. */
type Before = 'start' | 'word' | 'newline' | 'other';

/** Makes an automaton deterministic, state by state as they are asked for. */
export function determinise(nfa: Nfa): Automaton {
  const looks = nfa.nodes.some(({ kind }) => kind === 'look');
  const classOf = classesOf(nfa, looks);
  const states: { readonly nodes: readonly number[]; readonly before: Before; readonly next: Map<number, number> }[] =
    [];
  const known = new Map<string, number>();
  const accepting: (boolean | undefined)[] = [];
  const stateOf = (nodes: readonly number[], before: Before): number => {
    if (nodes.length === 0) return dead;
    const key = `${before}:${nodes.join(',')}`;
    const old = known.get(key);
    if (old !== undefined) return old;
    const made = states.push({ nodes, before, next: new Map() }) - 1;
    known.set(key, made);
    return made;
  };
  const start = stateOf([nfa.start], looks ? 'start' : 'other');
  return {
    start,
    classOf,
    step: (from, byte) => {
      const state = states[from];
      if (!state) return dead;
      const kind = classOf[byte] ?? 0;
      const seen = state.next.get(kind);
      if (seen !== undefined) return seen;
      const outs = new Set<number>();
      for (const at of closure(nfa, state.nodes, conditionsAt(state.before, byte))) {
        const node = nfa.nodes[at];
        if (node?.kind === 'byte' && node.takes[byte] === 1) outs.add(node.out);
      }
      const nodes = [...outs].sort((one, other) => one - other);
      const to = stateOf(nodes, looks ? beforeOf(byte) : 'other');
      state.next.set(kind, to);
      return to;
    },
    accepts: (at) => {
      const state = states[at];
      if (!state) return false;
      accepting[at] ??= closure(nfa, state.nodes, conditionsAt(state.before, null)).some(
        (node) => nfa.nodes[node]?.kind === 'match',
      );
      return accepting[at] ?? false;
    },
  };
}

function isWord(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || byte === 95 || (byte >= 97 && byte <= 122);
}

function beforeOf(byte: number): Before {
  return isWord(byte) ? 'word' : byte === 10 ? 'newline' : 'other';
}

/** The looks that hold between what stood before and the next byte (null: the end). */
function conditionsAt(before: Before, next: number | null): number {
  let held = 0;
  if (before === 'start') held |= look.beginText | look.beginLine;
  if (before === 'newline') held |= look.beginLine;
  if (next === null) held |= look.endText | look.endLine;
  if (next === 10) held |= look.endLine;
  const bounded = (before === 'word') !== (next !== null && isWord(next));
  return held | (bounded ? look.wordBoundary : look.noWordBoundary);
}

function closure(nfa: Nfa, from: readonly number[], held: number): readonly number[] {
  const seen = new Set(from);
  for (const at of seen) {
    const node = nfa.nodes[at];
    if (node?.kind === 'fork') for (const out of node.outs) seen.add(out);
    else if (node?.kind === 'look' && (node.conditions & ~held) === 0) seen.add(node.out);
  }
  return [...seen];
}

function classesOf(nfa: Nfa, looks: boolean): Uint8Array {
  const sets = new Set<Uint8Array>();
  for (const node of nfa.nodes) if (node.kind === 'byte') sets.add(node.takes);
  if (looks) {
    sets.add(Uint8Array.from({ length: 256 }, (_, byte) => (isWord(byte) ? 1 : 0)));
    sets.add(new Uint8Array(256).fill(1, 10, 11));
  }
  return refine([...sets]);
}

/** The coarsest classes of bytes that all of these tell apart no further. */
export function refine(partitions: readonly Uint8Array[]): Uint8Array {
  let classes = new Uint8Array(256);
  for (const partition of partitions) {
    const numbers = new Map<number, number>();
    classes = classes.map((kind, byte) => {
      const key = kind * 256 + (partition[byte] ?? 0);
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    });
  }
  return classes;
}

/** The words `read` + x for which the automaton takes `instead` + x: what a rewrite of a prefix makes of a language. */
export function behindPrefix(inner: Automaton, read: string, instead: string): Automaton {
  const entry = readOn(inner, inner.start, instead);
  const own = new Uint8Array(256);
  for (const [index, char] of [...new Set(read)].entries()) own[char.charCodeAt(0)] = index + 1;
  // States 0 … read.length - 1 are inside `read`; the inner states follow.
  const shift = (state: number): number => (state === dead ? dead : state + read.length);
  return {
    start: read.length === 0 ? shift(entry) : 0,
    classOf: refine([inner.classOf, own]),
    step: (state, byte) => {
      if (state >= read.length) return shift(inner.step(state - read.length, byte));
      if (read.charCodeAt(state) !== byte) return dead;
      return state + 1 === read.length ? shift(entry) : state + 1;
    },
    accepts: (state) => state >= read.length && inner.accepts(state - read.length),
  };
}

/** The words x for which the automaton takes x + `suffix`. */
export function beforeSuffix(inner: Automaton, suffix: string): Automaton {
  return {
    ...inner,
    accepts: (state) => {
      const end = readOn(inner, state, suffix);
      return end !== dead && inner.accepts(end);
    },
  };
}

/** A language of paths as one of request targets: the path before the first `?`, and any query. */
export function beforeQuery(inner: Automaton): Automaton {
  const mark = '?'.charCodeAt(0);
  const own = new Uint8Array(256);
  own[mark] = 1;
  const inQuery = 0;
  return {
    start: inner.start + 1,
    classOf: refine([inner.classOf, own]),
    step: (state, byte) => {
      if (state === inQuery) return inQuery;
      if (byte === mark) return inner.accepts(state - 1) ? inQuery : dead;
      const next = inner.step(state - 1, byte);
      return next === dead ? dead : next + 1;
    },
    accepts: (state) => state === inQuery || inner.accepts(state - 1),
  };
}

/** Several automata run side by side; `accepts` says of which of them accepting what it means. */
export function together(inner: readonly Automaton[], accepts: (accepting: readonly boolean[]) => boolean): Automaton {
  const tuples: (readonly number[])[] = [];
  const known = new Map<string, number>();
  const stateOf = (tuple: readonly number[]): number => {
    const key = tuple.join(',');
    const old = known.get(key);
    if (old !== undefined) return old;
    const made = tuples.push(tuple) - 1;
    known.set(key, made);
    return made;
  };
  return {
    start: stateOf(inner.map(({ start }) => start)),
    classOf: refine(inner.map(({ classOf }) => classOf)),
    step: (state, byte) =>
      stateOf((tuples[state] ?? []).map((at, index) => (at === dead ? dead : (inner[index]?.step(at, byte) ?? dead)))),
    accepts: (state) =>
      accepts((tuples[state] ?? []).map((at, index) => at !== dead && (inner[index]?.accepts(at) ?? false))),
  };
}
