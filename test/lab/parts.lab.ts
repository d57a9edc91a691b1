import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../src/collect/collect.ts';
import type { CallLimit } from '../../src/collect/envoy-admin/pacing.ts';
import { emptyRequest } from '../../src/collect/request.ts';
import { asObject } from '../../src/lib/json.ts';
import { type StaticEnvoy, startStatic } from './rescue/static-envoy.ts';

const clusters = 200;
const versions = ['1.36.2', '1.40.0'] as const;
const odd = [
  'a:b',
  'a_b',
  'a.b|c',
  'x[1]^$',
  'tür',
  'tüt',
  '日本',
  '日光',
  'with blank',
  '"quoted"',
  'back\\slash',
  '-',
];

/** Of App Mesh's own bootstrap: larger patterns are refused. */
const programs = { layers: [{ name: 'static', static_layer: { re2: { max_program_size: { error_level: 1000 } } } }] };

function clusterOf(name: string): object {
  const socket_address = { address: '127.0.0.1', port_value: 9 };
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: { socket_address } } }] }];
  return { name, type: 'STATIC', load_assignment: { cluster_name: name, endpoints } };
}

/** Tables of routes that come from outside, and one that stands in its listener. */
const tables = ['rds_ingress_http_8088', 'rds_egress_http_15001', 'a:b', 'rds'];

/** One of them takes long; in an Envoy of `many` so long that it is too long on the quickest machine. */
const routesIn = (name: string, many = false): number => (!name.startsWith('rds_egress') ? 40 : many ? 15_000 : 1_500);

function routesOf(name: string, many: boolean): object {
  const routes = Array.from({ length: routesIn(name, many) }, (_, at) => ({
    match: { prefix: `/${at}/` },
    route: { cluster: `cds_egress_shop-of-many_service-${at % 40}_team_http_8080` },
  }));
  return { name, virtual_hosts: [{ name: 'all', domains: ['*'], routes }] };
}

async function listenersOf(folder: string, many: boolean): Promise<readonly object[]> {
  const type = (of: string) => `type.googleapis.com/envoy.${of}`;
  const http = 'extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
  const router = {
    name: 'envoy.filters.http.router',
    typed_config: { '@type': type('extensions.filters.http.router.v3.Router') },
  };
  const listener = (name: string, told: object) => ({
    name: `of-${name}`,
    address: { pipe: { path: join(folder, `${name}.sock`) } },
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: { '@type': type(http), stat_prefix: 'ingress', http_filters: [router], ...told },
          },
        ],
      },
    ],
  });
  const dynamic = tables.map(async (route_config_name, at) => {
    const path = join(folder, `rds-${at}.json`);
    const table = { '@type': type('config.route.v3.RouteConfiguration'), ...routesOf(route_config_name, many) };
    await writeFile(path, JSON.stringify({ version_info: '1', resources: [table] }));
    return listener(`${at}`, { rds: { route_config_name, config_source: { path_config_source: { path } } } });
  });
  return [...(await Promise.all(dynamic)), listener('static', { route_config: routesOf('inside', many) })];
}

let folder = '';
const envoys = new Map<string, StaticEnvoy>();

beforeAll(async () => {
  const long = Array.from(
    { length: clusters - odd.length },
    (_, at) => `cds_egress_shop-of-many_service-${at}_team_http_8080`,
  );
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-parts-'));
  for (const version of versions) {
    for (const many of [false, true]) {
      const own = await mkdtemp(join(folder, 'envoy-'));
      const static_resources = { clusters: [...long, ...odd].map(clusterOf), listeners: await listenersOf(own, many) };
      const node = { id: 'mesh/shop/virtualGateway/edge_shop', cluster: 'edge' };
      const bootstrap = { node, static_resources, layered_runtime: programs };
      envoys.set(many ? `${version} of many` : version, await startStatic(version, JSON.stringify(bootstrap)));
    }
  }
}, 600_000);

afterAll(async () => {
  for (const envoy of envoys.values()) await envoy.stop();
  await rm(folder, { recursive: true, force: true });
});

async function read(key: string, limit: CallLimit | null) {
  const admin = [envoys.get(key)?.adminUrl ?? ''];
  const asked = { ...emptyRequest, admin, keep: true, whole: true, timeoutMs: 240_000 };
  const { snapshot } = await collect({ ...asked, ...(limit ? { limit } : {}) });
  const [envoy] = snapshot.envoys;
  const bodies = [...(envoy?.bodies ?? [])].filter(([at]) => !at.includes('bootstrap')).map(([, body]) => body);
  const names = bodies.map((body) => asObject(body.cluster ?? body.endpoint_config));
  return {
    envoy,
    bodies: bodies.map((body) => JSON.stringify(body)).sort(),
    names: names.map(({ name, cluster_name }) => String(name ?? cluster_name)).sort(),
    origins: snapshot.documents.map(({ origin }) => origin),
    calls: snapshot.sources[0]?.cost.calls ?? 0,
  };
}

describe.each(versions)('Envoy %s, read in parts', (version) => {
  it('tells what it tells in one call', { timeout: 300_000 }, async () => {
    const whole = await read(version, null);
    const parts = await read(version, { maxCallMs: 15, clusters });
    expect(parts.bodies).toEqual(whole.bodies);
    expect(parts.names).toEqual(whole.names);
    expect(parts.names.filter((name) => odd.includes(name))).toHaveLength(2 * odd.length);
    expect(parts.envoy?.clusterConfig.state).toBe('listed');
    expect(parts.envoy?.endpoints.state).toBe('listed');
    expect(parts.origins.filter((origin) => /static_clusters#in-\d+-parts$/.test(origin))).toHaveLength(1);
    expect(parts.calls).toBeGreaterThan(whole.calls + 6);
  });

  it('tells its tables of routes one by one, as in one call', { timeout: 300_000 }, async () => {
    const tablesOf = ({ envoy }: Awaited<ReturnType<typeof read>>) =>
      envoy?.routes.state === 'listed'
        ? envoy.routes.value.map(({ name, virtualHosts }) => [name, virtualHosts[0]?.routes.length]).sort()
        : envoy?.routes;
    const whole = await read(version, null);
    // As if it had so many: all of its routes in one call would be too much.
    const parts = await read(version, { maxCallMs: 3_000, clusters: 70_000 });
    expect(tablesOf(parts)).toEqual(tablesOf(whole));
    expect(tablesOf(parts)).toEqual([...tables, 'inside'].sort().map((name) => [name, routesIn(name)]));
    expect(parts.origins.filter((origin) => /dynamic_route_configs#in-[4-9]-parts$/.test(origin))).toHaveLength(1);
  });

  it.each([
    ['a table of its routes', 8, /a table of routes cannot be had in parts, .*--max-call 8ms\): allow it with/],
    ['finding out how large they are', 0.1, /--max-call 0.1ms\), and how large its tables are cannot be found out/],
  ])('is not read where %s would take too long, and says so', async (_, maxCallMs, why) => {
    const { envoy, calls } = await read(`${version} of many`, { maxCallMs, clusters });
    const reasons = [envoy?.routes, envoy?.clusterConfig, envoy?.endpoints].map((seen) =>
      seen && seen.state !== 'listed' ? seen.gap.reason : 'read',
    );
    expect(reasons[0]).toMatch(why);
    for (const reason of reasons.slice(1)) expect(reason).toContain('not asked for: its routes could not be had');
    expect(calls).toBeLessThan(25);
  });
});
