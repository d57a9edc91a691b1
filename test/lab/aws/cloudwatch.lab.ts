import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import rule from '../../../rules/gateway/load-balancer-targets-unhealthy.ts';
import { readCloudWatch } from '../../../src/collect/aws/cloudwatch.ts';
import { manifestHarvest } from '../../../src/collect/manifests/harvest.ts';
import { runRule } from '../../../src/diagnose/run.ts';
import { buildModel } from '../../../src/model/model.ts';
import { assembleSnapshot } from '../../../src/snapshot/assemble.ts';
import type { Harvest } from '../../../src/snapshot/snapshot.ts';
import { pod, virtualGateway } from '../../support/frozen.ts';
import { cloudWatchForTests } from './cloudwatch-for-tests.ts';

const loadBalancer = 'net/k8s-shop-edge-0a1b2c3d4e/0123456789abcdef';
const targetGroup = 'targetgroup/k8s-shop-edge-aaaa/111';
const minute = 60_000;

const client = cloudWatchForTests();

/** Values of the last minutes, the newest last; CloudWatch takes them by the start of their minute. */
function datums(
  metric: string,
  counts: readonly number[],
  dimensions: Readonly<Record<string, string>>,
  now: number,
): MetricDatum[] {
  const start = Math.floor(now / minute) * minute;
  return counts.map((value, index) => ({
    MetricName: metric,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    Timestamp: new Date(start - (counts.length - index) * minute),
    Value: value,
  }));
}

async function put(Namespace: string, MetricData: MetricDatum[]): Promise<void> {
  await client().send(new PutMetricDataCommand({ Namespace, MetricData }));
}

const read = (now: number): Promise<Harvest> =>
  readCloudWatch({ now: new Date(now).toISOString(), keep: true, signal: AbortSignal.timeout(60_000) });

describe('CloudWatch', () => {
  it('tells of targets that are not healthy, and the rule says so', async () => {
    const now = Date.now();
    const dimensions = { LoadBalancer: loadBalancer, TargetGroup: targetGroup };
    await put('AWS/NetworkELB', datums('HealthyHostCount', [2, 2, 0, 0, 0], dimensions, now));
    await put('AWS/NetworkELB', datums('UnHealthyHostCount', [0, 0, 2, 2, 2], dimensions, now));
    await put(
      'AWS/NetworkELB',
      datums('HealthyHostCount', [1], { ...dimensions, AvailabilityZone: 'eu-west-1a' }, now),
    );
    await put(
      'AWS/ApplicationELB',
      datums('HealthyHostCount', [3], { LoadBalancer: 'app/web/99', TargetGroup: 'targetgroup/web/9' }, now),
    );
    await put(
      'ContainerInsights/Prometheus',
      datums('envoy_http_downstream_rq_xx', [7], { Mesh: 'shop', VirtualGateway: 'edge_shop' }, now),
    );
    const harvest = await read(now);
    expect(harvest.sources.map(({ state }) => state)).toEqual(['ok']);
    const { cloudWatch } = harvest;
    expect(
      cloudWatch?.series.map(({ metric, dimensions: { LoadBalancer } }) => `${metric} ${LoadBalancer}`).sort(),
    ).toEqual([
      'HealthyHostCount app/web/99',
      `HealthyHostCount ${loadBalancer}`,
      `UnHealthyHostCount ${loadBalancer}`,
    ]);
    const healthy = cloudWatch?.series.find(
      ({ metric, namespace }) => metric === 'HealthyHostCount' && namespace === 'AWS/NetworkELB',
    );
    expect(healthy?.values.map(({ value }) => value)).toEqual([2, 2, 0, 0, 0]);
    expect(cloudWatch?.gatewayMetrics?.map(({ metric }) => metric)).toContain('envoy_http_downstream_rq_xx');

    const manifests = `${virtualGateway}${pod('edge-1')}
apiVersion: v1
kind: Service
metadata: { name: edge, namespace: shop }
spec: { type: LoadBalancer, selector: { app: edge }, ports: [{ port: 80, targetPort: 8088 }] }
status: { loadBalancer: { ingress: [{ hostname: k8s-shop-edge-0a1b2c3d4e-0123456789abcdef.elb.eu-west-1.amazonaws.com }] } }
`;
    const at = new Date(now).toISOString();
    const file = { id: 'manifests/0-a.yaml', origin: 'a.yaml', text: manifests, reported: true, readAt: at };
    const objects = manifestHarvest([file], { defaultNamespace: 'default', closed: false, keep: true });
    const { findings } = runRule(buildModel(assembleSnapshot([objects, harvest], at)), rule);
    expect(findings.map(({ message }) => message)).toEqual([
      `Load balancer ${loadBalancer} has no healthy target for gateway edge (2 unhealthy), though its pods are ready.`,
    ]);
  });

  it('are asked by the built program too', async () => {
    const args = ['dist/main.js', 'diagnose', '-f', 'test/lab/stories/healthy/manifests', '--aws', '-o', 'json'];
    const { stdout } = await promisify(execFile)(process.execPath, [...args, '--fail-on', 'never'], {
      maxBuffer: 1 << 26,
    });
    const { sources } = JSON.parse(stdout) as { sources: { name: string; state: string }[] };
    expect(sources.filter(({ name }) => name.startsWith('CloudWatch')).map(({ state }) => state)).toEqual(['ok']);
  });

  it('that cannot be reached is a source that failed, in one line', async () => {
    const { AWS_ENDPOINT_URL: there } = process.env;
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
    try {
      const [source] = (await read(Date.now())).sources;
      expect(source?.state).toBe('failed');
      expect(source?.trouble).toBe('not-seen');
      expect(source?.detail).toContain('connection refused');
    } finally {
      process.env.AWS_ENDPOINT_URL = there;
    }
  });
});
