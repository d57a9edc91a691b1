import { Agent, get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { meshdoctor } from '../support/built-program.ts';
import { readStat } from './admin.ts';
import { envoyBinary } from './install/install.ts';
import { freePorts } from './ports.ts';
import { makeCertificate, shared } from './routing/certificate.ts';
import { type Oracle, startOracle } from './routing/oracle.ts';
import { type Behaviour, startUpstreams, type Upstreams } from './upstreams.ts';

/** A fault: one cluster, the route to it, how its host answers, and the rules that must speak of it. */
interface Fault {
  readonly behaviour: Behaviour | null;
  readonly cluster?: JsonObject;
  readonly route?: JsonObject;
  readonly rules: readonly string[];
  readonly perSecond?: number;
}

const echo: Behaviour = { kind: 'echo' };
const sick: Behaviour = { kind: 'status', status: 503 };
const slow = (ms: number): Behaviour => ({ kind: 'slow', ms });
const tls = ({ certificate, key }: typeof shared): Behaviour => ({ kind: 'tls', key, cert: certificate });
const other = makeCertificate('other.test');
const ended = makeCertificate('ended.test', '210101000000Z');
const retry = (retries: number): JsonObject => ({
  retry_policy: { retry_on: '5xx', num_retries: retries, retry_back_off: { base_interval: '0.001s' } },
});
const trusting = (pem: string, names: readonly string[] = []): JsonObject => ({
  transport_socket: {
    name: 'tls',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
      common_tls_context: {
        validation_context: {
          trusted_ca: { inline_string: pem },
          match_typed_subject_alt_names: names.map((exact) => ({ san_type: 'DNS', matcher: { exact } })),
        },
      },
    },
  },
});
const limit = (limits: JsonObject): JsonObject => ({ circuit_breakers: { thresholds: [limits] } });

/** Outlier detection that ejects its only host. The share of hosts below which Envoy panics is 50 %: one host of one ejected is panic. */
const ejecting: JsonObject = {
  outlier_detection: { consecutive_5xx: 5, interval: '0.2s', base_ejection_time: '60s', max_ejection_percent: 100 },
};

const faults: Readonly<Record<string, Fault>> = {
  healthy: { behaviour: echo, rules: [] },
  'healthy-tls': { behaviour: tls(shared), cluster: trusting(shared.certificate), rules: [] },
  resets: { behaviour: { kind: 'close-after-read' }, rules: ['upstream-resets'] },
  late: { behaviour: slow(1_000), route: { timeout: '0.1s' }, rules: ['upstream-timeouts'] },
  default: { behaviour: slow(30_000), rules: ['upstream-timeouts'] },
  exhausted: { behaviour: sick, route: retry(1), rules: ['retries-exhausted', 'retry-storm'], perSecond: 100 },
  ejected: { behaviour: sick, cluster: ejecting, rules: ['endpoints-ejected'] },
  full: {
    behaviour: slow(100),
    cluster: limit({ max_connections: 1, max_pending_requests: 1, max_requests: 1 }),
    rules: ['circuit-breaker-open'],
  },
  refused: { behaviour: null, rules: ['upstream-connect-failures'] },
  'wrong-ca': { behaviour: tls(shared), cluster: trusting(other.certificate), rules: ['tls-verify-failed'] },
  'wrong-name': {
    behaviour: tls(shared),
    cluster: trusting(shared.certificate, ['else.test']),
    rules: ['tls-verify-failed'],
  },
};
const withEnded: Readonly<Record<string, Fault>> = {
  ended: { behaviour: tls(ended), cluster: trusting(ended.certificate), rules: ['tls-verify-failed'] },
};
const withHealthy = Object.fromEntries(Object.entries(faults).filter(([name]) => name.startsWith('healthy')));

interface Finding {
  readonly rule: string;
  readonly severity: string;
  readonly objects: readonly { readonly name: string }[];
  readonly symptomOf: string | null;
  readonly message: string;
}

const address = (port: number): JsonObject => ({ socket_address: { address: '127.0.0.1', port_value: port } });

function clusterOf(name: string, port: number, { cluster }: Fault): JsonObject {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }];
  const load_assignment = { cluster_name: name, endpoints };
  return { name, type: 'STATIC', connect_timeout: '1s', load_assignment, ...cluster };
}

function listenerOf(port: number, plan: Readonly<Record<string, Fault>>): JsonObject {
  const routes = Object.entries(plan).map(([name, { route }]) => ({
    name,
    match: { path: `/${name}` },
    route: { cluster: name, ...route },
  }));
  const manager = {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'ingress',
    route_config: { name: 'faults', virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
      },
    ],
  };
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }];
  return { name: 'ingress', address: address(port), filter_chains: [{ filters }] };
}

/** Asks each route of a plan at its pace until it is stopped. */
function startTraffic(port: number, plan: Readonly<Record<string, Fault>>): () => void {
  const agent = new Agent({ keepAlive: true });
  const timers = Object.entries(plan).map(([path, { perSecond = 40 }]) =>
    setInterval(() => {
      const asked = get({ host: '127.0.0.1', port, path: `/${path}`, agent }, (response) => response.resume());
      asked.on('error', () => undefined);
    }, 1_000 / perSecond),
  );
  return () => {
    for (const timer of timers) clearInterval(timer);
    agent.destroy();
  };
}

async function diagnose(admin: string): Promise<readonly Finding[]> {
  const flags = ['-o', 'json', '--window', '2s', '--fail-on', 'never'];
  const { code, stdout, stderr } = await meshdoctor(['diagnose', '--admin', admin, ...flags]);
  expect(code, stderr).toBe(0);
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  // Releases of 1.36 have ended by the clock of the test.
  return findings.filter(({ severity, rule }) => severity !== 'info' && rule !== 'envoy-end-of-life');
}

const plans = [faults, { ...withHealthy, ...withEnded }, withHealthy];
/** The default timeout of a route, and what it takes until such timeouts come steadily. */
const untilTimeouts = 16_000;

describe.each(['1.40.0', '1.36.2'] as const)('faults of targets on Envoy %s', (version) => {
  let upstreams: Upstreams;
  const oracles: Oracle[] = [];
  const stops: (() => void)[] = [];
  const found: (readonly Finding[])[] = [];

  beforeAll(async () => {
    const all = Object.entries({ ...faults, ...withEnded });
    const ports = await freePorts(all.length + plans.length);
    const portOf = new Map(all.map(([name], at) => [name, ports[at] ?? 0]));
    upstreams = await startUpstreams(
      all.flatMap(([name, { behaviour }]) =>
        behaviour ? [{ name, address: '127.0.0.1', port: portOf.get(name) ?? 0, behaviour }] : [],
      ),
    );
    const binary = await envoyBinary(version);
    for (const [at, plan] of plans.entries()) {
      const port = ports[all.length + at] ?? 0;
      const clusters = Object.entries(plan).map(([name, fault]) => clusterOf(name, portOf.get(name) ?? 0, fault));
      oracles.push(await startOracle(binary, [listenerOf(port, plan)], {}, clusters));
      stops.push(startTraffic(port, plan));
    }
    await new Promise((resolve) => setTimeout(resolve, untilTimeouts));
    found.push(...(await Promise.all(oracles.map(({ adminUrl }) => diagnose(adminUrl)))));
  });
  afterAll(async () => {
    for (const stop of stops) stop();
    await Promise.all(oracles.map(({ stop }) => stop()));
    await upstreams?.stop();
  });

  /** The rules of the findings about this cluster that are no symptom of another. */
  const rulesOf = (at: number, name: string): readonly string[] =>
    (found[at] ?? [])
      .filter(({ objects, symptomOf }) => symptomOf === null && objects.some((one) => one.name === name))
      .map(({ rule }) => rule);
  const stat = async (name: string): Promise<number> =>
    (await readStat(oracles[0]?.adminUrl ?? '', `cluster.${name}`)) ?? 0;

  it.each(Object.entries(faults))('%s: exactly its rules', (name, { rules }) => {
    expect([...rulesOf(0, name)].sort()).toEqual([...rules].sort());
  });

  it('a certificate that has ended is the cause, and what it brings is folded', () => {
    const all = found[1] ?? [];
    const rules = (root: boolean) =>
      all.filter(({ symptomOf }) => (symptomOf === null) === root).map(({ rule }) => rule);
    expect(rules(true)).toEqual(['certificate-expired']);
    expect(rules(false).sort()).toEqual(['requests-failing', 'tls-verify-failed', 'upstream-connect-failures']);
  });

  it('healthy targets: silence above information', () => {
    expect(found[2]).toEqual([]);
  });

  it('the default timeout of 15 seconds is named where it is in force, and panic mode where it is', () => {
    const said = (found[0] ?? []).map(({ message }) => message);
    expect(said.filter((one) => one.includes('default timeout of 15 seconds'))).toHaveLength(1);
    // ejections_active and lb_healthy_panic come with `usedonly` once they have moved.
    expect(said.filter((one) => one.includes('panic mode'))).toHaveLength(1);
  });

  it('a connection closed with a request under way is counted once, by its connection', async () => {
    const closed = await stat('resets.upstream_cx_destroy_remote_with_active_rq');
    const reset = await stat('resets.upstream_rq_rx_reset');
    expect(closed).toBeGreaterThan(100);
    expect(reset).toBe(0);
  });

  it('upstream_rq_completed counts last answers, not those that are retried', async () => {
    const completed = await stat('exhausted.upstream_rq_completed');
    const retried = await stat('exhausted.upstream_rq_retry');
    const tries = await stat('exhausted.upstream_rq_total');
    expect(completed).toBeGreaterThan(100);
    expect(Math.abs(completed + retried - tries)).toBeLessThan(tries * 0.05);
  });
});
