import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import type { Decision } from '../../../src/routing/match/decision.ts';
import { compileTable } from '../../../src/routing/table/compile.ts';
import { ask, inputFor, requestFor, tableFor } from '../../support/routing.ts';

const sent = (match: JsonObject, route: JsonObject, request: string, version = '1.40.0', headers = {}): Decision =>
  ask(tableFor({ routes: [{ match, route: { cluster: 'c', ...route } }], version }), request, headers);

describe('what the upstream gets', () => {
  const prefix = { prefix: '/a' };
  const regex = (pattern: string, substitution: string): JsonObject => ({
    regex_rewrite: { pattern: { regex: pattern }, substitution },
  });
  it.each<readonly [string, JsonObject, JsonObject, string, string]>([
    ['a prefix', prefix, { prefix_rewrite: '/b' }, '/a/x', '/b/x'],
    ['a prefix inside a word', prefix, { prefix_rewrite: '/b' }, '/ax', '/bx'],
    ['the doubled slash', prefix, { prefix_rewrite: '/' }, '/a/x', '//x'],
    ['a segment prefix', { path_separated_prefix: '/a' }, { prefix_rewrite: '/' }, '/a/x', '//x'],
    ['an exact path', { path: '/a' }, { prefix_rewrite: '/b/c' }, '/a', '/b/c'],
    ['a regex match', { safe_regex: { regex: '/r/(.*)' } }, { prefix_rewrite: '/b' }, '/r/x', '/b'],
    ['groups', { prefix: '/s' }, regex('^/s/([^/]+)(/.*)?$', '\\2/i/\\1'), '/s/foo/v1', '/v1/i/foo'],
    ['every match', { prefix: '/' }, regex('one', 'two'), '/one/x/one/y', '/two/x/two/y'],
    ['no match', { prefix: '/s' }, regex('^/t', '/u'), '/s', '/s'],
    [
      'a template',
      { path_match_policy: { typed_config: { path_template: '/t/{id}/{rest}' } } },
      { path_rewrite_policy: { typed_config: { path_template_rewrite: '/{rest}/{id}' } } },
      '/t/7/v',
      '/v/7',
    ],
  ])('%s', (_, match, route, path, wanted) => {
    expect(sent(match, route, `GET a.test${path}?q=1`).hops[0]?.rewrite?.path).toBe(wanted);
  });

  it('an empty rewritten path differs by version', () => {
    const rewrite = regex('.*', '');
    expect(sent({ prefix: '/z' }, rewrite, 'GET a.test/z').hops[0]?.rewrite?.path).toBe('/z');
    expect(sent({ prefix: '/z' }, rewrite, 'GET a.test/z', '1.36.2')).toMatchObject({
      outcome: 'rejected',
      status: 400,
    });
  });

  it.each<readonly [string, JsonObject, string]>([
    ['kept', {}, 'a.test'],
    ['literal', { host_rewrite_literal: 'new.test' }, 'new.test'],
    ['from a header', { host_rewrite_header: 'x-host' }, 'from.test'],
    [
      'from the path',
      { host_rewrite_path_regex: { pattern: { regex: '^/h/([^/]+).*$' }, substitution: '\\1' } },
      'svc.ns',
    ],
  ])('the host: %s', (_, route, wanted) => {
    const decision = sent({ prefix: '/' }, route, 'GET a.test/h/svc.ns/x', '1.40.0', { 'x-host': 'from.test' });
    expect(decision.hops[0]?.rewrite?.host).toBe(wanted);
  });
});

describe('redirects', () => {
  it.each<readonly [JsonObject, string, string]>([
    [{ path_redirect: '/new' }, '/old?x=1', 'http://a.test/new?x=1'],
    [{ path_redirect: '/new?y=2' }, '/old?x=1', 'http://a.test/new?y=2'],
    [{ prefix_rewrite: '/n' }, '/old/a?x=1', 'http://a.test/n/a?x=1'],
    [{ https_redirect: true }, '/old', 'https://a.test/old'],
    [{ https_redirect: true, port_redirect: 8443 }, '/old', 'https://a.test:8443/old'],
    [{ host_redirect: 'h.test' }, '/old?x', 'http://h.test/old?x'],
    [{ path_redirect: 'new' }, '/old', 'http://a.test/new'],
    [{ regex_rewrite: { pattern: { regex: 'x*' }, substitution: '-' } }, '/old/xy', 'http://a.test/-/-o-l-d-/-y-'],
    [{ path_redirect: '/new', strip_query: true }, '/old?x=1', 'http://a.test/new'],
    [{ regex_rewrite: { pattern: { regex: 'old' }, substitution: 'neu' } }, '/old/old?x', 'http://a.test/neu/neu?x'],
  ])('%o', (redirect, path, location) => {
    const table = tableFor({ routes: [{ match: { prefix: '/old' }, redirect }] });
    expect(ask(table, `GET a.test${path}`)).toMatchObject({ outcome: 'redirect', status: 301, location });
  });

  it('require_tls answers before routes', () => {
    const virtualHosts = [{ name: 'v', domains: ['*'], require_tls: 'ALL', routes: [] }];
    const decision = ask(tableFor({ virtualHosts }), 'GET a.test/x?y');
    expect(decision).toMatchObject({ outcome: 'redirect', status: 301, location: 'https://a.test/x?y' });
  });
});

describe('upgrades', () => {
  const asks = { connection: 'Upgrade', upgrade: 'websocket' };
  const routes = [{ match: { prefix: '/a' }, direct_response: { status: 200 } }];

  it('one that nobody allows is 403 whatever the route would do, and 404 where no route takes it', () => {
    expect(ask(tableFor({ routes }), 'GET a/a', asks)).toMatchObject({ outcome: 'rejected', status: 403 });
    expect(ask(tableFor({ routes }), 'GET a/b', asks)).toMatchObject({ outcome: 'no-route', status: 404 });
    const manager = { upgrade_configs: [{ upgrade_type: 'websocket' }] };
    expect(ask(tableFor({ routes, manager }), 'GET a/a', asks).status).toBe(200);
  });

  it('an upgrade to HTTP/2, or a header alone, asks for nothing', () => {
    expect(ask(tableFor({ routes }), 'GET a/a', { ...asks, upgrade: 'h2c' }).status).toBe(200);
    expect(ask(tableFor({ routes }), 'GET a/a', { upgrade: 'websocket' }).status).toBe(200);
  });
});

describe('answers to gRPC', () => {
  const grpc = { 'content-type': 'application/grpc' };

  it('are 200 with a grpc-status', () => {
    expect(ask(tableFor({ routes: [] }), 'POST a/s/m', grpc)).toMatchObject({
      outcome: 'no-route',
      status: 200,
      grpcStatus: 12,
      responseFlag: 'NR',
    });
    expect(ask(tableFor({ routes: [] }), 'POST a/s/m')).toMatchObject({ status: 404, grpcStatus: null });
  });
});

describe('clusters', () => {
  const clusters = new Map([
    ['one', { targets: [] }],
    ['two', { targets: [] }],
  ]);
  const to = (route: JsonObject): ReturnType<typeof tableFor> =>
    tableFor({ routes: [{ match: { prefix: '/' }, route }], clusters });
  const weighted = (one: number, two: number, more: JsonObject = {}): JsonObject => ({
    weighted_clusters: {
      clusters: [
        { name: 'one', weight: one },
        { name: 'two', weight: two },
      ],
      ...more,
    },
  });

  it('a missing cluster is NC with the status asked for', () => {
    expect(ask(to({ cluster: 'gone' }), 'GET a/')).toMatchObject({
      outcome: 'no-cluster',
      status: 503,
      responseFlag: 'NC',
    });
    const other = to({ cluster: 'gone', cluster_not_found_response_code: 'NOT_FOUND' });
    expect(ask(other, 'GET a/')).toMatchObject({ outcome: 'no-cluster', status: 404 });
  });

  it('weights name both, a weight of 0 never', () => {
    expect(ask(to(weighted(80, 20)), 'GET a/')).toMatchObject({
      outcome: 'forward',
      cluster: null,
      clusters: [
        { name: 'one', weight: 80 },
        { name: 'two', weight: 20 },
      ],
    });
    expect(ask(to(weighted(0, 1)), 'GET a/').cluster).toBe('two');
  });

  it('header_name picks by its number', () => {
    const table = to(weighted(50, 50, { header_name: 'x-w' }));
    expect(ask(table, 'GET a/', { 'x-w': '7' }).cluster).toBe('one');
    expect(ask(table, 'GET a/', { 'x-w': '77' }).cluster).toBe('two');
  });

  it('cluster_header names it', () => {
    const table = to({ cluster_header: 'x-c' });
    expect(ask(table, 'GET a/', { 'x-c': 'two' }).cluster).toBe('two');
    expect(ask(table, 'GET a/').outcome).toBe('no-cluster');
  });

  it('a filter that can answer leaves the decision open, and is named; unless it is disabled', () => {
    const filter = {
      name: 'envoy.filters.http.lua',
      typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua' },
    };
    const routes = [{ match: { prefix: '/' }, route: { cluster: 'one' } }];
    const open = ask(tableFor({ routes, manager: { http_filters: [filter] } }), 'GET a/');
    expect(open).toMatchObject({ outcome: 'undecided', candidates: [{ outcome: 'forward', cluster: 'one' }] });
    expect(open.why).toContain('envoy.filters.http.lua');
    expect(
      ask(tableFor({ routes, manager: { http_filters: [{ ...filter, disabled: true }] } }), 'GET a/').cluster,
    ).toBe('one');
  });
});

describe('two passes through one gateway', () => {
  const self = new Map([
    ['self', { targets: [{ host: '127.0.0.1', port: 15001 }] }],
    ['end', { targets: [{ host: '10.0.0.1', port: 8080 }] }],
  ]);
  const table = (version: string): ReturnType<typeof compileTable> => {
    const ingress = inputFor({
      version,
      clusters: self,
      routes: [
        {
          match: { prefix: '/a/' },
          route: { cluster: 'self', prefix_rewrite: '/' },
          request_headers_to_add: [{ header: { key: 'x-app-mesh-virtual-service', value: 'one' } }],
        },
      ],
    });
    const egress = inputFor({
      listener: { name: 'egress', address: { socket_address: { address: '0.0.0.0', port_value: 15001 } } },
      routes: ['two', 'one'].map((exact) => ({
        match: { prefix: '/', headers: [{ name: 'x-app-mesh-virtual-service', string_match: { exact } }] },
        route: { cluster: 'end' },
      })),
    });
    return compileTable({ ...ingress, listeners: [...ingress.listeners, ...egress.listeners] });
  };

  it('both are told, and the second sees what the first made', () => {
    const decision = ask(table('1.40.0'), 'GET a.test/a/x?q');
    expect(decision).toMatchObject({ outcome: 'forward', cluster: 'end' });
    expect(decision.hops.map(({ cluster, rewrite }) => [cluster, rewrite?.path])).toEqual([
      ['self', '/x'],
      ['end', '/x'],
    ]);
  });

  it('a forged header chooses the backend from 1.39 on, and 404s before', () => {
    const forged = { 'x-app-mesh-virtual-service': 'two' };
    expect(ask(table('1.40.0'), 'GET a.test/a/x', forged).hops[1]?.route?.index).toBe(0);
    expect(ask(table('1.36.2'), 'GET a.test/a/x', forged)).toMatchObject({ outcome: 'no-route', status: 404 });
  });
});

describe('a request that is partly unknown', () => {
  const routes = [
    {
      match: { prefix: '/a', headers: [{ name: 'x-user', string_match: { exact: 'beta' } }] },
      route: { cluster: 'beta' },
    },
    { match: { prefix: '/a' }, route: { cluster: 'main' } },
    { match: { prefix: '/' }, route: { cluster: 'rest' } },
  ];
  const table = tableFor({ routes });

  it('has every way it can end, and says what is unknown', () => {
    const decision = decide(table, { ...requestFor('GET a.test/a'), otherHeaders: 'unknown' });
    expect(decision.outcome).toBe('undecided');
    expect(decision.candidates.map(({ cluster }) => cluster)).toEqual(['beta', 'main']);
    expect(decision.unknown).toEqual(['header x-user']);
  });

  it('is decided where the unknown does not matter', () => {
    expect(decide(table, { ...requestFor('GET a.test/b'), otherHeaders: 'unknown' }).cluster).toBe('rest');
  });
});
