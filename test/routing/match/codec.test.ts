import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import type { RoutingRequest } from '../../../src/routing/match/request.ts';
import { ask, requestFor, type TableStory, tableFor } from '../../support/routing.ts';

/** Answers of real Envoys 1.40.0 and 1.36.2 to requests that reach no route; 0: the stream is reset. */
const redirecting: TableStory = { routes: [{ match: { prefix: '/' }, redirect: { path_redirect: '/new' } }] };
const says = (story: TableStory, request: RoutingRequest): string => {
  const { status, location } = decide(tableFor(story), request);
  return location ?? String(status ?? 0);
};
const sent = (part: Partial<RoutingRequest>): RoutingRequest => ({ ...requestFor('GET a.test/x'), ...part });

describe('an absolute URI in the request line', () => {
  it.each([
    ['http://b.test/x', 'http://b.test/new'],
    ['https://b.test/x', 'https://b.test/new'],
    ['HTTP://b.test/x', 'http://b.test/new'],
    ['http://b.test', 'http://b.test/new'],
    ['http://u:p@b.test/x', 'http://b.test/new'],
    ['http://b.test:80/x', 'http://b.test:80/new'],
    ['http://[::1]:80/x', 'http://[::1]:80/new'],
    ['http://b.test?x=1', '404'],
    ['http://b.test/x#f', '400'],
    ['http://b.test:', '400'],
    ['http://b.test:65536', '400'],
    ['http://b_c.test/x', '400'],
    ['http://u@v@b.test/x', '400'],
    ['http://', '400'],
    ['ftp://b.test/x', '400'],
    ['http:/b.test/x', '400'],
    ['b.test/x', '400'],
  ])('%s is answered %s', (target, wanted) => {
    expect(says(redirecting, sent({ target }))).toBe(wanted);
  });

  it('gives a 201 its location, which loses the port of the old scheme', () => {
    const created = { routes: [{ match: { prefix: '/' }, direct_response: { status: 201 } }] };
    expect(says(created, sent({ target: 'https://b.test:80/x?q' }))).toBe('https://b.test/x?q');
    expect(says(created, sent({ target: 'http://b.test:80/x?q' }))).toBe('http://b.test:80/x?q');
  });

  it('https on a plain connection is refused by an edge only', () => {
    const edge = { ...redirecting, manager: { use_remote_address: true } };
    const target = 'https://b.test?x=1';
    expect(says(edge, sent({ target }))).toBe('403');
    expect(
      decide(tableFor(edge), sent({ target, headers: new Map([['content-type', ['application/grpc']]]) })),
    ).toMatchObject({
      status: 403,
      grpcStatus: null,
    });
  });
});

describe('what the HTTP/1 codec refuses', () => {
  it.each([
    ['FOO', '/x', 'a', '400'],
    ['M-SEARCH', '/x', 'a', '400'],
    ['PRI', '/x', 'a', '400'],
    ['PURGE', '/x', 'a', 'http://a/new'],
    ['GET', '*', 'a', '400'],
    ['OPTIONS', '*', 'a', '404'],
    ['GET', '/x', 'a b', '400'],
    ['GET', '/x', 'a/b', '400'],
    ['GET', '/x', 'a@b', 'http://a@b/new'],
    ['GET', '/x', 'a_b', 'http://a_b/new'],
    ['CONNECT', '', 'a_b:443', '400'],
    ['CONNECT', '', 'a:65536', '400'],
    ['CONNECT', '', 'a', '400'],
  ])('%s %s of %s is answered %s', (method, target, authority, wanted) => {
    expect(says(redirecting, sent({ method, target, authority }))).toBe(wanted);
  });

  it('custom methods pass where they are allowed', () => {
    const manager = { http_protocol_options: { allow_custom_methods: true } };
    expect(says({ ...redirecting, manager }, sent({ method: 'FOO' }))).toBe('http://a.test/new');
  });

  it('refuses before gRPC is looked at; the connection manager answers gRPC clients as such', () => {
    const grpc = new Map([['content-type', ['application/grpc']]]);
    const bad = decide(tableFor(redirecting), sent({ authority: 'a/b', headers: grpc }));
    expect(bad).toMatchObject({ status: 400, grpcStatus: null });
    expect(decide(tableFor(redirecting), sent({ target: '/x#f', headers: grpc }))).toMatchObject({
      status: 200,
      grpcStatus: 13,
    });
  });
});

describe('HTTP/2', () => {
  it.each<readonly [Partial<RoutingRequest>, string]>([
    [{ method: 'get' }, 'http://a.test/new'],
    [{ method: 'FOO' }, 'http://a.test/new'],
    [{ method: 'G(' }, '0'],
    [{ target: '/\xc3\xa9' }, 'http://a.test/new'],
    [{ target: '/x y' }, '0'],
    [{ target: 'x' }, '0'],
    [{ target: 'http://b.test/x' }, '0'],
    [{ target: '/x#f' }, '400'],
    [{ authority: 'a@b' }, '0'],
    [{ tls: true }, 'https://a.test/new'],
  ])('%o is answered %s', (part, wanted) => {
    expect(says(redirecting, sent({ protocol: 'http2', ...part }))).toBe(wanted);
  });

  it('CONNECT needs no port; crumbs of a cookie are one; the scheme is the client’s own', () => {
    const connect = { routes: [{ connect_matcher: {} }], manager: { upgrade_configs: [{ upgrade_type: 'CONNECT' }] } };
    expect(says(connect, sent({ protocol: 'http2', method: 'CONNECT', target: '' }))).toBe('200');
    const header = (name: string, exact: string): TableStory => ({
      routes: [{ prefix: '/', headers: [{ name, string_match: { exact } }] }],
    });
    const crumbs = new Map([['cookie', ['a=1', 'b=2']]]);
    expect(says(header('cookie', 'a=1; b=2'), sent({ protocol: 'http2', headers: crumbs }))).toBe('200');
    const forwarded = new Map([['x-forwarded-proto', ['https']]]);
    expect(says(header(':scheme', 'https'), sent({ protocol: 'http2', headers: forwarded }))).toBe('404');
    expect(says(header(':scheme', 'https'), sent({ headers: forwarded }))).toBe('200');
  });
});

describe('a header that picks a weighted cluster', () => {
  const clusters = [
    { name: 'one', weight: 2 },
    { name: 'two', weight: 3 },
  ];
  const table = tableFor({
    routes: [{ match: { prefix: '/' }, route: { weighted_clusters: { clusters, header_name: 'x-w' } } }],
  });
  it.each<readonly [string | readonly string[], string | null]>([
    ['1', 'one'],
    ['7', 'two'],
    ['+5', 'one'],
    ['18446744073709551614', 'two'],
    ['18446744073709551616', null],
    ['x', null],
    [['1', '1'], null],
  ])('%o picks %s', (value, cluster) => {
    expect(ask(table, 'GET a/', { 'x-w': value }).cluster).toBe(cluster);
  });
});

describe('filter chains', () => {
  const type = 'type.googleapis.com/envoy.extensions';
  const chain = (name: string, filter_chain_match: JsonObject, tls = true): JsonObject => ({
    name,
    filter_chain_match,
    filters: [
      {
        name: 'hcm',
        typed_config: {
          '@type': `${type}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
          route_config: {
            virtual_hosts: [
              { name, domains: ['*'], routes: [{ match: { prefix: '/' }, direct_response: { status: 200 } }] },
            ],
          },
        },
      },
    ],
    ...(tls
      ? { transport_socket: { typed_config: { '@type': `${type}.transport_sockets.tls.v3.DownstreamTlsContext` } } }
      : {}),
  });
  const listener = {
    filter_chains: [
      chain('exact', { server_names: ['s1.test'] }),
      chain('wild', { server_names: ['*.s2.test'] }),
      chain('longer', { server_names: ['*.a.s2.test'] }),
      chain('crossed', { server_names: ['s5.test'], transport_protocol: 'raw_buffer' }, false),
      chain('tls', { transport_protocol: 'tls' }),
      chain('plain', { transport_protocol: 'raw_buffer' }, false),
    ],
    listener_filters: [{ name: 'envoy.filters.listener.tls_inspector' }],
  };
  const standard = { ...listener, default_filter_chain: chain('standard', {}) };
  const takes = (of: JsonObject, part: Partial<RoutingRequest>): string | null => {
    const { hops, outcome } = decide(tableFor({ listener: of }), sent(part));
    return hops[0]?.virtualHost ?? outcome;
  };

  it.each([
    ['s1.test', 'exact', 'exact'],
    ['S1.TEST', 'exact', 'exact'],
    ['x.s1.test', 'tls', 'tls'],
    ['x.s2.test', 'wild', 'wild'],
    ['s2.test', 'tls', 'tls'],
    ['a.s2.test', 'wild', 'wild'],
    ['y.x.a.s2.test', 'longer', 'longer'],
    // The name is chosen before the transport, and Envoy never goes back.
    ['s5.test', 'no-filter-chain', 'standard'],
    ['absent', 'tls', 'tls'],
  ])('TLS for %s goes to %s, with a default chain to %s', (sni, alone, withDefault) => {
    expect(takes(listener, { tls: true, sni })).toBe(alone);
    expect(takes(standard, { tls: true, sni })).toBe(withDefault);
  });

  it('a plain connection goes to the plain chain, or is closed by one that speaks TLS', () => {
    expect(takes(listener, {})).toBe('plain');
    const only = { ...listener, filter_chains: [chain('tls', {})] };
    expect(decide(tableFor({ listener: only }), sent({}))).toMatchObject({ outcome: 'no-filter-chain', status: null });
    // TLS may end at a load balancer before the gateway.
    expect(takes({ ...listener, filter_chains: [chain('plain', {}, false)] }, { tls: true })).toBe('plain');
  });

  it('what is not known of the handshake leaves every chain that can take it', () => {
    const names = (part: Partial<RoutingRequest>): readonly (string | null | undefined)[] =>
      decide(tableFor({ listener }), sent(part)).candidates.map(({ hops }) => hops[0]?.virtualHost);
    const decision = decide(tableFor({ listener }), sent({ tls: true, sni: null }));
    expect(decision.unknown).toEqual(['the TLS server name (--sni)']);
    expect(names({ tls: true, sni: null })).toEqual(['tls', 'exact', 'wild', 'longer', null]);
    expect(names({ tls: null, sni: 'absent' })).toEqual(['tls', 'plain']);
    const odd = { ...listener, filter_chains: [chain('alpn', { application_protocols: ['h2'] }), chain('rest', {})] };
    expect(decide(tableFor({ listener: odd }), sent({ tls: true })).unknown).toEqual([
      'filter chain criterion application_protocols',
    ]);
  });

  it('a client certificate is asked for or surely not there', () => {
    const routes = [{ match: { prefix: '/', tls_context: { presented: false } }, direct_response: { status: 200 } }];
    const secured = (common_tls_context: JsonObject): JsonObject => ({
      filter_chains: [
        {
          filters: [
            {
              name: 'hcm',
              typed_config: {
                '@type': `${type}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
                route_config: { virtual_hosts: [{ name: 'v', domains: ['*'], routes }] },
              },
            },
          ],
          transport_socket: {
            typed_config: { '@type': `${type}.transport_sockets.tls.v3.DownstreamTlsContext`, common_tls_context },
          },
        },
      ],
    });
    expect(decide(tableFor({ listener: secured({}) }), sent({ tls: true })).status).toBe(200);
    const asking = tableFor({ listener: secured({ validation_context: {} }) });
    expect(decide(asking, sent({ tls: true })).unknown).toEqual(['client certificate']);
  });
});
