import { literalBeginning } from '../../routing/match/path-index.ts';
import { routesOf } from '../../routing/origins.ts';
import type { PathTest } from '../../routing/table/clause.ts';
import type { Route, Table } from '../../routing/table/table.ts';
import { asksOtherwise, comesBackTwice, loops } from './path-askers.ts';
import { PathTrie } from './path-trie.ts';
import { PatternRun } from './pattern-run.ts';

/**
 * A number for the path of a request target, so that paths of one number are decided alike, all else being equal; -1: this one
 * is decided alone. The query is not looked at.
 */
export type PathClass = (bytes: Uint8Array, from: number, to: number) => number;

/** What a route puts in the place of the beginning of a path before the gateway takes the request from itself. */
interface Rewrite {
  readonly length: number;
  readonly bytes: Uint8Array;
  /** Where the new beginning leads in each trie; not whole: out of it there, whatever follows. */
  readonly begins: readonly { readonly node: number; readonly whole: boolean }[];
}

/** What is asked of paths that come by a node. */
interface AskedAt {
  readonly patterns: readonly (readonly PatternRun[])[];
  readonly rewrites: readonly (readonly Rewrite[])[];
  readonly unusual: boolean;
}

const mostNodes = 1 << 18;
const mostPairs = 1 << 16;
const noBytes = new Uint8Array(0);

/**
 * The classes of paths by what the routes of these tables ask of them: which texts a path begins with, which of them it is or ends
 * a segment of, which patterns take it; and the same of what rewrites make of it. Null where something else decides.
 */
export function pathClassesOf(tables: readonly Table[]): PathClass | null {
  if (tables.some((table) => asksOtherwise(table) || comesBackTwice(table))) return null;
  const routes = tables.flatMap((table) =>
    [...routesOf(table)].map(({ route }) => ({ route, again: loops(route, table) })),
  );
  const tests = new Map(routes.flatMap(({ route }) => pathTestsOf(route)).map((test) => [keyOf(test), test]));
  // Texts whose letter case counts, and the others.
  const tries = [new PathTrie(false), new PathTrie(true)];
  const marks = new Map<string, number>();
  for (const [key, test] of tests) marks.set(key, tries[trieOf(test)]?.add(beginningOf(test)) ?? 0);
  if (tries.some(({ size }) => size > mostNodes)) return null;
  const asked = tries.map((trie, index): AskedAt => {
    const patterns = new Map<number, PatternRun[]>();
    for (const [key, test] of tests)
      if (!('value' in test) && trieOf(test) === index) push(patterns, marks.get(key) ?? 0, new PatternRun(test));
    const rewrites = new Map<number, Rewrite[]>();
    for (const { route, again } of routes) {
      const test = again ? replacedBy(route) : null;
      if (!test || trieOf(test) !== index) continue;
      const rewrite = rewriteOf(route, test, tries);
      if (rewrite === 'unusual') return { patterns: [], rewrites: [], unusual: true };
      if (rewrite) push(rewrites, marks.get(keyOf(test)) ?? 0, rewrite);
    }
    return { patterns: trie.gathered(patterns), rewrites: trie.gathered(rewrites), unusual: false };
  });
  return asked.some(({ unusual }) => unusual) ? null : new Classes(tries, asked).classOf;
}

function push<T>(lists: Map<number, T[]>, node: number, value: T): void {
  const held = lists.get(node);
  if (held) held.push(value);
  else lists.set(node, [value]);
}

class Classes {
  readonly #tries: readonly PathTrie[];
  readonly #asked: readonly AskedAt[];
  /** Numbers for pairs of what is known of a path so far and what is found next; never used twice. */
  readonly #pairs = new Map<number, number>();
  #next = 3 * mostNodes;

  constructor(tries: readonly PathTrie[], asked: readonly AskedAt[]) {
    this.#tries = tries;
    this.#asked = asked;
  }

  readonly classOf: PathClass = (bytes, from, to) => {
    const end = plainEnd(bytes, from, to);
    let found = end < 0 ? -1 : 0;
    for (let index = 0; index < this.#tries.length && found >= 0; index += 1) {
      const asked = this.#asked[index];
      const trie = this.#tries[index];
      if (!asked || !trie) continue;
      trie.walk(0, bytes, from, end);
      const { node } = trie;
      found = this.#tell(found, asked, node, endingOf(trie, bytes, end), noBytes, bytes, from, end);
      for (const rewrite of asked.rewrites[node] ?? []) {
        if (found >= 0) found = this.#tellRewritten(found, rewrite, bytes, from + rewrite.length, end);
      }
    }
    return found;
  };

  /** Adds what a trie tells of the path that a rewrite makes; -1: it may be normalised to another. */
  #tellRewritten(
    before: number,
    { bytes: beginning, begins }: Rewrite,
    bytes: Uint8Array,
    from: number,
    to: number,
  ): number {
    const afterSlash = beginning[beginning.length - 1] === slash;
    if (from < to && afterSlash && (bytes[from] === slash || bytes[from] === dot)) return -1;
    let found = before;
    for (let index = 0; index < begins.length; index += 1) {
      const begin = begins[index];
      const asked = this.#asked[index];
      const trie = this.#tries[index];
      if (!begin || !asked || !trie) continue;
      if (begin.whole) trie.walk(begin.node, bytes, from, to);
      const node = begin.whole ? trie.node : begin.node;
      const ending = begin.whole ? endingOf(trie, bytes, to) : 2;
      found = this.#tell(found, asked, node, ending, beginning, bytes, from, to);
    }
    return found;
  }

  #tell(
    before: number,
    asked: AskedAt,
    node: number,
    ending: number,
    beginning: Uint8Array,
    bytes: Uint8Array,
    from: number,
    to: number,
  ): number {
    let found = this.#pair(before, 3 * node + ending);
    for (const pattern of asked.patterns[node] ?? [])
      found = this.#pair(found, Number(pattern.takes(beginning, bytes, from, to)));
    return found;
  }

  #pair(before: number, value: number): number {
    if (before === 0) return value;
    const key = before * 3 * mostNodes + value;
    const held = this.#pairs.get(key);
    if (held !== undefined) return held;
    if (this.#pairs.size >= mostPairs) this.#pairs.clear();
    const made = this.#next;
    this.#next += 1;
    this.#pairs.set(key, made);
    return made;
  }
}

/** What stands behind the deepest node: nothing, a slash, or anything else. */
function endingOf({ end }: PathTrie, bytes: Uint8Array, to: number): number {
  return end === to ? 0 : bytes[end] === slash ? 1 : 2;
}

const slash = 0x2f;
const dot = 0x2e;
const plainBytes = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~-')
  plainBytes[char.charCodeAt(0)] = 1;

/** Where a path ends that every Envoy's normalisation leaves as it is; -1: it may become another. */
function plainEnd(bytes: Uint8Array, from: number, to: number): number {
  if (from === to || bytes[from] !== slash) return -1;
  let afterSlash = true;
  let at = from + 1;
  for (; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (plainBytes[byte] === 1) afterSlash = false;
    else if (byte === 0x3f) break;
    else if (afterSlash || (byte !== slash && byte !== dot)) return -1;
    else afterSlash = byte === slash;
  }
  return at;
}

type Asking = Exclude<PathTest, { kind: 'connect' }>;

/** A text beyond ASCII takes no path that is asked here. */
function pathTestsOf({ clauses }: Route): readonly Asking[] {
  return clauses.flatMap((clause) => {
    if (clause.field !== 'path' || clause.test.kind === 'connect') return [];
    return 'value' in clause.test && !isAscii(clause.test.value) ? [] : [clause.test];
  });
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

function keyOf(test: Asking): string {
  return 'value' in test ? `${test.kind} ${test.ignoreCase} ${test.value}` : `${test.kind} ${test.regex.source}`;
}

function trieOf(test: Asking): 0 | 1 {
  return 'value' in test && test.ignoreCase ? 1 : 0;
}

function beginningOf(test: Asking): string {
  if ('value' in test) return test.value;
  const beginning = test.kind === 'regex' ? literalBeginning(test.regex.source) : '';
  return isAscii(beginning) ? beginning : '';
}

/** The test whose text a rewrite replaces; null: the whole path becomes another, whatever it was, or none does. */
function replacedBy({ clauses, action }: Route): (Asking & { readonly value: string }) | null {
  if (action.type !== 'forward' || action.path.kind !== 'prefix') return null;
  const test = clauses.find((clause) => clause.field === 'path')?.test;
  return (test?.kind === 'prefix' || test?.kind === 'segments') && isAscii(test.value) ? test : null;
}

function rewriteOf(
  { action }: Route,
  { value }: { readonly value: string },
  tries: readonly PathTrie[],
): Rewrite | 'unusual' | null {
  if (action.type !== 'forward' || action.path.kind !== 'prefix') return null;
  const instead = action.path.value;
  const bytes = Buffer.from(instead);
  // What the path becomes must be left as it is, too.
  if (bytes.length === 0 || (instead !== '/' && plainEnd(bytes, 0, bytes.length) !== bytes.length)) return 'unusual';
  const begins = tries.map((trie) => {
    trie.walk(0, bytes, 0, bytes.length);
    return { node: trie.node, whole: trie.end === bytes.length };
  });
  return { length: value.length, bytes, begins };
}
