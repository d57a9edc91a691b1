import type { JsonObject } from '../../../src/lib/json.ts';
import type { Random } from './random.ts';

/** What a fitting request has. */
export interface Wants {
  method: string;
  path: string;
  query: string[];
  headers: [string, string][];
  connect: boolean;
}

/** A route as it is generated: Envoy's JSON, and what a request that fits has; near misses are edits of it. */
export interface MadeRoute {
  readonly json: JsonObject;
  readonly wants: Wants;
}

const words = ['a', 'ab', 'b', 'x1', 'A', 'v2', 'foo', 'bar', '%61', 'a.b', 'x-y', '1'];
/** Texts that headers and parameters have, near each other. */
export const values = [
  'v',
  'w',
  'vw',
  'V',
  '',
  '1',
  '9',
  '10',
  '5',
  '-3',
  '+5',
  '05',
  'v,w',
  'a b',
  '1.5',
  '0x5',
  '%76',
  'é',
];
const names = ['x-a', 'x-b', 'x-user', 'accept', 'user-agent', 'x-forwarded-proto'];
/** Patterns with words that fit them. */
const pathPatterns: readonly (readonly [string, readonly string[]])[] = [
  ['/v[0-9]+(/.*)?', ['/v1', '/v22/x']],
  ['/a|/b', ['/a', '/b']],
  ['(?i)/AB', ['/ab', '/Ab']],
  ['/[a-c]+/x?', ['/abc/', '/a/x']],
  ['/a.c', ['/abc', '/a.c']],
  ['/.*', ['/', '/a/b']],
  ['/(a|ab)(c|bcd)?', ['/abcd', '/ac']],
  ['/[^/]+/x1', ['/foo/x1']],
  ['^/foo/?$', ['/foo', '/foo/']],
  ['/\\w+-\\d{2,3}', ['/a-12', '/b-123']],
  ['/(?:a/)*b', ['/b', '/a/a/b']],
  ['/foo/?', ['/foo', '/foo/']],
  ['/ab*/x{0,1}', ['/a/', '/abb/x']],
];
const valuePatterns: readonly (readonly [string, readonly string[]])[] = [
  ['v+', ['v', 'vvv']],
  ['v|w', ['v', 'w']],
  ['(?i)vw', ['VW', 'vw']],
  ['.*', ['', 'any']],
  ['[0-9]{2}', ['10']],
  ['a.b', ['a b', 'axb']],
  ['[^,]*', ['v', '']],
  ['.', ['v', 'é']],
];
const templates: readonly (readonly [string, string])[] = [
  ['/a/*/c', '/a/b/c'],
  ['/a/**', '/a/b/c'],
  ['/{one}/x1', '/foo/x1'],
  ['/v/{id=*}/{rest=**}', '/v/1/a/b'],
];

/** Gives a match a path. */
export function makePath(random: Random, match: Record<string, unknown>, wants: Wants): void {
  const path = `/${[...Array(1 + random.below(3))].map(() => random.pick(words)).join('/')}`;
  wants.path = path;
  const kind = random.below(20);
  if (kind < 6) {
    match.prefix = random.chance(0.2) ? '/' : random.chance(0.3) ? `${path}/` : path;
    wants.path = random.pick([
      `${match.prefix}`,
      `${match.prefix}${random.pick(words)}`,
      `${match.prefix}/${random.pick(words)}`,
    ]);
  } else if (kind < 10) match.path = path;
  else if (kind < 13) {
    match.path_separated_prefix = path;
    wants.path = random.pick([path, `${path}/`, `${path}/${random.pick(words)}`]);
  } else if (kind < 16) {
    const [regex, fits] = random.pick(pathPatterns);
    match.safe_regex = { regex };
    wants.path = random.pick(fits);
  } else if (kind < 18) {
    const [path_template, fits] = random.pick(templates);
    match.path_match_policy = {
      name: 'envoy.path.match.uri_template.uri_template_matcher',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
        path_template,
      },
    };
    wants.path = fits;
  } else if (kind < 19) {
    match.connect_matcher = {};
    wants.connect = true;
  } else match.prefix = '/';
  if (random.chance(0.15) && kind < 13) {
    match.case_sensitive = false;
    if (random.chance(0.5)) wants.path = wants.path.toUpperCase().replaceAll('%6', '%6');
  }
}

/** Gives a match headers. */
export function makeHeaders(random: Random, match: Record<string, unknown>, wants: Wants): void {
  const list: JsonObject[] = [];
  for (let left = 1 + random.below(2); left > 0; left -= 1) {
    const pseudo = random.below(12);
    if (pseudo === 0) {
      wants.method = random.pick(['GET', 'POST', 'PUT']);
      list.push({ name: ':method', string_match: { exact: wants.method } });
    } else if (pseudo === 1) {
      const withQuery = random.chance(0.5);
      if (withQuery) wants.query.push('k=v');
      list.push({ name: ':path', string_match: withQuery ? { exact: `${wants.path}?k=v` } : { prefix: wants.path } });
    } else if (pseudo === 2) {
      list.push({
        name: random.pick([':authority', 'host']),
        string_match: random.pick<JsonObject>([{ contains: '.test' }, { prefix: 'h' }, { suffix: '.test' }]),
        invert_match: random.chance(0.3),
      });
    } else if (pseudo === 3) {
      list.push({ name: ':scheme', string_match: { exact: random.pick(['http', 'https']) } });
    } else if (pseudo === 4 && random.chance(0.3)) {
      // Over HTTP/2 the two lines arrive as one.
      list.push({ name: 'cookie', string_match: { exact: 'b=2; s=v' } });
      wants.headers.push(['cookie', 'b=2'], ['cookie', 's=v']);
    } else {
      const name = random.pick(names);
      const [matcher, fit] = makeMatcher(random, true);
      const flags: Record<string, unknown> = {};
      if (random.chance(0.35)) flags.invert_match = true;
      if (random.chance(0.15)) flags.treat_missing_header_as_empty = true;
      list.push({ name: random.chance(0.1) ? name.toUpperCase() : name, ...matcher, ...flags });
      if (fit !== null && !flags.invert_match) wants.headers.push([name, fit]);
      else if (flags.invert_match && random.chance(0.7)) wants.headers.push([name, random.pick(values)]);
    }
  }
  match.headers = list;
}

/** Gives a match query parameters. */
export function makeQuery(random: Random, match: Record<string, unknown>, wants: Wants): void {
  const list: JsonObject[] = [];
  for (let left = 1 + random.below(2); left > 0; left -= 1) {
    const name = random.pick(['k', 'q', 'K', 'k%20']);
    const [matcher, fit] = makeMatcher(random, false);
    list.push({ name, ...matcher });
    if (fit !== null) wants.query.push(fit === '' && random.chance(0.5) ? name : `${name}=${fit.replaceAll(' ', '+')}`);
  }
  match.query_parameters = list;
}

/** Gives a match a cookie. */
export function makeCookies(random: Random, match: Record<string, unknown>, wants: Wants): void {
  const value = random.pick(['v', 'w', '1']);
  const kind = random.pick(['exact', 'prefix', 'contains']);
  const invert = random.chance(0.3) ? { invert_match: true } : {};
  match.cookies = [{ name: 's', string_match: { [kind]: value }, ...invert }];
  const shown = random.chance(0.2) ? `"${value}"` : value;
  wants.headers.push([
    'cookie',
    random.pick([`s=${shown}`, `b=2; s=${shown}`, `s=${shown}; s=zz`, `b=s=${value}`, ` s = ${shown}`]),
  ]);
}

/** A value matcher, and a value that fits it (null: absence fits). */
function makeMatcher(random: Random, header: boolean): readonly [JsonObject, string | null] {
  const value = random.pick(values);
  const some = value === '' ? 'v' : value;
  const fold = random.chance(0.2) ? { ignore_case: true } : {};
  switch (random.below(header ? 15 : 7)) {
    case 0:
      return [{ present_match: true }, value];
    case 1:
      return [{ present_match: false }, null];
    case 2:
      return [{ string_match: { exact: value, ...fold } }, value];
    case 3:
      return [{ string_match: { prefix: some, ...fold } }, `${some}${random.pick(['', 'x'])}`];
    case 4:
      return [{ string_match: { suffix: some, ...fold } }, `${random.pick(['', 'x'])}${some}`];
    case 5:
      return [
        { string_match: { contains: some, ...fold } },
        `${random.pick(['', 'x'])}${some}${random.pick(['', 'y'])}`,
      ];
    case 6: {
      const [regex, fits] = random.pick(valuePatterns);
      return [{ string_match: { safe_regex: { regex } } }, random.pick(fits)];
    }
    case 7:
      return [{}, value];
    case 8:
      return [{ exact_match: some }, some];
    case 9:
      return [{ prefix_match: some }, `${some}x`];
    case 10:
      return [{ contains_match: some }, `x${some}`];
    case 11: {
      const [regex, fits] = random.pick(valuePatterns);
      return [{ safe_regex_match: { regex } }, random.pick(fits)];
    }
    case 12:
      return [{ suffix_match: some }, `x${some}`];
    default: {
      const start = random.pick(['-10', '0', '1', '5']);
      const end = random.pick(['1', '10', '6', '9223372036854775807']);
      return [{ range_match: { start, end } }, random.pick(['1', '5', '9', '05', '+5', '-3'])];
    }
  }
}
