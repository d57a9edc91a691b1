import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricStatisticsCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CloudWatchExportOptions, type Metrics, startMetrics } from '../../../src/export/metrics.ts';
import { type AwsServer, startCloudWatch } from '../aws/server.ts';
import { type FaultyWay, openFaultyWay } from './faulty-way.ts';

let server: AwsServer;
let way: FaultyWay;
let client: CloudWatchClient;
let folder: string;
let metrics: Metrics | null = null;
let lines: string[] = [];
let namespace = '';
let tests = 0;

const gateway = 'shop/edge';
const answered = { gateway, class: '2xx', by: 'upstream', cause: 'none' } as const;
const failed = { gateway, class: '5xx', by: 'gateway', cause: 'no-healthy-upstream' } as const;

async function started(more: Partial<CloudWatchExportOptions> = {}): Promise<Metrics> {
  metrics = await startMetrics({
    cluster: 'prod-eu',
    prometheus: false,
    otlp: null,
    cloudWatch: { by: 'put', profile: 'all', namespace, spoolFolder: folder, ...more },
    report: (line) => lines.push(line),
  });
  return metrics;
}

/** A statistic over all of the last three hours. */
async function statistic(MetricName: string, stat: string, dimensions: Record<string, string>): Promise<number> {
  const percentile = stat.startsWith('p');
  const { Datapoints = [] } = await client.send(
    new GetMetricStatisticsCommand({
      Namespace: namespace,
      MetricName,
      Dimensions: Object.entries({ cluster: 'prod-eu', ...dimensions }).map(([Name, Value]) => ({ Name, Value })),
      StartTime: new Date(Date.now() - 3 * 3_600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 6 * 3600,
      ...(percentile ? { ExtendedStatistics: [stat] } : { Statistics: [stat as 'Sum'] }),
    }),
  );
  const values = Datapoints.map((point) =>
    percentile ? point.ExtendedStatistics?.[stat] : point[stat as 'Sum' | 'Average' | 'SampleCount'],
  ).filter((value) => value !== undefined);
  return stat === 'Sum' || stat === 'SampleCount'
    ? values.reduce((left, right) => left + right, 0)
    : (values[0] ?? NaN);
}

beforeAll(async () => {
  server = await startCloudWatch();
  way = await openFaultyWay(server.environment.AWS_ENDPOINT_URL ?? '');
  Object.assign(process.env, server.environment);
  client = new CloudWatchClient({});
  process.env.AWS_ENDPOINT_URL = way.url;
}, 600_000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-spool-'));
  lines = [];
  tests += 1;
  namespace = `test-${tests}`;
});

afterEach(async () => {
  way.way = 'open';
  await metrics?.stop();
  metrics = null;
  await rm(folder, { recursive: true, force: true });
});

afterAll(async () => {
  client?.destroy();
  await way?.stop();
  await server?.stop();
});

describe('metrics in CloudWatch', () => {
  it('are the sums that were told, over many minutes', async () => {
    const { add, flush } = await started();
    for (let minute = 0; minute < 5; minute += 1) {
      add('gateway.requests', 90 + minute, answered);
      add('gateway.requests', 10, failed);
      await flush();
    }
    const dimensions = { gateway };
    expect(await statistic('gateway.requests', 'Sum', { ...answered })).toBe(460);
    expect(await statistic('gateway.requests', 'Sum', { ...failed })).toBe(50);
    expect(await statistic('gateway.failed', 'Sum', dimensions)).toBe(50);
    expect(await statistic('gateway.failed', 'SampleCount', dimensions)).toBe(510);
    expect(await statistic('gateway.failed', 'Average', dimensions)).toBeCloseTo(50 / 510, 6);
    expect(lines).toEqual([]);
  });

  it('have percentiles of CloudWatch itself', async () => {
    const { record, flush } = await started();
    for (let ms = 1; ms <= 1000; ms += 1) record('gateway.latency', ms / 1000, { gateway });
    await flush();
    expect(await statistic('gateway.latency', 'SampleCount', { gateway })).toBe(1000);
    for (const [stat, true_] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p99', 0.99],
    ] as const) {
      const error = Math.abs((await statistic('gateway.latency', stat, { gateway })) / true_ - 1);
      expect(error, stat).toBeLessThan(0.05);
    }
  });

  it('tell that a gateway has no pod at all', async () => {
    const { set, flush } = await started({ profile: 'alarms' });
    set('gateway.pods', 0, { gateway, pod: 'serving' });
    await flush();
    expect(await statistic('gateway.pods.serving', 'SampleCount', { gateway })).toBe(1);
    expect(await statistic('gateway.pods.serving', 'Sum', { gateway })).toBe(0);
  });

  it('go packed, in calls of at most 1,000 metrics and 1 MB', async () => {
    const { record, flush } = await started();
    for (let route = 0; route < 1500; route += 1)
      for (let ms = 1; ms < 2 ** 30; ms *= 1.15)
        record('route.latency', ms / 1e3, { gateway, route: `shop/r${route}` });
    way.calls.length = 0;
    await flush();
    expect(way.calls.length).toBeGreaterThan(1);
    expect(way.calls.every(({ encoding }) => encoding === 'gzip')).toBe(true);
    const most = Math.max(...way.calls.map(({ plain }) => plain.length));
    expect(most).toBeLessThan(1_000_000);
    expect(most).toBeGreaterThan(400_000);
    expect(await statistic('route.latency', 'SampleCount', { gateway, route: 'shop/r1499' })).toBe(149);
  });

  it('wait on disk while CloudWatch is away, over a restart, and then all arrive', async () => {
    const first = await started();
    way.way = 'cut';
    for (let minute = 0; minute < 3; minute += 1) {
      first.add('gateway.requests', 100, answered);
      await first.flush();
    }
    await first.stop();
    expect((await readdir(folder)).length).toBeGreaterThanOrEqual(3);
    const second = await started();
    second.add('gateway.requests', 7, answered);
    way.way = 'open';
    await second.flush();
    expect(await statistic('gateway.requests', 'Sum', { ...answered })).toBe(307);
    expect(await readdir(folder)).toEqual([]);
    expect(lines.filter((line) => line.startsWith('CloudWatch took no metrics'))).toHaveLength(1);
  });

  it('are told again where CloudWatch was busy', async () => {
    const { add, flush } = await started();
    way.way = 'throttled';
    add('gateway.requests', 5, answered);
    way.calls.length = 0;
    await flush();
    expect(way.calls.length).toBe(4);
    way.way = 'open';
    await flush();
    expect(await statistic('gateway.requests', 'Sum', { ...answered })).toBe(5);
    expect(lines[0]).toContain('Throttling');
  });

  it('lose the one point that CloudWatch refuses, and say so', async () => {
    const { add, flush } = await started();
    way.way = { refuses: 'shop/poison' };
    for (const route of ['shop/a', 'shop/b', 'shop/poison', 'shop/c'])
      add('route.bytes', 3, { gateway, route, direction: 'sent' });
    await flush();
    for (const route of ['shop/a', 'shop/b', 'shop/c'])
      expect(await statistic('route.bytes', 'Sum', { gateway, route, direction: 'sent' })).toBe(3);
    await flush();
    expect(await statistic('agent.points.lost', 'Sum', {})).toBe(1);
    expect(lines.filter((line) => line.includes('refused route.bytes'))).toHaveLength(1);
  });

  it('count twice where a call landed and its answer did not', async () => {
    const { add, flush } = await started({ callMs: 1500 });
    way.way = 'unanswered';
    add('gateway.requests', 11, answered);
    await flush();
    way.way = 'open';
    await flush();
    const { length: sent } = way.calls;
    expect(sent).toBeGreaterThan(1);
    expect(await statistic('gateway.requests', 'Sum', { ...answered })).toBe(22);
  });

  it('hold the busiest routes alone, and the rest as one', async () => {
    const { add, flush } = await started({ profile: 'routes', topRoutes: 2 });
    for (const [route, requests] of Object.entries({ a: 50, b: 1, c: 40, d: 2 }))
      add('route.requests', requests, { ...answered, route: `shop/${route}` });
    await flush();
    const of = (route: string) => statistic('route.failed', 'SampleCount', { gateway, route });
    expect([await of('shop/a'), await of('shop/c'), await of('other')]).toEqual([50, 40, 3]);
    expect(await of('shop/b')).toBe(0);
  });

  it('never are more than the ceiling, and alarms keep theirs', async () => {
    const { add, set, flush } = await started({ maxSeries: 20 });
    for (let route = 0; route < 50; route += 1)
      add('route.bytes', 1, { gateway, route: `shop/r${route}`, direction: 'sent' });
    await flush();
    set('gateway.routes.down', 1, { gateway });
    add('gateway.lost_route', 1, { gateway });
    await flush();
    const { Metrics = [] } = await client.send(new ListMetricsCommand({ Namespace: namespace }));
    expect(Metrics.length).toBeLessThanOrEqual(20);
    expect(Metrics.map(({ MetricName }) => MetricName)).toContain('gateway.lost_route');
    expect(await statistic('agent.series.dropped', 'Sum', {})).toBeGreaterThan(30);
  });
});
