import type { Clause, HeaderTest, PathTest, TextTest, ValueTest } from '../routing/table/clause.ts';
import type { Regex } from '../routing/table/regex.ts';
import type { Random } from './random.ts';

/** A path that the clauses of a route take, as far as one can be made up. */
export function fitPath(clauses: readonly Clause[], random: Random): string {
  for (const clause of clauses) if (clause.field === 'path') return pathOf(clause.test, random);
  return '/';
}

function pathOf(test: PathTest, random: Random): string {
  switch (test.kind) {
    case 'exact':
      return test.value;
    case 'prefix':
      return test.value + (['', '1', 'item/7', 'a'][random(4)] ?? '');
    case 'segments':
      return test.value + (['', '/', '/item'][random(3)] ?? '');
    case 'regex':
    case 'template':
      return textOf(test.regex, '/');
    case 'connect':
      return '/';
  }
}

/** The header lines, method and host that the clauses of a route take. */
export function fitHeaders(
  clauses: readonly Clause[],
  random: Random,
): {
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly method: string | null;
  readonly authority: string | null;
} {
  const headers = new Map<string, readonly string[]>();
  let method: string | null = null;
  let authority: string | null = null;
  for (const clause of clauses) {
    if (clause.field === 'grpc') headers.set('content-type', ['application/grpc']);
    if (clause.field === 'cookie')
      headers.set('cookie', [`${clause.name}=${valueFor(clause.test, clause.invert) ?? ''}`]);
    if (clause.field !== 'header') continue;
    const value = valueFor(clause.test, clause.invert);
    if (clause.name === ':method') method = value;
    else if (clause.name === ':authority' || clause.name === 'host') authority = value;
    else if (value !== null && !clause.name.startsWith(':')) headers.set(clause.name, [value]);
  }
  if (random(4) === 0) headers.set('x-request-id', ['3f2a6f0e-0000-4000-8000-000000000000']);
  return { headers, method, authority };
}

/** The query that the clauses of a route take, with its `?`. */
export function fitQuery(clauses: readonly Clause[], random: Random): string {
  const pairs = clauses.flatMap((clause) => {
    if (clause.field !== 'query') return [];
    const value = valueFor(clause.test, false);
    return value === null ? [] : [`${clause.name}=${value}`];
  });
  if (pairs.length > 0) return `?${pairs.join('&')}`;
  return random(5) === 0 ? '?x=1' : '';
}

/** A value that a test takes; null: none, the name must be absent. */
function valueFor(test: HeaderTest | ValueTest, invert: boolean): string | null {
  if (test.kind === 'present') return test.present === invert ? null : 'v';
  if (invert) return 'other';
  if (test.kind === 'range') return String(test.start);
  return textFor(test);
}

function textFor(test: TextTest): string {
  switch (test.kind) {
    case 'exact':
      return test.value;
    case 'prefix':
      return `${test.value}v`;
    case 'suffix':
      return `v${test.value}`;
    case 'contains':
      return `a${test.value}b`;
    case 'regex':
      return textOf(test.regex, '');
  }
}

/** A text that a regular expression takes: its source with the simplest choice for each part, if that really fits. */
function textOf(regex: Regex, otherwise: string): string {
  const guess = regex.source
    .replace(/^\(\?[a-z]+\)/, '')
    .replace(/[\^$]/g, '')
    .replace(/\\d/g, '1')
    .replace(/\\w/g, 'a')
    .replace(/\[\^[^\]]*\]/g, 'a')
    .replace(/\[([^\]\\])[^\]]*\]/g, '$1')
    .replace(/\(\?:|\(\?P<[^>]*>/g, '(')
    .replace(/\(([^()|]*)\|[^()]*\)/g, '($1)')
    .replace(/\.\*/g, 'a')
    .replace(/\.\+/g, 'a')
    .replace(/\{(\d+)[^}]*\}/g, '')
    .replace(/[()]/g, '')
    .replace(/\\(.)/g, '$1')
    .replace(/[+*?]/g, '');
  return regex.matches(guess) ? guess : otherwise;
}
