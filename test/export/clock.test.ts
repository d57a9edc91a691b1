import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Metrics, startMetrics } from '../../src/export/metrics.ts';
import { aheadText, ToldClock } from '../../src/lib/clock.ts';

const hourMs = 3_600_000;

/** What CloudWatch was asked, and what it is to answer: its time, and whether it takes what it gets. */
let server: Server;
let calls: Buffer[] = [];
let behindMs = 0;
let refusesFuture = false;
let metrics: Metrics;
let lines: string[] = [];

/** Every timestamp of a PutMetricData. */
function stampsOf(body: Buffer): readonly number[] {
  const { MetricData } = JSON.parse(body.toString()) as { MetricData: readonly { Timestamp: number }[] };
  return MetricData.map(({ Timestamp }) => Timestamp * 1000);
}

beforeEach(async () => {
  [calls, lines, behindMs, refusesFuture] = [[], [], 0, false];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    calls.push(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
    const now = Date.now() - behindMs;
    const date = new Date(now).toUTCString();
    const future = stampsOf(calls.at(-1) ?? Buffer.from('{}')).some((stamp) => stamp > now + 2 * hourMs);
    if (refusesFuture && future) {
      const type = 'InvalidParameterValueException';
      response.writeHead(400, { date, 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type });
      response.end(JSON.stringify({ __type: type, message: 'more than two hours in the future' }));
      return;
    }
    response.writeHead(200, { date, 'content-type': 'application/x-amz-json-1.0' });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
  metrics = await startMetrics({
    cluster: 'c',
    prometheus: true,
    otlp: null,
    cloudWatch: { by: 'put', profile: 'all', spoolFolder: null },
    report: (line) => lines.push(line),
  });
});

afterEach(async () => {
  await metrics.stop();
  server.closeAllConnections();
  server.close();
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
    delete process.env[name];
});

async function told(): Promise<readonly number[]> {
  calls = [];
  metrics.add('gateway.bytes', 1, { gateway: 'shop/edge', direction: 'sent' });
  await metrics.flush();
  return calls.flatMap(stampsOf);
}

const near = (stamp: number | undefined, ms: number): void =>
  expect(Math.abs((stamp ?? 0) - ms), new Date(stamp ?? 0).toISOString()).toBeLessThanOrEqual(2 * 60_000);

describe('metrics of a machine whose clock is wrong', () => {
  it('are stamped by CloudWatch’s clock from its first answer on', async () => {
    behindMs = hourMs;
    near((await told())[0], Date.now());
    expect(lines).toEqual(["the clock of this machine is 1 h ahead of CloudWatch's: metrics are stamped by that"]);
    const stamps = await told();
    expect(stamps.length).toBeGreaterThan(0);
    for (const stamp of stamps) near(stamp, Date.now() - hourMs);
    behindMs = 0;
    await told();
    near((await told())[0], Date.now());
    expect(lines.slice(1)).toEqual(["the clock of this machine is CloudWatch's again"]);
  });

  it('that CloudWatch refused for their stamps are stamped anew, and none is lost', async () => {
    [behindMs, refusesFuture] = [3 * hourMs, true];
    near((await told())[0], Date.now());
    // The SDK tries the same again some times: it takes the refusal of a skewed clock for one of its signature.
    expect(calls.length).toBeGreaterThan(1);
    const taken = stampsOf(calls.at(-1) ?? Buffer.of());
    expect(taken.length).toBeGreaterThan(0);
    for (const stamp of taken) near(stamp, Date.now() - 3 * hourMs);
    expect(await metrics.prometheusText()).not.toMatch(/points_lost_total(\{[^}]*\})? [1-9]/);
  });

  it('that is behind too are stamped right', async () => {
    behindMs = -hourMs;
    await told();
    near((await told())[0], Date.now() + hourMs);
  });

  it('of one that is right are left alone', async () => {
    behindMs = 20_000;
    await told();
    near((await told())[0], Date.now());
    expect(lines).toEqual([]);
  });
});

describe('a clock that is told', () => {
  it('takes half of the way, and seconds, into account; what is no date says nothing', () => {
    const clock = new ToldClock(() => Date.parse('2026-11-27T10:00:00Z'));
    expect(clock.aheadMs()).toBeNull();
    clock.hear('Fri, 27 Nov 2026 08:00:00 GMT', 3_000);
    expect(clock.aheadMs()).toBe(2 * hourMs - 2_000);
    expect(clock.now()).toBe(Date.parse('2026-11-27T08:00:02Z'));
    clock.hear('yesterday', 0);
    clock.hear(undefined, 0);
    expect(clock.aheadMs()).toBe(2 * hourMs - 2_000);
    clock.hear('Fri, 27 Nov 2026 10:00:30 GMT', 0);
    expect([clock.wrongByMs(), clock.now()]).toEqual([0, Date.parse('2026-11-27T10:00:00Z')]);
  });

  it.each([
    [2 * hourMs + 120_000, '2 h 2 min ahead'],
    [-80_000, '1 min behind'],
    [hourMs, '1 h ahead'],
  ])('%i ms are %s', (ms, text) => expect(aheadText(ms)).toBe(text));
});
