import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CloudWatchReader } from '../../../src/export/cloudwatch/reader.ts';
import { Recorder } from '../../../src/export/recorder.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const minuteMs = 60_000;
const outageMinutes = 120;
/** A fleet of more than a thousand series; `spool.test.ts` shows that two hours at the ceiling of 2,000 fit, too. */
const [gateways, routes, targets] = [10, 20, 5];
const environment = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

/** What stands for CloudWatch: takes calls, refuses them, or breaks them off; its clock is the test's. */
let server: Server;
let refuses = false;
let calls = 0;
let now = 0;
/** Name, dimensions and minute of each point that was taken, and what it says. */
let taken: Map<string, { readonly sum: number; readonly samples: number }>;
let twice: string[];
let folder: string;
let lost: number;
let dropped: number;

interface Datum {
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Timestamp: number;
  readonly Values: readonly number[];
  readonly Counts: readonly number[];
}

function take(body: Buffer): void {
  const { MetricData } = JSON.parse(body.toString()) as { readonly MetricData: readonly Datum[] };
  for (const { MetricName, Dimensions, Timestamp, Values, Counts } of MetricData) {
    const key = [MetricName, ...Dimensions.map(({ Value }) => Value), Timestamp].join(' ');
    if (taken.has(key)) twice.push(key);
    const sum = Values.reduce((all, value, at) => all + value * (Counts[at] ?? 0), 0);
    taken.set(key, { sum, samples: Counts.reduce((all, count) => all + count, 0) });
  }
}

beforeEach(async () => {
  [refuses, calls, now, lost, dropped] = [false, 0, Date.parse('2026-11-27T10:00:30Z'), 0, 0];
  [taken, twice] = [new Map(), []];
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-spool-'));
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    calls += 1;
    const head = { date: new Date(now).toUTCString(), 'content-type': 'application/x-amz-json-1.0' };
    if (refuses && calls % 10 === 0) request.socket.destroy();
    else if (refuses) {
      response.writeHead(403, { ...head, 'x-amzn-errortype': 'ExpiredTokenException' });
      response.end(JSON.stringify({ __type: 'ExpiredTokenException', message: 'The security token is expired' }));
    } else {
      const body = Buffer.concat(chunks);
      take(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
      response.writeHead(200, head);
      response.end('{}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, environment);
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  for (const name of ['AWS_ENDPOINT_URL', ...Object.keys(environment)]) delete process.env[name];
  await rm(folder, { recursive: true });
});

/** The agent's exporter, as its process starts it; only the clock is ours. */
async function start(spoolBytes?: number) {
  const told = {
    dropped: (series: number) => {
      dropped += series;
    },
    lost: (points: number) => {
      lost += points;
    },
    waits: () => {},
  };
  const reader = new CloudWatchReader({
    ...{ by: 'put', profile: 'all', cluster: 'prod-eu', mostSeriesOfOne: 50_000, spoolFolder: folder, told },
    ...(spoolBytes === undefined ? {} : { spoolBytes }),
    report: () => {},
    now: () => now,
  });
  const provider = new MeterProvider({ readers: [reader] });
  await reader.begin();
  const recorder = new Recorder(provider.getMeter('meshdoctor'), 300_000, () => now);
  return { recorder, flush: () => reader.forceFlush(), stop: () => provider.shutdown() };
}

/** A minute of the fleet; what is told is different in each. */
function tell(recorder: Recorder, minute: number, sums: Record<string, number>): void {
  const add: Recorder['add'] = (name, value, dimensions) => {
    recorder.add(name, value, dimensions);
    sums[name] = (sums[name] ?? 0) + value;
  };
  const ok = { class: '2xx', by: 'upstream', cause: 'none' } as const;
  const failed = { class: '5xx', by: 'gateway', cause: 'timeout' } as const;
  for (let at = 0; at < gateways; at += 1) {
    const gateway = `team-${at}/edge`;
    add('gateway.requests', 1000 + minute, { gateway, ...ok });
    add('gateway.requests', 1 + (minute % 7), { gateway, ...failed });
    add('gateway.bytes', 10_000 * minute + 1, { gateway, direction: 'sent' });
    for (const pod of ['serving', 'threatened', 'empty'] as const) recorder.set('gateway.pods', 3, { gateway, pod });
    recorder.set('gateway.look.age', minute % 60, { gateway });
    for (let one = 0; one < routes; one += 1) {
      const route = `team-${at}/route-${one}`;
      add('route.requests', 50 + minute, { gateway, route, ...ok });
      add('route.requests', 1, { gateway, route, ...failed });
      add('route.bytes', 77, { gateway, route, direction: 'sent' });
      for (let ms = 1; ms <= 40; ms += 1)
        recorder.record('route.latency', (ms * Math.exp(3 * Math.random())) / 1000, { gateway, route });
      sums['route.latency'] = (sums['route.latency'] ?? 0) + 40;
    }
    for (let one = 0; one < targets; one += 1) {
      const target = `team-${at}/service-${one}`;
      add('target.retries', 2 + minute, { gateway, target });
      recorder.set('target.members', 3, { gateway, target, health: 'healthy' });
    }
  }
}

async function spooled(): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, one) => sum + one, 0);
}

const mib = (bytes: number): number => bytes / 2 ** 20;
const most = (numbers: readonly number[]): number => Math.max(...numbers);

function arrived(name: string, of: 'sum' | 'samples'): number {
  const mine = [...taken].filter(([key]) => key.startsWith(`${name} `));
  return mine.reduce((all, [, one]) => all + one[of], 0);
}

it('two hours in which CloudWatch takes nothing lose nothing, over a restart, and memory stays flat', async () => {
  const sums: Record<string, number> = {};
  let exporter = await start();
  tell(exporter.recorder, 0, sums);
  await exporter.flush();
  const perMinute = taken.size;
  expect(perMinute).toBeGreaterThan(1_200);
  refuses = true;
  const heap: number[] = [];
  const resident: number[] = [];
  for (let minute = 1; minute <= outageMinutes; minute += 1) {
    now += minuteMs;
    tell(exporter.recorder, minute, sums);
    await exporter.flush();
    if (minute === outageMinutes / 2) {
      await exporter.stop();
      exporter = await start();
    }
    collectGarbage();
    heap.push(mib(process.memoryUsage().heapUsed));
    resident.push(mib(process.memoryUsage.rss()));
  }
  expect(taken.size).toBe(perMinute);
  const quarter = outageMinutes / 4;
  const [heapFirst, heapLast] = [most(heap.slice(0, quarter)), most(heap.slice(-quarter))];
  const [first, last] = [most(resident.slice(0, quarter)), most(resident.slice(-quarter))];
  const waits = mib(await spooled());
  console.log(
    `${perMinute} series; first and last quarter of two hours: heap ${heapFirst.toFixed(1)} and ${heapLast.toFixed(1)} MiB, ` +
      `resident ${first.toFixed(0)} and ${last.toFixed(0)} MiB; the spool holds ${waits.toFixed(1)} MiB`,
  );
  expect(heapLast).toBeLessThan(heapFirst * 1.05);
  expect(last).toBeLessThan(first * 1.1);
  refuses = false;
  await exporter.flush();
  expect([lost, dropped, twice]).toEqual([0, 0, []]);
  expect(taken.size).toBe((outageMinutes + 1) * perMinute);
  for (const name of ['gateway.requests', 'gateway.bytes', 'route.requests', 'route.bytes', 'target.retries'])
    expect(arrived(name, 'sum'), name).toBe(sums[name]);
  expect(arrived('route.latency', 'samples')).toBe(sums['route.latency']);
  expect(await readdir(folder)).toEqual([]);
  await exporter.stop();
}, 120_000);

it('a spool that is too small for the outage never takes more than it may: the oldest minutes go, and are counted', async () => {
  const mostBytes = 500_000;
  const exporter = await start(mostBytes);
  tell(exporter.recorder, 0, {});
  await exporter.flush();
  const perMinute = taken.size;
  refuses = true;
  for (let minute = 1; minute <= 30; minute += 1) {
    now += minuteMs;
    tell(exporter.recorder, minute, {});
    await exporter.flush();
    expect(await spooled()).toBeLessThanOrEqual(mostBytes);
  }
  refuses = false;
  await exporter.flush();
  expect(lost).toBeGreaterThan(perMinute);
  expect(taken.size + lost).toBe(31 * perMinute);
  expect(twice).toEqual([]);
  expect([...taken.keys()].filter((key) => key.endsWith(` ${(now - 30_000) / 1000}`))).toHaveLength(perMinute);
  await exporter.stop();
}, 60_000);
