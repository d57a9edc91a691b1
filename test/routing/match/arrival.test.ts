import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { canonicalPath, mergeSlashes } from '../../../src/routing/match/path.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import { ask, requestFor, tableFor, verdict } from '../../support/routing.ts';

const host = (name: string, ...domains: readonly string[]): JsonObject => ({
  name,
  domains,
  routes: [{ match: { prefix: '/' }, direct_response: { status: 200 } }],
});
const virtualHosts = [
  host('exact', 'a.test'),
  host('suffix', '*.a.test'),
  host('longer', '*.b.a.test', '*-c.a.test'),
  host('prefix', 'foo.*'),
  host('port', 'p.test:8080'),
  host('upper', 'UPPER.test'),
  host('six', '[::1]:80'),
  host('any', '*'),
];

describe('virtual hosts', () => {
  const found = (manager: JsonObject, routeConfig: JsonObject = {}): ((name: string) => string | null | undefined) => {
    const table = tableFor({ virtualHosts, manager, routeConfig });
    return (name) => ask(table, `GET ${name}/`).hops[0]?.virtualHost;
  };

  it.each([
    ['a.test', 'exact'],
    ['A.TEST', 'exact'],
    ['a.test.', 'any'],
    ['a.test:8088', 'any'],
    ['x.a.test', 'suffix'],
    ['x.b.a.test', 'longer'],
    ['.a.test', 'any'],
    ['-c.a.test', 'suffix'],
    ['x-c.a.test', 'longer'],
    ['foo.bar', 'prefix'],
    ['foo.', 'any'],
    ['foo.bar.a.test', 'suffix'],
    ['p.test:8080', 'port'],
    ['upper.TEST', 'upper'],
    ['[::1]:80', 'six'],
    ['[::1]', 'any'],
  ])('%s goes to %s', (name, wanted) => {
    expect(found({})(name)).toBe(wanted);
  });

  it('strips ports and dots only where it is told to', () => {
    expect(found({ strip_any_host_port: true })('a.test:9')).toBe('exact');
    expect(found({ strip_any_host_port: true })('p.test:8080')).toBe('any');
    expect(found({ strip_matching_host_port: true })('a.test:8088')).toBe('exact');
    expect(found({ strip_matching_host_port: true })('a.test:80')).toBe('any');
    expect(found({ strip_trailing_host_dot: true })('a.test.')).toBe('exact');
    expect(found({}, { ignore_port_in_host_matching: true })('a.test:8088')).toBe('exact');
  });

  it('no domain: 404 NR before any route', () => {
    const decision = ask(tableFor({ virtualHosts: [host('one', 'a.test')] }), 'GET b.test/');
    expect(decision).toMatchObject({ outcome: 'no-virtual-host', status: 404, responseFlag: 'NR' });
  });
});

describe('normalisation', () => {
  it.each([
    ['/a/./b', '/a/b'],
    ['/a/../a/b', '/a/b'],
    ['/%2e%2e/x/y', '/x/y'],
    ['/x\\y', '/x/y'],
    ['/..', '/'],
    ['/a/.', '/a/'],
    ['/%61/b', '/a/b'],
    ['/x//../y', '/x/y'],
    ['/.%2e/x/y', '/x/y'],
    ['/a%2Fb', '/a%2Fb'],
    ['/%%361', '/%2561'],
    ['/a"b|c^{}', '/a%22b%7Cc%5E%7B%7D'],
  ])('%s becomes %s', (path, wanted) => {
    expect(canonicalPath(path)).toBe(wanted);
    expect(canonicalPath(wanted)).toBe(wanted);
  });

  it('refuses %00', () => {
    expect(canonicalPath('/a%00')).toBeNull();
  });

  it.each([
    ['/a//b', '/a/b'],
    ['//a', '/a'],
    ['/a//', '/a/'],
    ['//', '//'],
  ])('merged, %s becomes %s', (path, wanted) => {
    expect(mergeSlashes(path)).toBe(wanted);
  });

  it.each([
    ['REJECT_REQUEST', 'rejected', 400, null],
    ['UNESCAPE_AND_FORWARD', 'direct-response', 200, null],
    ['UNESCAPE_AND_REDIRECT', 'redirect', 307, '/x/y?q'],
    ['KEEP_UNCHANGED', 'no-route', 404, null],
  ])('escaped slashes: %s', (action, outcome, status, location) => {
    const manager = { normalize_path: true, path_with_escaped_slashes_action: action };
    expect(ask(tableFor({ routes: [{ path: '/x/y' }], manager }), 'GET a.test/x%2Fy?q')).toMatchObject({
      outcome,
      status,
      location,
    });
  });

  it.each([
    ['GET /', 400],
    ['GET a.test/a#b', 400],
    ['CONNECT a.test', 400],
  ])('%s is answered before routing', (request, status) => {
    const decision = ask(tableFor({ routes: [{ prefix: '/' }] }), request);
    expect(verdict(decision)).toBe(String(status));
    expect(decision.outcome).toBe('rejected');
  });

  it('OPTIONS * has no path to route', () => {
    const table = tableFor({ routes: [{ prefix: '/' }] });
    expect(decide(table, { ...requestFor('OPTIONS a.test'), target: '*' })).toMatchObject({
      outcome: 'rejected',
      status: 404,
    });
  });

  it('an absolute URI in the request line overrides Host', () => {
    const table = tableFor({ virtualHosts });
    const decision = decide(table, { ...requestFor('GET zzz'), target: 'http://a.test/x' });
    expect(decision.hops[0]?.virtualHost).toBe('exact');
  });
});
