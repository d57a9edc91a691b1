import { pathLanguage } from '../../routing/space/language.ts';
import { type Automaton, dead } from '../../routing/space/automaton.ts';
import type { PathTest } from '../../routing/table/clause.ts';

type Pattern = Extract<PathTest, { kind: 'regex' | 'template' }>;

/** States beyond so many are forgotten: memory is bounded whatever paths ask for. */
const mostStates = 2_048;
const unknown = -2;

/** Asks many paths whether a pattern takes them, each byte by a look into a table. */
export class PatternRun {
  readonly #pattern: Pattern;
  #automaton: Automaton;
  /** Of each state: the next one by byte. */
  #steps: Int16Array[] = [];
  #accepts: boolean[] = [];

  constructor(pattern: Pattern) {
    this.#pattern = pattern;
    this.#automaton = automatonOf(pattern);
  }

  /** Whether the pattern takes `before` and these bytes behind it. */
  takes(before: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
    if (this.#steps.length > mostStates) {
      this.#automaton = automatonOf(this.#pattern);
      this.#steps = [];
      this.#accepts = [];
    }
    let state = this.#automaton.start;
    for (let at = 0; at < before.length && state !== dead; at += 1) state = this.#step(state, before[at] ?? 0);
    for (let at = from; at < to && state !== dead; at += 1) state = this.#step(state, bytes[at] ?? 0);
    if (state === dead) return false;
    this.#accepts[state] ??= this.#automaton.accepts(state);
    return this.#accepts[state] ?? false;
  }

  #step(state: number, byte: number): number {
    let steps = this.#steps[state];
    if (!steps) {
      steps = new Int16Array(256).fill(unknown);
      this.#steps[state] = steps;
    }
    const known = steps[byte] ?? unknown;
    if (known !== unknown) return known;
    const next = this.#automaton.step(state, byte);
    steps[byte] = next;
    return next;
  }
}

/** Paths that are asked are ASCII: bytes and characters are one. */
function automatonOf(pattern: Pattern): Automaton {
  return pathLanguage(pattern, () => false, 'byte').automaton();
}
