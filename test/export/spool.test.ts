import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Batch, batchesOf } from '../../src/export/cloudwatch/datums.ts';
import type { Series } from '../../src/export/cloudwatch/series.ts';
import { Spool } from '../../src/export/cloudwatch/spool.ts';

let folder: string;
const minuteMs = 60_000;
const began = Date.parse('2026-11-27T10:00:00Z');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-spool-'));
});

afterEach(() => rm(folder, { recursive: true }));

const opened = async (mostBytes: number): Promise<Spool> => {
  const spool = new Spool({ folder, mostBytes, report: (line) => expect.unreachable(line) });
  await spool.open();
  return spool;
};

async function bytesThere(): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, one) => sum + one, 0);
}

/** A minute at the ceiling of series: 16 gateways of which each has 20 routes with latencies, as full as they can be. */
function fullMinute(minute: number): readonly Batch[] {
  const series: Series[] = [];
  for (let at = 0; at < 2000; at += 1) {
    const dimensions = [
      ['cluster', 'prod'],
      ['gateway', `shop/edge-${at % 16}`],
      ['route', `shop/r${at}`],
    ] as const;
    const latency = at < 336;
    const length = latency ? 150 : 1;
    // The middles of exponential buckets, of one of the scales to which they grow.
    const fine = 2 ** (at % 4);
    const values = Array.from({ length }, (_, one) => 2 ** ((one + 0.5) / fine) / 1000);
    const counts = values.map(() => 1 + Math.floor(Math.random() * 1000));
    const [name, unit] = latency ? (['route.latency', 's'] as const) : (['route.requests', '{request}'] as const);
    series.push({ name, unit, dimensions, values, counts });
  }
  return batchesOf(series, minute);
}

it('has room for two hours at the ceiling of series: a minute takes less than its part of 64 MiB', async () => {
  const spool = await opened(64 << 20);
  let points = 0;
  for (const batch of fullMinute(began)) {
    points += batch.length;
    expect(await spool.keep(batch, began)).toBe(0);
  }
  expect(points).toBe(2000);
  expect((await bytesThere()) * 120).toBeLessThan(64 << 20);
});

it('gives back after a restart what waits, the newest minute first', async () => {
  const spool = await opened(64 << 20);
  for (let minute = 0; minute < 120; minute += 1) {
    const at = began + minute * minuteMs;
    await spool.keep([{ MetricName: 'gateway.requests', Timestamp: new Date(at), Values: [minute] }], at);
  }
  const waiting = (await opened(64 << 20)).waiting();
  const values = await Promise.all(waiting.map(async ({ read }) => (await read())?.[0]?.Values?.[0]));
  expect(values).toEqual(Array.from({ length: 120 }, (_, minute) => 119 - minute));
  expect((await waiting.at(-1)?.read())?.[0]?.Timestamp).toEqual(new Date(began));
});

it('never takes more than it may: the oldest minutes go, and are counted', async () => {
  const most = 500_000;
  const spool = await opened(most);
  let lost = 0;
  let kept = 0;
  for (let minute = 0; minute < 6; minute += 1) {
    for (const batch of fullMinute(began + minute * minuteMs)) {
      kept += batch.length;
      lost += await spool.keep(batch, began + minute * minuteMs);
    }
  }
  const left = spool.waiting();
  expect(lost).toBeGreaterThan(0);
  expect(left.reduce((sum, one) => sum + one.points, 0)).toBe(kept - lost);
  expect(left[0]?.minute).toBe(began + 5 * minuteMs);
  expect(await bytesThere()).toBeLessThanOrEqual(most);
});
