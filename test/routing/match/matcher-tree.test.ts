import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import type { Step } from '../../../src/routing/match/steps.ts';
import type { Table } from '../../../src/routing/table/table.ts';
import { ask, requestFor, type TableStory, tableFor } from '../../support/routing.ts';

/** Verdicts of real Envoys 1.40.0 and 1.36.2, which agree on all of these. */
const type = 'type.googleapis.com/';
const routeNamed = (name: string, match: JsonObject = { prefix: '/' }): JsonObject => ({
  name,
  match,
  direct_response: { status: 200 },
});
const to = (name: string, match?: JsonObject): JsonObject => ({
  action: {
    name: 'route',
    typed_config: { '@type': `${type}envoy.config.route.v3.Route`, ...routeNamed(name, match) },
  },
});
const toList = (...routes: readonly JsonObject[]): JsonObject => ({
  action: { name: 'list', typed_config: { '@type': `${type}envoy.config.route.v3.RouteList`, routes } },
});
const header = (header_name: string): JsonObject => ({
  name: 'input',
  typed_config: { '@type': `${type}envoy.type.matcher.v3.HttpRequestHeaderMatchInput`, header_name },
});
const exactly = (name: string, map: JsonObject): JsonObject => ({
  matcher_tree: { input: header(name), exact_match_map: { map } },
});
const byPrefix = (name: string, map: JsonObject): JsonObject => ({
  matcher_tree: { input: header(name), prefix_match_map: { map } },
});
const one = (value_match: JsonObject, name = 'x-a'): JsonObject => ({
  single_predicate: { input: header(name), value_match },
});
const listed = (...entries: readonly (readonly [JsonObject, JsonObject])[]): JsonObject => ({
  matcher_list: { matchers: entries.map(([predicate, on_match]) => ({ predicate, on_match })) },
});
const orElse = (matcher: JsonObject): JsonObject => ({ ...matcher, on_no_match: to('else') });
const nested = (matcher: JsonObject): JsonObject => ({ matcher });
const hostWith = (matcher: JsonObject, story: TableStory = {}): Table =>
  tableFor({ virtualHosts: [{ name: 'v', domains: ['*'], matcher }], ...story });

const goes = (table: Table, headers: Parameters<typeof ask>[2], request = 'GET a.test/'): string => {
  const { outcome, status, hops } = ask(table, request, headers);
  return hops.at(-1)?.route?.name ?? (outcome === 'undecided' ? '?' : String(status));
};
const xA = (...values: readonly string[]): { readonly 'x-a': readonly string[] } => ({ 'x-a': values });
const onlyQ = exactly('x-b', { q: to('q') });

const cases: readonly (readonly [string, JsonObject, ...(readonly [Parameters<typeof ask>[2], string])[]])[] = [
  [
    'an exact map; lines are joined in every version; an absent header is no key, not even the empty one',
    orElse(exactly('X-A', { a: to('a'), 'a,b': to('joined'), '': to('empty') })),
    [{}, 'else'],
    [xA('a'), 'a'],
    [xA('ab'), 'else'],
    [xA(''), 'empty'],
    [xA('a', 'b'), 'joined'],
  ],
  ['no on_no_match is 404', exactly('x-a', { a: to('a') }), [{}, '404'], [xA('a'), 'a'], [xA('z'), '404']],
  ['a matcher of nothing is 404', {}, [xA('a'), '404']],
  ['on_no_match alone takes everything', { on_no_match: to('else') }, [{}, 'else']],
  [
    'the longest prefix',
    orElse(byPrefix('x-a', { a: to('a'), ab: to('ab') })),
    [{}, 'else'],
    [xA('a'), 'a'],
    [xA('abc'), 'ab'],
    [xA('a', 'b'), 'a'],
    [xA('z'), 'else'],
  ],
  ['the empty prefix asks for presence', orElse(byPrefix('x-a', { '': to('any') })), [{}, 'else'], [xA(''), 'any']],
  [
    'a route keeps its own match: where that fails nothing else is tried',
    orElse(exactly('x-a', { a: to('a', { prefix: '/zzz' }) })),
    [xA('a'), '404'],
    [xA('b'), 'else'],
  ],
  [
    'a nested miss goes on to on_no_match',
    orElse(exactly('x-a', { a: nested(onlyQ) })),
    [xA('a'), 'else'],
    [{ ...xA('a'), 'x-b': 'q' }, 'q'],
  ],
  [
    'a nested miss goes on to shorter prefixes',
    orElse(byPrefix('x-a', { a: to('a'), ab: nested(onlyQ) })),
    [xA('abc'), 'a'],
    [{ ...xA('abc'), 'x-b': 'q' }, 'q'],
  ],
  [
    'a nested miss goes on to the next of a list',
    orElse(listed([one({ prefix: 'a' }), nested(onlyQ)], [one({ exact: 'ab' }), to('ab')])),
    [xA('a'), 'else'],
    [xA('ab'), 'ab'],
    [{ ...xA('ab'), 'x-b': 'q' }, 'q'],
  ],
  [
    'the nearest on_no_match',
    orElse(exactly('x-a', { a: nested({ ...onlyQ, on_no_match: to('inner') }) })),
    [xA('a'), 'inner'],
    [xA('z'), 'else'],
  ],
  [
    'a tree behind on_no_match',
    { ...exactly('x-a', { a: to('a') }), on_no_match: nested(onlyQ) },
    [xA('z'), '404'],
    [{ ...xA('z'), 'x-b': 'q' }, 'q'],
  ],
  [
    'a list takes the first',
    orElse(listed([one({ exact: 'a' }), to('a')], [one({ prefix: 'a' }), to('pre')])),
    [xA('ab'), 'pre'],
    [xA('a'), 'a'],
  ],
  ['any case', orElse(listed([one({ exact: 'a', ignore_case: true }), to('a')])), [xA('A'), 'a']],
  [
    'a regex takes the whole text',
    orElse(listed([one({ safe_regex: { google_re2: {}, regex: 'a|b' } }), to('r')])),
    [xA('a'), 'r'],
    [xA('ab'), 'else'],
    [{}, 'else'],
  ],
  ['not takes absence', orElse(listed([{ not_matcher: one({ exact: 'a' }) }, to('n')])), [{}, 'n'], [xA('a'), 'else']],
  [
    'and, or',
    orElse(
      listed(
        [{ and_matcher: { predicate: [one({ prefix: 'a' }), { not_matcher: one({ suffix: 'b' }) }] } }, to('and')],
        [{ or_matcher: { predicate: [one({ exact: 'x' }), one({ contains: 'yy' })] } }, to('or')],
      ),
    ),
    [xA('a'), 'and'],
    [xA('ab'), 'else'],
    [xA('x'), 'or'],
    [xA('ayyb'), 'or'],
    [{}, 'else'],
  ],
];

describe('a matcher tree leads where Envoy says it leads', () => {
  for (const [name, matcher, ...asked] of cases) {
    it.each(['1.40.0', '1.36.2'])(`${name}, %s`, (version) => {
      const table = hostWith(matcher, { version });
      expect(table.faults).toEqual([]);
      expect(asked.map(([headers]) => goes(table, headers))).toEqual(asked.map(([, wanted]) => wanted));
    });
  }

  it('headers of the request line', () => {
    const path = hostWith(orElse(byPrefix(':path', { '/a': to('a'), '/a?x': to('query'), '/a/': nested(onlyQ) })));
    expect(goes(path, {}, 'GET a.test/a')).toBe('a');
    expect(goes(path, {}, 'GET a.test/a?x=1')).toBe('query');
    expect(goes(path, {}, 'GET a.test/a/b')).toBe('a');
    expect(goes(hostWith(exactly('Host', { 'a.test': to('a') })), {})).toBe('a');
    expect(goes(hostWith(exactly(':method', { POST: to('post') })), {}, 'POST a.test/')).toBe('post');
  });

  it('a CONNECT request has no :path', () => {
    const matcher = listed([{ not_matcher: one({ prefix: '/' }, ':path') }, to('c', { connect_matcher: {} })]);
    const table = hostWith(matcher, { manager: { upgrade_configs: [{ upgrade_type: 'CONNECT' }] } });
    expect(goes(table, {}, 'CONNECT a.test:443')).toBe('c');
    expect(goes(table, {}, 'GET a.test/')).toBe('404');
  });

  it('a list of routes is tried in order; what none takes is 404', () => {
    const routes = toList(routeNamed('one', { path: '/x' }), routeNamed('two', { prefix: '/y' }));
    const table = hostWith(orElse(exactly('x-a', { a: routes })));
    expect(['/x', '/yy', '/z'].map((path) => goes(table, xA('a'), `GET a.test${path}`))).toEqual(['one', 'two', '404']);
    const at = ask(table, 'GET a.test/yy', xA('a')).hops[0]?.route;
    expect(at?.pointer).toMatch(/\/matcher\/matcher_tree\/exact_match_map\/map\/a\/action\/typed_config\/routes\/1$/);
    expect(at?.index).toBe(2);
  });

  it('says how it came to a route', () => {
    const steps: Step[] = [];
    decide(
      hostWith(orElse(byPrefix('x-a', { a: nested(onlyQ) }))),
      requestFor('GET a/', { ...xA('ab'), 'x-b': 'q' }),
      (step) => {
        steps.push(step);
      },
    );
    expect(steps.find(({ reason }) => reason === 'its matcher leads there')?.clause).toBe(
      'header x-a starts with "a", header x-b is "q"',
    );
  });
});

describe('a nested miss in a prefix map', () => {
  const matcher = orElse(byPrefix('x-a', { a: to('a'), ab: nested(onlyQ) }));
  const flag = { 'envoy.reloadable_features.prefix_map_matcher_resume_after_subtree_miss': 'false' };

  it('ends the search with the flag off on 1.36.2; 1.40.0 does not heed it', () => {
    expect(goes(hostWith(matcher, { version: '1.36.2', runtime: flag }), xA('ab'))).toBe('404');
    expect(goes(hostWith(matcher, { version: '1.36.2', runtime: flag }), xA('z'))).toBe('else');
    expect(goes(hostWith(matcher, { runtime: flag }), xA('ab'))).toBe('a');
    const exact = orElse(exactly('x-a', { a: nested(onlyQ) }));
    expect(goes(hostWith(exact, { version: '1.36.2', runtime: flag }), xA('a'))).toBe('else');
  });

  it('is undecided before 1.35, where nobody saw it', () => {
    const decision = ask(hostWith(matcher, { version: '1.29.0' }), 'GET a.test/', xA('ab'));
    expect(decision.outcome).toBe('undecided');
    expect(decision.candidates.map(({ hops, status }) => hops[0]?.route?.name ?? status)).toEqual([404, 'a']);
    expect(goes(hostWith(matcher, { version: '1.29.0' }), xA('a'))).toBe('a');
  });
});

describe('what a request does not tell a matcher tree', () => {
  const matcher = orElse(exactly('x-a', { a: to('a'), b: to('b') }));

  it('an unknown header: every branch, and its name', () => {
    const decision = decide(hostWith(matcher), { ...requestFor('GET a/'), otherHeaders: 'unknown' });
    expect(decision).toMatchObject({ outcome: 'undecided', unknown: ['header x-a'] });
    expect(decision.candidates.map(({ hops }) => hops[0]?.route?.name)).toEqual(['a', 'b', 'else']);
  });

  it('another input, or an action that is no route, is told and undecided; the rest decides', () => {
    const input = { name: 'i', typed_config: { '@type': `${type}xds.type.matcher.v3.HttpAttributesCelMatchInput` } };
    const hidden = { single_predicate: { input, value_match: { exact: 'x' } } };
    const odd = { action: { typed_config: { '@type': `${type}moon.Phase` } } };
    const table = hostWith(
      orElse(listed([one({ exact: 'a' }), to('a')], [one({ exact: 'b' }), odd], [hidden, to('cel')])),
    );
    expect(goes(table, xA('a'))).toBe('a');
    expect(ask(table, 'GET a/', xA('b'))).toMatchObject({ outcome: 'undecided' });
    expect(ask(table, 'GET a/', xA('b')).why).toContain('moon.Phase');
    const open = ask(table, 'GET a/');
    expect(open.unknown).toEqual(['matcher input xds.type.matcher.v3.HttpAttributesCelMatchInput']);
    expect(open.candidates.map(({ hops }) => hops[0]?.route?.name)).toEqual(['cel', 'else']);
    expect(table.faults.map(({ place }) => place.pointer.replace(/.*\/matcher_list/, ''))).toEqual([
      '/matchers/1/on_match',
      '/matchers/2/predicate/single_predicate/input',
    ]);
  });

  it('an invalid regex is told and takes nothing', () => {
    const table = hostWith(orElse(listed([one({ safe_regex: { regex: 'a(?=b)' } }), to('r')])));
    expect(table.faults).toHaveLength(1);
    expect(goes(table, xA('ab'))).toBe('else');
  });
});
