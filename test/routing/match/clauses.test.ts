import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { ask, tableFor, verdict } from '../../support/routing.ts';

/** Verdicts of real Envoys 1.40.0 and 1.36.2; the lab's differential test asks them anew. */
type Asked = [request: string, verdict: string, headers?: Readonly<Record<string, string | readonly string[]>>];

const get = (path: string): string => `GET a.test${path}`;
const paths = (...pairs: readonly (readonly [string, string])[]): readonly Asked[] =>
  pairs.map(([path, answer]) => [get(path), answer]);
const withHeaders = (
  ...pairs: readonly (readonly [Readonly<Record<string, string | readonly string[]>>, string])[]
): readonly Asked[] => pairs.map(([headers, answer]) => [get('/'), answer, headers]);

const header = (matcher: JsonObject): JsonObject => ({ prefix: '/', headers: [{ name: 'x-a', ...matcher }] });
const query = (matcher: JsonObject): JsonObject => ({ prefix: '/', query_parameters: [{ name: 'k', ...matcher }] });
const range = (start: string, end: string, more: JsonObject = {}): JsonObject =>
  header({ range_match: { start, end }, ...more });

const cases: Readonly<Record<string, readonly [JsonObject, readonly Asked[]]>> = {
  'prefix is a string prefix': [
    { prefix: '/a' },
    paths(['/a', 'r0'], ['/ab', 'r0'], ['/A', '404'], ['/a?x=1', 'r0'], ['/?/a', '404'], ['/%61', '404']),
  ],
  'a question mark in a prefix never matches': [{ prefix: '/a?x' }, paths(['/a?x=1', '404'], ['/a', '404'])],
  'a path is compared without its query': [
    { path: '/a' },
    paths(['/a', 'r0'], ['/a/', '404'], ['/a?x=1', 'r0'], ['/a#frag', '400'], ['/a;x=1', '404']),
  ],
  'a segment prefix ends at a slash': [
    { path_separated_prefix: '/a' },
    paths(['/a', 'r0'], ['/ab', '404'], ['/a/b', 'r0'], ['/a/', 'r0']),
  ],
  'case_sensitive false folds literals': [{ prefix: '/a', case_sensitive: false }, paths(['/Ab', 'r0'])],
  'case_sensitive false leaves regexes alone': [
    { safe_regex: { regex: '/a.c' }, case_sensitive: false },
    paths(['/abc', 'r0'], ['/ABC', '404'], ['/abcd', '404'], ['/abc?q=1', 'r0']),
  ],
  'a regex matches as a whole, alternation included': [
    { safe_regex: { regex: '/foo|/bar' } },
    paths(['/foo', 'r0'], ['/bar', 'r0'], ['/foobar', '404']),
  ],
  'a template takes one segment': [
    { path_match_policy: { typed_config: { path_template: '/a/*/c' } } },
    paths(['/a/b/c', 'r0'], ['/a/b/b/c', '404'], ['/a//c', '404'], ['/a/b/c?x', 'r0']),
  ],
  'a template takes the rest': [
    { path_match_policy: { typed_config: { path_template: '/a/**' } } },
    paths(['/a', '404'], ['/a/', 'r0'], ['/a/b/c', 'r0']),
  ],
  'a header that is there': [header({ present_match: true }), withHeaders([{}, '404'], [{ 'x-a': '' }, 'r0'])],
  'a header that is absent': [header({ present_match: false }), withHeaders([{}, 'r0'], [{ 'x-a': '' }, '404'])],
  'present and inverted': [
    header({ present_match: true, invert_match: true }),
    withHeaders([{}, 'r0'], [{ 'x-a': '1' }, '404']),
  ],
  'no specifier asks for presence': [header({}), withHeaders([{}, '404'], [{ 'x-a': '1' }, 'r0'])],
  'an exact header': [
    header({ string_match: { exact: 'v' } }),
    withHeaders([{}, '404'], [{ 'x-a': 'v' }, 'r0'], [{ 'x-a': 'V' }, '404'], [{ 'x-a': 'v,w' }, '404']),
  ],
  'an absent header fails inverted matchers too': [
    header({ string_match: { exact: 'v' }, invert_match: true }),
    withHeaders([{}, '404'], [{ 'x-a': 'w' }, 'r0'], [{ 'x-a': 'v' }, '404']),
  ],
  'a missing header taken as empty': [
    header({ string_match: { exact: 'v' }, invert_match: true, treat_missing_header_as_empty: true }),
    withHeaders([{}, 'r0'], [{ 'x-a': 'v' }, '404']),
  ],
  'the v2 names of header matchers': [
    header({ suffix_match: 'v' }),
    withHeaders([{ 'x-a': 'xv' }, 'r0'], [{ 'x-a': 'vx' }, '404']),
  ],
  'numbers in a range': [
    range('1', '10'),
    withHeaders(
      [{ 'x-a': '1' }, 'r0'],
      [{ 'x-a': '9' }, 'r0'],
      [{ 'x-a': '10' }, '404'],
      [{ 'x-a': '1.5' }, '404'],
      [{ 'x-a': '+5' }, 'r0'],
      [{ 'x-a': '05' }, 'r0'],
      [{ 'x-a': '0x5' }, '404'],
      [{ 'x-a': '' }, '404'],
      [{ 'x-a': '5,6' }, '404'],
    ),
  ],
  'numbers beyond 64 bits are none': [
    range('-9223372036854775808', '9223372036854775807'),
    withHeaders(
      [{ 'x-a': '9223372036854775806' }, 'r0'],
      [{ 'x-a': '9223372036854775807' }, '404'],
      [{ 'x-a': '99999999999999999999' }, '404'],
      [{ 'x-a': '-9223372036854775808' }, 'r0'],
      [{ 'x-a': '-9223372036854775809' }, '404'],
    ),
  ],
  'an inverted range takes what is no number': [
    range('1', '10', { invert_match: true }),
    withHeaders([{ 'x-a': 'abc' }, 'r0'], [{ 'x-a': '5' }, '404'], [{}, '404']),
  ],
  'only the first of repeated query parameters counts': [
    query({ string_match: { exact: 'v' } }),
    paths(
      ['/?k=v', 'r0'],
      ['/?k=w&k=v', '404'],
      ['/?k=v&k=w', 'r0'],
      ['/?k=%76', '404'],
      ['/?&&k=v', 'r0'],
      ['/?k=v=w', '404'],
    ),
  ],
  'a query parameter that is there': [
    query({ present_match: true }),
    paths(
      ['/', '404'],
      ['/?k', 'r0'],
      ['/?k=', 'r0'],
      ['/?kk=1', '404'],
      ['/?a=1;k=2', '404'],
      ['/?a?k=1', '404'],
      ['/?K=1', '404'],
    ),
  ],
  'a query parameter that is absent': [query({ present_match: false }), paths(['/', 'r0'], ['/?k=1', '404'])],
  'gRPC by content type': [
    { prefix: '/', grpc: {} },
    withHeaders(
      [{ 'content-type': 'application/grpc' }, 'r0'],
      [{ 'content-type': 'application/grpc+proto' }, 'r0'],
      [{ 'content-type': 'application/grpc-web' }, '404'],
      [{}, '404'],
    ),
  ],
  'the method': [
    { prefix: '/', headers: [{ name: ':method', string_match: { exact: 'GET' } }] },
    [
      ['GET a.test/', 'r0'],
      ['POST a.test/', '404'],
      ['get a.test/', '400'],
    ],
  ],
  'the :path header holds the query': [
    { prefix: '/', headers: [{ name: ':path', string_match: { exact: '/a?x=1' } }] },
    paths(['/a?x=1', 'r0'], ['/a', '404']),
  ],
  'host is :authority': [
    { prefix: '/', headers: [{ name: 'Host', string_match: { exact: 'a.test' } }] },
    [
      ['GET a.test/', 'r0'],
      ['GET b.test/', '404'],
    ],
  ],
  'CONNECT goes to connect_matcher alone': [
    { connect_matcher: {} },
    [
      ['GET a.test/', '404'],
      ['CONNECT a.test:443', 'r0'],
    ],
  ],
  'no prefix takes CONNECT': [{ prefix: '/' }, [['CONNECT a.test:443', '404']]],
  'a fraction of none and of all': [{ prefix: '/', runtime_fraction: { default_value: {} } }, paths(['/', '404'])],
  'a client certificate on a plain connection': [
    { prefix: '/', tls_context: { presented: true } },
    paths(['/', '404']),
  ],
};

describe('a route takes what Envoy says it takes', () => {
  for (const [name, [match, asked]] of Object.entries(cases)) {
    const table = tableFor({
      routes: [{ match, direct_response: { status: 200 } }],
      manager: { upgrade_configs: [{ upgrade_type: 'CONNECT' }] },
    });
    it.each([...asked])(`${name}: %s is %s %o`, (request, answer, headers) => {
      expect(verdict(ask(table, request, headers))).toBe(answer);
    });
  }
});

describe('repeated header lines', () => {
  const exact = header({ string_match: { exact: 'v' } });
  const joined = header({ string_match: { exact: 'v,w' } });
  const inverted = header({ string_match: { exact: 'v' }, invert_match: true });
  const lines = { 'x-a': ['v', 'w'] };
  it.each([
    ['1.40.0', {}, 'r0', '404', '404'],
    ['1.39.3', {}, 'r0', '404', '404'],
    ['1.38.3', {}, '404', 'r0', 'r0'],
    ['1.36.2', {}, '404', 'r0', 'r0'],
    ['1.40.0', { 'envoy.reloadable_features.match_headers_individually': 'false' }, '404', 'r0', 'r0'],
  ])('%s %o', (version, runtime, whenExact, whenJoined, whenInverted) => {
    const answer = (match: JsonObject): string =>
      verdict(ask(tableFor({ routes: [match], version, runtime }), get('/'), lines));
    expect([answer(exact), answer(joined), answer(inverted)]).toEqual([whenExact, whenJoined, whenInverted]);
  });

  it('joins the lines of headers that Envoy keeps as one in every version', () => {
    const match = { prefix: '/', headers: [{ name: 'accept', string_match: { exact: 'a,b' } }] };
    expect(verdict(ask(tableFor({ routes: [match] }), get('/'), { accept: ['a', 'b'] }))).toBe('r0');
  });
});

describe('cookies', () => {
  const match = (invert_match: boolean): JsonObject => ({
    prefix: '/',
    cookies: [{ name: 's', string_match: { exact: 'v' }, invert_match }],
  });
  it.each([
    ['b=2; s=v', 'r0', '404'],
    ['s="v"', 'r0', '404'],
    ['s=v; s=w', 'r0', '404'],
    ['s=w; s=v', '404', 'r0'],
    ['s = v', '404', 'r0'],
    ['b=s=v', '404', 'r0'],
  ])('%s', (cookie, plain, inverted) => {
    expect(verdict(ask(tableFor({ routes: [match(false)] }), get('/'), { cookie }))).toBe(plain);
    expect(verdict(ask(tableFor({ routes: [match(true)] }), get('/'), { cookie }))).toBe(inverted);
  });

  it('an inverted matcher takes a request without the cookie, unlike a header matcher', () => {
    expect(verdict(ask(tableFor({ routes: [match(true)] }), get('/')))).toBe('r0');
    expect(verdict(ask(tableFor({ routes: [match(false)] }), get('/')))).toBe('404');
  });
});

describe('what is not understood', () => {
  it('an invalid regex is told, and the other routes decide', () => {
    const table = tableFor({ routes: [{ safe_regex: { regex: '/a(?=b)' } }, { prefix: '/' }] });
    expect(table.faults).toHaveLength(1);
    expect(table.faults[0]?.place.pointer).toContain('/routes/0/match/safe_regex');
    expect(verdict(ask(table, get('/ab')))).toBe('r1');
  });

  it('an unknown field of a match is told and leaves the route open', () => {
    const table = tableFor({ routes: [{ prefix: '/', moon_phase: 'full' }, { prefix: '/' }] });
    expect(table.faults[0]?.message).toContain('moon_phase');
    const decision = ask(table, get('/'));
    expect(decision.outcome).toBe('undecided');
    expect(decision.candidates.map((one) => one.hops[0]?.route?.index)).toEqual([0, 1]);
    expect(decision.unknown).toEqual(['moon_phase']);
  });

  it('a runtime key that was not read is unknown; one that was decides', () => {
    const routes = [
      { prefix: '/', runtime_fraction: { runtime_key: 'k', default_value: { numerator: 100 } } },
      { prefix: '/' },
    ];
    expect(verdict(ask(tableFor({ routes }), get('/')))).toBe('?');
    expect(verdict(ask(tableFor({ routes, runtime: {} }), get('/')))).toBe('r0');
    expect(verdict(ask(tableFor({ routes, runtime: { k: '0' } }), get('/')))).toBe('r1');
  });
});
