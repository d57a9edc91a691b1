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

const envoys = new Map<string, StaticEnvoy>();

beforeAll(async () => {
  const long = Array.from(
    { length: clusters - odd.length },
    (_, at) => `cds_egress_shop-of-many_service-${at}_team_http_8080`,
  );
  const bootstrap = { static_resources: { clusters: [...long, ...odd].map(clusterOf) }, layered_runtime: programs };
  for (const version of versions) envoys.set(version, await startStatic(version, JSON.stringify(bootstrap)));
}, 600_000);

afterAll(async () => {
  for (const envoy of envoys.values()) await envoy.stop();
});

async function read(version: string, limit: CallLimit | null) {
  const admin = [envoys.get(version)?.adminUrl ?? ''];
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

  it('is not read where a part would take too long too, and says so', async () => {
    const { envoy, calls } = await read(version, { maxCallMs: 0.1, clusters });
    expect(envoy?.clusterConfig.state).toBe('not-read');
    expect(envoy?.clusterConfig.state === 'not-read' && envoy.clusterConfig.gap.reason).toContain('--max-call 0.1ms');
    expect(calls).toBeLessThan(25);
  });
});
