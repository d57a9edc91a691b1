import { describe, expect, it } from 'vitest';
import { seenValue } from '../../../src/snapshot/coverage.ts';
import { makeDocument } from '../../../src/snapshot/document.ts';
import { assembleEnvoy } from '../../../src/snapshot/envoy/assemble.ts';

const admin = 'type.googleapis.com/envoy.admin.v3.';

function read(...pages: readonly (readonly [query: string, page: unknown])[]) {
  return assembleEnvoy({
    key: 'envoy/0',
    label: 'edge',
    unread: [],
    pages: pages.map(([query, page], index) => {
      const text = typeof page === 'string' ? page : JSON.stringify(page);
      const origin = `http://127.0.0.1:9901/config_dump${query}`;
      const id = `envoy/0/config_dump-${index}.json`;
      return {
        document: makeDocument({ id, kind: 'config_dump', origin, readAt: '', envoy: 'envoy/0' }, text, true),
        text,
      };
    }),
  });
}

const empty = [
  { '@type': `${admin}BootstrapConfigDump`, bootstrap: { node: { id: 'e' } } },
  { '@type': `${admin}ClustersConfigDump` },
  { '@type': `${admin}ListenersConfigDump` },
  { '@type': `${admin}SecretsConfigDump` },
];

describe('a whole config dump', () => {
  it('of an Envoy that holds nothing lists no routes and no endpoints (seen on 1.40.0)', () => {
    const { view, gaps } = read(['?include_eds', { configs: empty }]);
    expect(view.routes).toEqual({ state: 'listed', value: [] });
    expect(view.endpoints).toEqual({ state: 'listed', value: [] });
    expect(view.secrets).toEqual({ state: 'listed', value: [] });
    expect(gaps.map(({ missing }) => missing)).not.toContain('routes of edge');
  });

  it('without include_eds has not told of endpoints', () => {
    const clusters = { '@type': `${admin}ClustersConfigDump`, static_clusters: [{ cluster: { name: 'a' } }] };
    const { view } = read(['', { configs: [...empty, clusters] }]);
    expect(view.endpoints).toMatchObject({
      state: 'not-read',
      gap: { reason: 'the config dump was saved without include_eds' },
    });
  });

  it('lacking a dump has not told of it', () => {
    const { view } = read(['', { configs: empty.slice(0, 2) }]);
    expect(view.listenerConfig.state).toBe('not-read');
    expect(view.routes.state).toBe('not-read');
    expect(view.clusterConfig.state).toBe('listed');
  });

  it('keeps refused updates, the nameless element too', () => {
    const error_state = {
      details: 'bad',
      last_update_attempt: 't',
      version_info: '8',
      failed_configuration: { name: 'l2' },
    };
    const listeners = {
      '@type': `${admin}ListenersConfigDump`,
      dynamic_listeners: [
        { error_state },
        { name: 'l2', error_state },
        { name: 'l1', active_state: { version_info: '7', listener: { name: 'l1' } }, error_state },
        { name: 'w', warming_state: { listener: { name: 'w' } } },
        { name: 'd', draining_state: { listener: { name: 'd' } } },
        'garbled',
        {},
      ],
    };
    const clusters = {
      '@type': `${admin}ClustersConfigDump`,
      dynamic_warming_clusters: [{ error_state: { ...error_state, failed_configuration: { name: 'c' } } }],
    };
    const routes = {
      '@type': `${admin}RoutesConfigDump`,
      dynamic_route_configs: [{ error_state: { ...error_state, failed_configuration: { name: 'r' } } }],
    };
    const { view } = read(['', { configs: [listeners, clusters, routes] }]);
    expect(
      seenValue(view.listenerConfig)?.map(({ name, state, version, refused }) => [name, state, version, refused?.name]),
    ).toEqual([
      ['', 'none', '', 'l2'],
      ['l2', 'none', '', 'l2'],
      ['l1', 'active', '7', 'l2'],
      ['w', 'warming', '', undefined],
      ['d', 'draining', '', undefined],
    ]);
    expect(seenValue(view.listenerConfig)?.[0]?.refused).toEqual({
      place: { document: 'envoy/0/config_dump-0.json', pointer: '/configs/0/dynamic_listeners/0/error_state' },
      details: 'bad',
      lastAttempt: 't',
      name: 'l2',
      version: '8',
    });
    expect(seenValue(view.clusterConfig)).toMatchObject([{ name: '', state: 'warming', refused: { name: 'c' } }]);
    expect(seenValue(view.routes)).toMatchObject([{ name: '', virtualHosts: [], refused: { name: 'r' } }]);
  });

  it('keeps old and new header matchers as they are, and reads the old names of fields', () => {
    const match = {
      prefix: '/',
      headers: [
        { name: 'a', exact_match: 'x' },
        { name: 'b', string_match: { exact: 'y' } },
      ],
    };
    const route_config = {
      name: 'r',
      virtual_hosts: [
        { name: 'none', domains: ['x', 7] },
        {
          name: 'v',
          routes: [{ match, route: { cluster: 'c', host_rewrite: 'h', timeout: '0.25s' } }, { match: {} }, null],
        },
      ],
    };
    const dump = { '@type': `${admin}RoutesConfigDump`, dynamic_route_configs: [{ version_info: '3', route_config }] };
    const [routes] = seenValue(read(['', { configs: [dump] }]).view.routes) ?? [];
    expect(routes?.virtualHosts[0]).toMatchObject({ domains: ['x'], routes: [] });
    const [first, second, third] = routes?.virtualHosts[1]?.routes ?? [];
    expect(first?.match).toEqual(match);
    expect(first?.action).toMatchObject({ hostRewrite: 'h', timeoutMs: 250, clusters: [{ name: 'c', weight: 100 }] });
    expect(first?.place.pointer).toBe('/configs/0/dynamic_route_configs/0/route_config/virtual_hosts/1/routes/0');
    expect([second?.action.type, third?.action.type]).toEqual(['other', 'other']);
  });
});

describe('answers to ?resource=', () => {
  const listener = {
    '@type': `${admin}ListenersConfigDump.DynamicListener`,
    name: 'l',
    active_state: { listener: { name: 'l' } },
  };
  it('are a section only when every part of it was read', () => {
    const half = read(['?resource=dynamic_listeners', { configs: [listener] }]);
    expect(half.view.listenerConfig).toMatchObject({
      state: 'partial',
      value: [{ name: 'l', state: 'active', place: { pointer: '/configs/0' } }],
      gap: { reason: 'static_listeners of the config dump was not read whole' },
    });
    const whole = read(['?resource=dynamic_listeners', { configs: [listener] }], ['?resource=static_listeners', {}]);
    expect(whole.view.listenerConfig).toMatchObject({ state: 'listed', value: [{ name: 'l' }] });
    expect(whole.view.routes.state).toBe('not-read');
  });

  it('may be 404, which says there are none', () => {
    const none = (resource: string) => [`?resource=${resource}`, `${resource} not found in config dump`] as const;
    const { view } = read(none('dynamic_route_configs'), none('static_route_configs'), none('static_endpoint_configs'));
    expect(view.routes).toEqual({ state: 'listed', value: [] });
    expect(view.endpoints.state).toBe('not-read');
    const asked = read(
      ['?include_eds&resource=static_endpoint_configs', 'static_endpoint_configs not found in config dump'],
      ['?resource=dynamic_endpoint_configs&include_eds=', 'dynamic_endpoint_configs not found in config dump'],
    );
    expect(asked.view.endpoints).toEqual({ state: 'listed', value: [] });
  });

  it('tell warming clusters from active ones by what was asked', () => {
    const cluster = { '@type': `${admin}ClustersConfigDump.DynamicCluster`, cluster: { name: 'c', type: 'EDS' } };
    const { view } = read(
      ['?resource=dynamic_warming_clusters', { configs: [cluster] }],
      ['?resource=dynamic_active_clusters', {}],
      [
        '?resource=static_clusters',
        { configs: [{ '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster', name: 's' }] },
      ],
    );
    expect(view.clusterConfig).toMatchObject({
      state: 'listed',
      value: [
        { state: 'warming', discovery: 'EDS' },
        { name: 's', state: 'static' },
      ],
    });
  });

  it('filtered by name or masked are never whole', () => {
    const { view } = read(
      ['?resource=dynamic_listeners&name_regex=l', { configs: [listener] }],
      ['?resource=static_listeners', {}],
    );
    expect(view.listenerConfig.state).toBe('partial');
    const masked = read(['?resource=dynamic_listeners&mask=name', { configs: [listener] }]);
    expect(masked.view.listenerConfig.state).toBe('not-read');
  });
});

describe('?mask=', () => {
  const page = { configs: [empty[0]] };
  it.each([
    ['bootstrap', 'listed'],
    ['bootstrap.node.id,bootstrap.node.cluster,bootstrap.admin,bootstrap.dynamic_resources', 'listed'],
    ['bootstrap.node.id', 'not-read'],
  ])('%s: bootstrap %s and nothing else', (mask, state) => {
    const { view } = read([`?mask=${mask}`, page]);
    expect(view.bootstrap.state).toBe(state);
    expect(view.listenerConfig.state).toBe('not-read');
    expect(view.secrets.state).toBe('not-read');
  });
});
