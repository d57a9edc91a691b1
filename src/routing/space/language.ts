import { bytesOf } from '../../lib/bytes.ts';
import type { HeaderTest, PathTest, TextTest } from '../table/clause.ts';
import type { Regex } from '../table/regex.ts';
import { type Automaton, beforeQuery, beforeSuffix, behindPrefix, determinise } from './automaton.ts';
import { nfaOf } from './nfa.ts';
import { rangePattern } from './number-range.ts';

/** A set of words (byte strings), known by its key: equal keys are equal sets. */
export interface Language {
  readonly key: string;
  readonly has: (word: string) => boolean;
  /** A set so simple that its relations need no automaton. */
  readonly shape: Shape | null;
  /** A set that does not look at the case of letters: a word is in it exactly where its lower-case form is. */
  readonly anyCase?: true;
  /** Of such a set: the lower-case forms of all of its words, where they are few. */
  readonly forms?: readonly string[];
  /** Words to try first; not all of them need be in it. */
  readonly hints: readonly string[];
  readonly automaton: () => Automaton;
}

/** All words equal to, or beginning with, a text. */
export interface Shape {
  readonly kind: 'exact' | 'prefix';
  readonly value: string;
}

/** Every word. */
export const everything: Language = languageOf({
  key: 'all',
  has: () => true,
  shape: { kind: 'prefix', value: '' },
  hints: [],
  pattern: anyBytes(),
});

/** The words of a path test. `connect` is no question of the path. */
export function pathLanguage(
  test: Exclude<PathTest, { kind: 'connect' }>,
  has: (word: string) => boolean,
  unit: 'byte' | 'utf8',
): Language {
  if (test.kind === 'regex' || test.kind === 'template') return regexLanguage(test.regex, unit);
  const { kind, value, ignoreCase } = test;
  const below = kind === 'segments' ? `(?s:/.*)?` : '';
  const pattern = literal(value, ignoreCase) + (kind === 'prefix' ? anyBytes() : below);
  return languageOf({
    key: `${kind}${ignoreCase ? '~' : ''}:${value}`,
    has,
    shape: ignoreCase || kind === 'segments' ? null : { kind, value },
    hints: kind === 'exact' ? [value] : [value, `${value}/`, `${value}x`, `${value}/x`, `${value}/x/y`, `${value}xy/z`],
    pattern,
  });
}

/** The words of a text test. */
export function textLanguage(test: TextTest, has: (word: string) => boolean, unit: 'byte' | 'utf8'): Language {
  if (test.kind === 'regex') return regexLanguage(test.regex, unit);
  const { kind, value, ignoreCase } = test;
  const text = literal(value, ignoreCase);
  const patterns = { exact: text, prefix: text + anyBytes(), suffix: anyBytes() + text };
  return languageOf({
    key: `${kind}${ignoreCase ? '~' : ''}:${value}`,
    has,
    shape: !ignoreCase && (kind === 'exact' || kind === 'prefix') ? { kind, value } : null,
    hints: kind === 'exact' ? [value] : [value, `${value}x`, `x${value}`],
    pattern: kind === 'contains' ? anyBytes() + text + anyBytes() : patterns[kind],
  });
}

/** The words that are a number from `start` to below `end`. */
export function rangeLanguage(
  { start, end }: Extract<HeaderTest, { kind: 'range' }>,
  has: (word: string) => boolean,
): Language {
  return languageOf({
    key: `range:${start}:${end}`,
    has,
    shape: null,
    hints: [String(start), String(end - 1n), String(end), String(start - 1n)],
    pattern: rangePattern(start, end),
  });
}

/** The words that a pattern of ours matches as a whole; the pattern's runes are bytes. */
export function patternLanguage(pattern: string, has: (word: string) => boolean, hints: readonly string[]): Language {
  return languageOf({ key: `pattern:${pattern}`, has, shape: null, hints, pattern });
}

/** A language of paths as one of request targets: the path before the first `?`, with any query. */
export function targetLanguage(paths: Language): Language {
  return {
    key: `target:${paths.key}`,
    has: (word) => paths.has(word.split('?', 1)[0] ?? ''),
    shape: paths.shape?.kind === 'prefix' ? paths.shape : null,
    hints: paths.hints,
    automaton: once(() => beforeQuery(paths.automaton())),
  };
}

/** The words `read` + x for which `instead` + x is in a language. */
export function beforeRewrite(inner: Language, read: string, instead: string): Language {
  const { shape } = inner;
  const value = shape?.value.startsWith(instead) ? read + shape.value.slice(instead.length) : null;
  return {
    key: `rewrite:${JSON.stringify([read, instead])}${inner.key}`,
    has: (word) => word.startsWith(read) && inner.has(instead + word.slice(read.length)),
    shape: shape && value !== null ? { kind: shape.kind, value } : null,
    hints: inner.hints.flatMap((hint) => (hint.startsWith(instead) ? [read + hint.slice(instead.length)] : [])),
    automaton: once(() => behindPrefix(inner.automaton(), read, instead)),
  };
}

/** The words x for which x + `suffix` is in a language. */
export function beforeAppended(inner: Language, suffix: string): Language {
  return {
    key: `appended:${JSON.stringify(suffix)}${inner.key}`,
    has: (word) => inner.has(word + suffix),
    shape: null,
    hints: inner.hints.flatMap((hint) => (hint.endsWith(suffix) ? [hint.slice(0, -suffix.length)] : [])),
    automaton: once(() => beforeSuffix(inner.automaton(), suffix)),
  };
}

function regexLanguage(regex: Regex, unit: 'byte' | 'utf8'): Language {
  return languageOf({
    key: `regex:${regex.source}`,
    has: regex.matches,
    shape: null,
    hints: regexHints(regex.source),
    pattern: unit === 'byte' ? bytesOf(regex.source) : regex.source,
    unit,
  });
}

/** What a simple pattern says when each of its loose parts is filled in: a word to try before the automaton is asked. */
function regexHints(source: string): readonly string[] {
  const filled = source
    .replace(/^\^|\$$|\(\?i\)/g, '')
    .replace(/\(\?P<\w+>|\(\?:/g, '(')
    .replace(/\[\^[^\]]*\][+*]?|\\w[+*]?|\[\w[^\]]*\][+*]?|\.[+*]?/g, 'x')
    .replace(/\\d(\{\d+\}|[+*])?/g, (_, count: string | undefined) =>
      '1'.repeat(Number(/\d+/.exec(count ?? '')?.[0] ?? 1)),
    )
    .replace(/\(([^()|]*)\|[^()]*\)/g, '$1')
    .replace(/[()?+*]/g, '')
    .replace(/\\(.)/g, '$1');
  return [filled, filled.replace(/x/g, '1'), `${filled}x`];
}

/** A pattern of the texts that are this one; with its letters in any case. */
export function literal(value: string, ignoreCase: boolean): string {
  let out = '';
  for (const char of value) {
    const [low, high] = [char.toLowerCase(), char.toUpperCase()];
    if (ignoreCase && /[a-z]/i.test(char)) out += `[${low}${high}]`;
    else out += `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  }
  return out;
}

function anyBytes(): string {
  return '(?s:.*)';
}

function languageOf({
  pattern,
  unit = 'byte',
  ...language
}: Omit<Language, 'automaton'> & { readonly pattern: string; readonly unit?: 'byte' | 'utf8' }): Language {
  return { ...language, automaton: once(() => determinise(nfaOf(pattern, unit))) };
}

/** Makes a value when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
