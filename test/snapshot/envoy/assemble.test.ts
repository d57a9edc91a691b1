import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../../../src/lib/json.ts';
import { seenValue } from '../../../src/snapshot/coverage.ts';
import { type DocumentKind, makeDocument } from '../../../src/snapshot/document.ts';
import { assembleEnvoy } from '../../../src/snapshot/envoy/assemble.ts';
import { pageValue } from '../../../src/snapshot/envoy/page.ts';
import type { EnvoySection } from '../../../src/snapshot/envoy/section.ts';

interface Saved {
  readonly kind: DocumentKind;
  readonly text: string;
  readonly origin?: string;
  readonly readAt?: string;
}

const folder = new URL('../../fixtures/envoy-1.40.0-static/', import.meta.url);
const captured = (file: string): string => readFileSync(new URL(file, folder), 'utf8');

function assemble(saved: readonly Saved[], unread: Parameters<typeof assembleEnvoy>[0]['unread'] = []) {
  const pages = saved.map(({ kind, text, origin, readAt }, index) => {
    const id = `envoy/0/${kind}-${index}`;
    const from = {
      id,
      kind,
      origin: origin ?? `${kind}.json`,
      readAt: readAt ?? '2026-01-01T00:00:00Z',
      envoy: 'envoy/0',
    };
    return { document: makeDocument(from, text, true), text };
  });
  const assembly = assembleEnvoy({ key: 'envoy/0', label: 'edge', pages, unread });
  const stateOf = (section: EnvoySection) =>
    assembly.coverage.find(({ subject }) => subject.type === 'envoy' && subject.section === section);
  return { ...assembly, pages, stateOf };
}

const json: readonly Saved[] = [
  { kind: 'server_info', text: captured('server_info.json') },
  { kind: 'ready', text: captured('ready.txt') },
  { kind: 'listeners', text: captured('listeners.json') },
  { kind: 'config_dump', text: captured('config_dump.json') },
  { kind: 'clusters', text: captured('clusters.json') },
  { kind: 'stats', text: captured('stats.json') },
  { kind: 'certs', text: captured('certs.json') },
  { kind: 'runtime', text: captured('runtime.json') },
];
const text: readonly Saved[] = [
  { kind: 'listeners', text: captured('listeners.txt') },
  { kind: 'clusters', text: captured('clusters.txt') },
  { kind: 'stats', text: captured('stats.txt') },
];

describe('assembleEnvoy on a real Envoy 1.40.0', () => {
  it('lists every section', () => {
    const { coverage, gaps, view } = assemble(json);
    expect(coverage.filter(({ state }) => state !== 'listed')).toEqual([]);
    expect(gaps).toEqual([]);
    expect(coverage).toHaveLength(13);
    expect(seenValue(view.serverInfo)).toMatchObject({
      version: '1.40.0',
      state: 'LIVE',
      nodeId: 'mesh/shop/virtualGateway/edge_shop',
      nodeCluster: 'edge',
    });
    expect(seenValue(view.ready)).toMatchObject({ status: 200, state: 'LIVE' });
    expect(seenValue(view.bootstrap)).toMatchObject({
      nodeId: 'mesh/shop/virtualGateway/edge_shop',
      admin: { host: '127.0.0.1', port: 29901 },
      dynamic: false,
      listenerFetchTimeoutMs: null,
    });
    expect(seenValue(view.secrets)).toMatchObject([{ name: 's1', state: 'static' }]);
  });

  it('reads listeners, the routes inside them once, clusters and endpoints', () => {
    const { view } = assemble(json);
    expect(seenValue(view.listenerConfig)).toMatchObject([
      {
        name: 'lds_ingress_0.0.0.0_28088',
        state: 'static',
        address: { host: '0.0.0.0', port: 28088 },
        http: [{ statPrefix: 'ingress', routeConfig: 'inline_one', writesAccessLog: true }],
        refused: null,
      },
    ]);
    const routes = seenValue(view.routes) ?? [];
    expect(routes.map(({ name }) => name)).toEqual(['inline_one']);
    expect(routes[0]?.virtualHosts[0]?.domains).toEqual(['*']);
    expect(routes[0]?.virtualHosts[0]?.routes.map(({ action }) => action)).toEqual([
      {
        type: 'forward',
        clusters: [{ name: 'c_static', weight: 100 }],
        hostRewrite: 'cart.shop',
        prefixRewrite: '/',
        timeoutMs: 15_000,
      },
      {
        type: 'forward',
        clusters: [
          { name: 'c_static', weight: 80 },
          { name: 'c_dns', weight: 20 },
        ],
        hostRewrite: null,
        prefixRewrite: null,
        timeoutMs: null,
      },
      { type: 'redirect' },
      { type: 'direct-response' },
    ]);
    expect(routes[0]?.virtualHosts[0]?.routes[0]?.addsHeaders).toContainEqual({
      name: 'x-app-mesh-virtual-service',
      value: 'cart.shop',
    });
    expect(
      seenValue(view.clusterConfig)?.map(({ name, discovery, state, targets }) => [name, discovery, state, targets]),
    ).toEqual(
      [
        ['c_static', 'STATIC', 'static', [{ host: '127.0.0.1', port: 1 }]],
        ['c_dns', 'LOGICAL_DNS', 'static', [{ host: 'localhost', port: 81 }]],
      ].sort(),
    );
    expect(
      seenValue(view.endpoints)
        ?.map(({ cluster }) => cluster)
        .sort(),
    ).toEqual(['c_dns', 'c_static']);
  });

  it.each([['json', json] as const, ['text', text] as const])('gives places that resolve: %s', (_name, saved) => {
    const { view, pages } = assemble(saved);
    const texts = new Map(pages.map((page) => [page.document.id, page]));
    const places: { document: string; pointer: string }[] = [];
    collectPlaces(view, places);
    for (const read of seenValue(view.stats) ?? []) {
      for (const { pointer } of read.values.values()) places.push({ document: read.document, pointer });
    }
    expect(places.length).toBeGreaterThan(50);
    for (const { document, pointer } of places) {
      const page = texts.get(document);
      expect(valueAt(pageValue(page?.document.kind ?? 'stats', page?.text ?? ''), pointer), pointer).toBeDefined();
    }
  });

  it('reads the same from text pages as from JSON ones', () => {
    const fromJson = assemble(json).view;
    const fromText = assemble(text).view;
    const bound = (view: typeof fromJson) => seenValue(view.listeners)?.map(({ name, address }) => ({ name, address }));
    expect(bound(fromText)).toEqual(bound(fromJson));
    const hosts = (view: typeof fromJson) =>
      seenValue(view.hosts)
        ?.map(({ cluster, hosts }) => ({ cluster, hosts: hosts.map(({ place: _, ...host }) => host) }))
        .sort((left, right) => left.cluster.localeCompare(right.cluster));
    expect(hosts(fromText)).toEqual(hosts(fromJson));
    expect(hosts(fromText)?.[0]?.hosts).toEqual([
      { address: { host: '::1', port: 81 }, hostname: 'localhost', failures: [] },
    ]);
    const names = (view: typeof fromJson) => [...(seenValue(view.stats)?.[0].values.keys() ?? [])].sort();
    expect(names(fromText)).toEqual(names(fromJson));
    expect(names(fromText)).toContain('cluster.c_static.upstream_cx_connect_fail');
    expect(names(fromText)).not.toContain('cluster.c_static.lb_subsets_active');
  });
});

describe('what could not be read', () => {
  const dump = captured('config_dump.json');
  it.each([
    ['HTML', '<!DOCTYPE html><html><body>login</body></html>', 'c.json holds HTML'],
    ['nothing', ' \n', 'c.json is empty'],
    ['half of it', dump.slice(0, 400), 'c.json ends in the middle of its JSON (line '],
    ['broken JSON', '{\n "configs": [\n  nonsense\n]}', 'c.json is not JSON: broken at line 3, column'],
    ['another page', captured('clusters.json'), 'c.json holds /clusters, not /config_dump'],
    ['another page as text', captured('clusters.txt'), 'c.json holds /clusters as text, not /config_dump'],
    ['a list', '[1, 2]', 'c.json is not what Envoy says at /config_dump'],
  ])('says so: %s', (_name, page, reason) => {
    const { stateOf, view, gaps } = assemble([{ kind: 'config_dump', text: page, origin: 'c.json' }]);
    for (const section of [
      'bootstrap',
      'listener_config',
      'routes',
      'cluster_config',
      'endpoints',
      'secrets',
    ] as const) {
      expect(stateOf(section)?.state).toBe('not-read');
      expect(stateOf(section)?.reason).toContain(reason);
    }
    expect(view.routes.state).toBe('not-read');
    expect(gaps.find(({ missing }) => missing === 'routes of edge')?.reason).toContain(reason);
  });

  it('refuses Prometheus text and names the page to save', () => {
    const { stateOf, gaps } = assemble([{ kind: 'stats', text: captured('stats-prometheus.txt') }]);
    expect(stateOf('stats')).toMatchObject({
      state: 'not-read',
      reason: 'stats.json holds Prometheus metrics, not /stats',
    });
    expect(gaps.find(({ missing }) => missing === 'stats of edge')?.remedy).toBe('save /stats?format=json again');
  });

  it('tells sections no page was read for', () => {
    const { gaps, stateOf } = assemble([]);
    expect(gaps).toHaveLength(13);
    expect(stateOf('certs')).toMatchObject({ state: 'not-read', reason: 'no page was read that holds it' });
  });

  it('keeps a section that may have changed while it was read as partial', () => {
    const gap = { missing: 'routes of edge', reason: 'changed while read', remedy: null };
    const { view } = assemble(json, [{ section: 'routes', gap }]);
    expect(view.routes).toMatchObject({ state: 'partial', gap });
  });
});

describe('stats', () => {
  const page = (stats: unknown, readAt: string): Saved => ({ kind: 'stats', text: JSON.stringify({ stats }), readAt });
  it('orders readings by time and joins pages of one instant', () => {
    const { view } = assemble([
      page([{ name: 'b', value: 9 }], '2026-01-01T00:00:10Z'),
      page([{ name: 'a', value: 1 }], '2026-01-01T00:00:00Z'),
      page([{ name: 'b', value: 2 }, { histograms: {} }], '2026-01-01T00:00:00Z'),
      page([{ name: 'cluster_manager.cds.version_text', value: '"7"' }], '2026-01-01T00:00:20Z'),
    ]);
    const reads = seenValue(view.stats) ?? [];
    expect(reads.map(({ at }) => at)).toEqual(['2026-01-01T00:00:00Z', '2026-01-01T00:00:10Z']);
    expect(reads[0]?.values.get('a')).toMatchObject({ value: 1, pointer: '/stats/0/value' });
    expect(reads[0]?.values.get('b')).toMatchObject({
      value: 2,
      pointer: '/stats/0/value',
      document: 'envoy/0/stats-2',
    });
  });
});

function collectPlaces(value: unknown, into: { document: string; pointer: string }[]): void {
  if (typeof value !== 'object' || value === null || value instanceof Map) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'place') into.push(item);
    else if (key !== 'match') collectPlaces(item, into);
  }
}
