import { describe, expect, it } from 'vitest';
import { gatewayOf } from '../../src/agent/finding-gateway.ts';
import {
  type ClusterLook,
  forgetCluster,
  forgetPods,
  recordCluster,
  recordGrowth,
  recordPods,
} from '../../src/agent/record.ts';
import type { PodMeasure } from '../../src/diagnose/measured.ts';
import { type Metrics, startMetrics } from '../../src/export/metrics.ts';
import type { ReportDocument } from '../../src/report/document.ts';

const now = Date.parse('2026-11-27T00:00:00Z');
const day = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();

function pod(key: string, more: Partial<PodMeasure> = {}): PodMeasure {
  return {
    gateway: 'shop/edge',
    key,
    node: 'n',
    use: 'serving',
    certificates: [],
    configuredAt: iso(now - 60_000),
    read: {
      at: iso(now),
      uptime: 100,
      counters: {},
      connections: 3,
      connected: true,
      clusters: 1,
      targets: [{ target: 'shop/cart', healthy: 1, members: 3 }],
    },
    ...more,
  };
}

async function lines(record: (metrics: Metrics) => void): Promise<readonly string[]> {
  const options = { cluster: 'lab', prometheus: true, otlp: null, cloudWatch: null, report: () => {} };
  const metrics = await startMetrics(options);
  record(metrics);
  const text = await metrics.prometheusText();
  await metrics.stop();
  return text.split('\n').filter((line) => !line.startsWith('#'));
}

describe('what is told of pods', () => {
  it('sums states over the pods, and takes the worst sight of a target', async () => {
    const pods = [
      pod('a'),
      pod('b', { use: 'threatened' }),
      pod('c', { use: 'unseen', read: null, configuredAt: null }),
    ];
    const told = await lines((metrics) => recordPods(metrics, 'shop/edge', pods, 90_000, now));
    expect(told).toContain('meshdoctor_gateway_pods{gateway="shop/edge",pod="serving"} 1');
    expect(told).toContain('meshdoctor_gateway_pods{gateway="shop/edge",pod="threatened"} 1');
    expect(told).toContain('meshdoctor_gateway_pods{gateway="shop/edge",pod="unseen"} 1');
    expect(told).toContain('meshdoctor_gateway_connections{gateway="shop/edge"} 6');
    expect(told).toContain('meshdoctor_gateway_config_age_seconds{gateway="shop/edge"} 60');
    expect(told).toContain('meshdoctor_gateway_look_age_seconds{gateway="shop/edge"} 90');
    expect(told).toContain('meshdoctor_gateway_targets_half_gone{gateway="shop/edge"} 1');
    expect(told).toContain('meshdoctor_target_members{gateway="shop/edge",target="shop/cart",health="unhealthy"} 2');
  });

  it.each([
    ['of a year, forty days left', 365, 40, true, 0, 1],
    ['of a year, 29 days left, and nobody to renew it', 365, 29, false, 0, 1],
    ['of 200 days, 25 left, renewed by its control plane', 100, 25, true, 0, 0],
    ['of a day, three hours left', 1, 0.05, true, 1, 1],
    ['of a year, two days left', 365, 2, true, 1, 1],
    ['that ended', 365, -1, true, 1, 1],
  ])('a certificate %s', async (_, lifetime, left, connected, ending, soon) => {
    const certificate = { path: '/c.pem', from: iso(now + left * day - lifetime * day), ends: iso(now + left * day) };
    const read = { ...pod('a').read!, connected };
    const pods = ['a', 'b'].map((key) => pod(key, { certificates: [certificate], read }));
    const told = await lines((metrics) => recordPods(metrics, 'shop/edge', pods, 0, now));
    expect(told).toContain(`meshdoctor_gateway_certificates_ending{gateway="shop/edge"} ${ending}`);
    expect(told).toContain(`meshdoctor_gateway_certificates_soon{gateway="shop/edge"} ${soon}`);
  });

  it('is taken back where another agent counts them', async () => {
    const told = await lines((metrics) => {
      recordPods(metrics, 'shop/edge', [pod('a')], 0, now);
      forgetPods(metrics, 'shop/edge');
    });
    expect(told.filter((line) => line.includes('gateway="shop/edge"') && !line.includes('target'))).toEqual([]);
  });

  it('of what grew by requests, bytes and targets', async () => {
    const growth = {
      'rq 2xx': 5,
      'rq 4xx': 2,
      'no-route': 2,
      received: 10,
      sent: 20,
      'retry shop/cart': 3,
      'retry shop/users': 4,
      'timeout shop/cart': 1,
    };
    const told = await lines((metrics) => recordGrowth(metrics, [{ pod: pod('a'), growth }]));
    expect(told).toContain(
      'meshdoctor_gateway_requests_total{gateway="shop/edge",class="4xx",by="gateway",cause="no-route"} 2',
    );
    expect(told).toContain('meshdoctor_gateway_bytes_total{gateway="shop/edge",direction="sent"} 20');
    expect(told).toContain('meshdoctor_target_retries_total{gateway="shop/edge",target="shop/cart"} 3');
    expect(told).toContain('meshdoctor_gateway_retries_total{gateway="shop/edge"} 7');
  });
});

const known = <T>(value: T) => ({ known: true, value }) as const;

describe('what only a leader tells', () => {
  const ref = { apiVersion: 'appmesh.k8s.aws/v1beta2', kind: 'VirtualGateway', namespace: 'shop', name: 'edge' };
  const object = { ...ref, cluster: null, pod: null, file: null, line: null, column: null };
  const finding = (rule: string, effect: string) => ({ rule, severity: 'error', effect, objects: [object] });
  const document = (frozen: string, ...findings: readonly object[]) =>
    ({ gateways: [{ ref, envoys: 1, live: 1, frozen, cluster: null }], findings }) as unknown as ReportDocument;
  const look = (read: ReportDocument) => ({ document: read, statuses: [], measures: [pod('a')], copiesSought: true });
  const nothing = () => ({ gateways: new Set<string>(), findings: new Set<string>() });

  it('counts findings without standing facts; one that is over becomes 0', async () => {
    const told = nothing();
    const said = await lines((metrics) => {
      recordCluster(metrics, look(document('no', finding('config-drift', 'traffic'), finding('x', 'standing'))), told);
      recordCluster(metrics, look(document('no')), told);
    });
    expect(said.filter((line) => line.startsWith('meshdoctor_findings'))).toEqual([
      'meshdoctor_findings{gateway="shop/edge",rule="config-drift",severity="error"} 0',
    ]);
  });

  it('a dead sidecar is of every gateway that has the target, wherever they lie; it is lost where nothing of it serves', async () => {
    const node = (name: string) => ({ ...object, kind: 'VirtualNode', namespace: 'apps', name });
    const dead = (name: string, effect: string) => ({
      ...finding('sidecar-never-configured', effect),
      objects: [node(name)],
    });
    const read = document('observed', dead('cart', 'latent'), dead('users', 'traffic'), dead('rare', 'latent'));
    const partner = { ...read.gateways[0]!, ref: { ...ref, name: 'partner' } };
    const has = (...targets: readonly string[]) => ({
      ...pod('a').read!,
      targets: targets.map((target) => ({ target: `apps/${target}`, healthy: 1, members: target === 'rare' ? 3 : 1 })),
    });
    const measures = [
      pod('a', { read: has('cart', 'users') }),
      pod('b', { gateway: 'shop/partner', read: has('cart', 'rare', 'web') }),
    ];
    const told = await lines((metrics) =>
      recordCluster(metrics, { ...look({ ...read, gateways: [...read.gateways, partner] }), measures }, nothing()),
    );
    const of = (name: string) =>
      told.filter((line) => line.startsWith(`meshdoctor_gateway_targets_sidecar_${name}`)).map((line) => line.at(-1));
    expect([of('dead'), of('lost')]).toEqual([
      ['2', '2'],
      ['1', '1'],
    ]);
  });

  it('faults of the configuration are none of a frozen gateway', async () => {
    for (const [frozen, faults] of [
      ['no', 1],
      ['observed', 0],
    ] as const) {
      const said = await lines((metrics) => {
        recordCluster(metrics, look(document(frozen, finding('config-drift', 'latent'))), nothing());
      });
      expect(said).toContain(`meshdoctor_gateway_config_faults{gateway="shop/edge"} ${faults}`);
    }
  });

  it.each([
    ['that found no node', 'starting', true],
    ['whose node is gone with its agent', 'down', true],
    ['that Kubernetes calls ready and nobody sees', 'unseen', false],
  ] as const)('a gateway of pods %s', async (_, use, isDown) => {
    const measures = [pod('a', { use, node: null, read: null })];
    const told = await lines((metrics) =>
      recordCluster(metrics, { ...look(document('observed')), measures }, nothing()),
    );
    expect(told.includes('meshdoctor_gateway_pods{gateway="shop/edge",pod="serving"} 0')).toBe(isDown);
  });

  it.each([
    ['of the morning', known(5), 'gone', true, 18_000],
    ['that was never made', known(null), 'gone', true, 86_400],
    ['that nobody has looked for yet', known(null), 'gone', false, null],
    ['that was never made, of what may be frozen', known(null), 'assumed gone', true, null],
    ['that nobody keeps', { known: false, reason: '' } as const, 'gone', true, null],
  ] as const)('a rescue copy %s', async (_, rescueHours, state, copiesSought, age) => {
    const controlPlane = known({ state, since: '2026-09-30' });
    const statuses = [{ ref, rescueHours, controlPlane }] as unknown as ClusterLook['statuses'];
    const read = { ...document('observed'), takenAt: '2026-10-01T00:00:00Z' };
    const told = await lines((metrics) => recordCluster(metrics, { ...look(read), statuses, copiesSought }, nothing()));
    expect(told.filter((line) => line.includes('rescue_age'))).toEqual(
      age === null ? [] : [`meshdoctor_gateway_rescue_age_seconds{gateway="shop/edge"} ${age}`],
    );
  });

  it('a gateway without a pod is seen, and has none that serves', async () => {
    const told = await lines((metrics) =>
      recordCluster(metrics, { ...look(document('observed')), measures: [] }, nothing()),
    );
    expect(told).toContain('meshdoctor_gateway_pods{gateway="shop/edge",pod="serving"} 0');
    expect(told).toContain('meshdoctor_gateway_look_age_seconds{gateway="shop/edge"} 0');
  });

  it('is taken back where another leads', async () => {
    const told = nothing();
    const said = await lines((metrics) => {
      recordCluster(metrics, look(document('no', finding('config-drift', 'traffic'))), told);
      forgetCluster(metrics, told);
    });
    expect(said.filter((line) => line.includes('shop/edge'))).toEqual([]);
  });

  it('a finding without a gateway is of the only one near it', () => {
    const route = { ...object, kind: 'GatewayRoute', name: 'cart' };
    const of = (namespace: string) => gatewayOf({ objects: [{ ...route, namespace }] } as never, document('no'));
    expect(of('shop')).toBe('shop/edge');
    const two = document('no');
    const other = { ...ref, name: 'partner' };
    const gateways = [...two.gateways, { ...two.gateways[0]!, ref: other }];
    expect(gatewayOf({ objects: [route] } as never, { gateways })).toBe('other');
  });
});
