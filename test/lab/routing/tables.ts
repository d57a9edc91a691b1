import type { JsonObject } from '../../../src/lib/json.ts';
import type { Random } from './random.ts';

/** A route as it is generated: Envoy's JSON, and a way to a request that fits each clause. */
export interface MadeRoute {
  readonly json: JsonObject;
  /** The parts of a request that should fit; the near misses are edits of it. */
  readonly wants: Wants;
}

/** What a fitting request has. */
export interface Wants {
  method: string;
  path: string;
  query: string[];
  headers: [string, string][];
  connect: boolean;
}

const words = ['a', 'ab', 'b', 'x1', 'A', 'v2', 'foo', 'bar', '%61', 'a.b', 'x-y', '1'];
const values = ['v', 'w', 'vw', 'V', '', '1', '9', '10', '5', '-3', '+5', '05', 'v,w', 'a b', '1.5', '0x5', '%76', 'é'];
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

/** Makes a route with index `index` of a virtual host. */
export function makeRoute(random: Random, host: string, index: number, version: string): MadeRoute {
  const wants: Wants = { method: 'GET', path: '/', query: [], headers: [], connect: false };
  const match: Record<string, unknown> = {};
  makePath(random, match, wants);
  if (random.chance(0.5)) makeHeaders(random, match, wants);
  if (random.chance(0.25)) makeQuery(random, match, wants);
  if (random.chance(0.04)) {
    match.grpc = {};
    wants.headers.push(['content-type', random.pick(['application/grpc', 'application/grpc+proto'])]);
    wants.method = 'POST';
  }
  if (random.chance(0.05)) {
    match.runtime_fraction = { default_value: { numerator: random.pick([0, 100]), denominator: 'HUNDRED' } };
  }
  // 1.36 does not know cookie matchers.
  if (version !== '1.36.2' && random.chance(0.08)) makeCookies(random, match, wants);
  if (random.chance(0.02)) match.tls_context = { presented: random.chance(0.5) };
  const verdict = {
    header: { key: 'x-verdict', value: `${host}/${index}` },
    append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
  };
  return { json: { match, ...makeAction(random, match, wants), response_headers_to_add: [verdict] }, wants };
}

function makePath(random: Random, match: Record<string, unknown>, wants: Wants): void {
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

function makeHeaders(random: Random, match: Record<string, unknown>, wants: Wants): void {
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
        string_match: { contains: '.test' },
        invert_match: random.chance(0.3),
      });
    } else if (pseudo === 3) {
      list.push({ name: ':scheme', string_match: { exact: random.pick(['http', 'https']) } });
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

function makeQuery(random: Random, match: Record<string, unknown>, wants: Wants): void {
  const list: JsonObject[] = [];
  for (let left = 1 + random.below(2); left > 0; left -= 1) {
    const name = random.pick(['k', 'q', 'K', 'k%20']);
    const [matcher, fit] = makeMatcher(random, false);
    list.push({ name, ...matcher });
    if (fit !== null) wants.query.push(fit === '' && random.chance(0.5) ? name : `${name}=${fit.replaceAll(' ', '+')}`);
  }
  match.query_parameters = list;
}

function makeCookies(random: Random, match: Record<string, unknown>, wants: Wants): void {
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

const template = 'type.googleapis.com/envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig';

function makeAction(random: Random, match: Record<string, unknown>, wants: Wants): JsonObject {
  if (match.connect_matcher || match.grpc || random.chance(0.7))
    return { direct_response: { status: random.pick([200, 200, 201, 404]) } };
  if (random.chance(0.4)) return { redirect: makeRedirect(random, 'path_match_policy' in match) };
  const route: Record<string, unknown> = {};
  const target = random.below(6);
  if (target === 0)
    route.weighted_clusters = {
      clusters: [
        { name: 'gone', weight: 0 },
        { name: 'echo', weight: 1 },
      ],
    };
  else if (target === 1) {
    route.cluster_header = 'x-c';
    if (random.chance(0.8)) wants.headers.push(['x-c', random.pick(['echo', 'echo', 'gone'])]);
  } else route.cluster = random.chance(0.1) ? 'gone' : 'echo';
  if (random.chance(0.2)) route.cluster_not_found_response_code = 'NOT_FOUND';
  const rewrite = random.below(5);
  // Envoy refuses a prefix_rewrite beside a template.
  if (rewrite === 0 && !match.path_match_policy) route.prefix_rewrite = random.pick(['/', '/new', '/new/']);
  if (rewrite === 1) {
    const [regex, substitution] = random.pick([
      ['^/([^/]+)(/.*)?$', '\\2/i/\\1'],
      ['a', 'zz'],
      ['/b$', '/c'],
      ['^/$', '/root'],
    ] as const);
    route.regex_rewrite = { pattern: { regex }, substitution };
  }
  if (rewrite === 2 && JSON.stringify(match.path_match_policy ?? '').includes('{one}')) {
    route.path_rewrite_policy = {
      name: 'envoy.path.rewrite.uri_template.uri_template_rewriter',
      typed_config: { '@type': template, path_template_rewrite: '/t/{one}' },
    };
  }
  const host = random.below(6);
  if (host === 0) route.host_rewrite_literal = 'new.test';
  if (host === 1) route.host_rewrite_header = 'x-a';
  if (host === 2) route.host_rewrite_path_regex = { pattern: { regex: '^/([a-z]+).*$' }, substitution: 'h-\\1' };
  return { route };
}

function makeRedirect(random: Random, byTemplate: boolean): JsonObject {
  const redirect: Record<string, unknown> = {};
  const path = random.below(5);
  if (path === 0) redirect.path_redirect = random.pick(['/new', '/new?y=2', 'new']);
  if (path === 1 && !byTemplate) redirect.prefix_rewrite = random.pick(['/n', '/n/']);
  if (path === 2) redirect.regex_rewrite = { pattern: { regex: random.pick(['a', 'x*']) }, substitution: 'zz' };
  if (random.chance(0.3)) redirect.host_redirect = 'h.test';
  const scheme = random.below(4);
  if (scheme === 0) redirect.https_redirect = true;
  if (scheme === 1) redirect.scheme_redirect = random.pick(['http', 'https']);
  if (random.chance(0.2)) redirect.port_redirect = 8443;
  if (random.chance(0.3)) redirect.strip_query = true;
  if (random.chance(0.5))
    redirect.response_code = random.pick(['FOUND', 'SEE_OTHER', 'TEMPORARY_REDIRECT', 'PERMANENT_REDIRECT']);
  return redirect;
}
