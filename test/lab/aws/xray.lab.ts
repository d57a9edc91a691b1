import { PutTraceSegmentsCommand, XRayClient } from '@aws-sdk/client-xray';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import rule from '../../../rules/observability/trace-shows-fault.ts';
import { readXRay } from '../../../src/collect/aws/xray.ts';
import { runRule } from '../../../src/diagnose/run.ts';
import { buildModel } from '../../../src/model/model.ts';
import { assembleSnapshot } from '../../../src/snapshot/assemble.ts';
import type { Harvest } from '../../../src/snapshot/snapshot.ts';
import { readSegments } from '../../../src/snapshot/traces.ts';
import { loggedGateway } from '../../support/logged-gateway.ts';
import { snapshotOf } from '../../support/snapshot-of.ts';
import { tracesOf } from '../../support/traced-requests.ts';
import { type AwsServer, startMoto } from './server.ts';
import { startXRayStandIn, withoutFilters, type XRayStandIn } from './xray-stand-in.ts';

const hour = 3_600_000;
/** The trace ids of the stories say this time. */
const told = Date.parse('2026-06-01T12:00:00Z');

const failing = tracesOf(
  6,
  { name: 'shop/edge_shop', status: 503 },
  { name: 'shop/pay_shop', status: 503 },
  { name: 'pay', status: 503 },
);
const served = tracesOf(12, { name: 'shop/edge_shop' }, { name: 'shop/cart_shop' });
const others = tracesOf(9, { name: 'shop/other_shop', status: 500 });

const read = (services: readonly string[], now = told): Promise<Harvest> =>
  readXRay({ now: new Date(now).toISOString(), since: now - hour, services, signal: AbortSignal.timeout(60_000) });

function judged(harvest: Harvest) {
  const at = '2026-06-01T12:00:00Z';
  const { envoys } = snapshotOf({ envoy: loggedGateway });
  const read = assembleSnapshot([{ ...harvest, envoys }], at);
  return runRule(buildModel(read), rule).findings.map(({ message }) => message);
}

describe('X-Ray, stored and read back by moto', () => {
  let server: AwsServer;
  let way: Awaited<ReturnType<typeof withoutFilters>>;
  beforeAll(async () => {
    server = await startMoto();
    way = await withoutFilters(server.environment.AWS_ENDPOINT_URL ?? '');
    Object.assign(process.env, server.environment, { AWS_ENDPOINT_URL: way.url });
  }, 600_000);
  afterAll(async () => {
    await way?.stop();
    await server?.stop();
  });

  it('gives the segments that Envoys of App Mesh write, and the rule locates the fault', async () => {
    const client = new XRayClient({});
    // moto keeps what was put; it takes no time of its own into account but that of the segment.
    for (const text of [...failing.split('\n'), ...served.split('\n')]) {
      await client.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [text] }));
    }
    client.destroy();
    const harvest = await read(['shop/edge_shop']);
    expect(harvest.sources.map(({ detail }) => detail).join()).not.toContain('asked for');
    const [source] = harvest.sources;
    expect(source?.detail).toMatch(/^18 traces, 42 segments of .*, about \$0\.0000\d$/);
    expect(judged(harvest)).toEqual(['6 traces through gateway edge fail at the service pay.']);
    expect(JSON.stringify(harvest.documents.map(({ text }) => text()))).not.toMatch(/canary|203\.0\.113/);
  });
});

describe('X-Ray as its API reference tells of it', () => {
  let standIn: XRayStandIn | undefined;
  afterEach(async () => {
    await standIn?.stop();
  });

  async function start(): Promise<XRayStandIn> {
    standIn = await startXRayStandIn(readSegments([failing, served, others].join('\n')) ?? []);
    Object.assign(process.env, { AWS_ENDPOINT_URL: standIn.url, AWS_REGION: 'eu-west-1' });
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
    return standIn;
  }

  it("asks for the gateway's own traces by filter, page by page, five ids a call, and counts each call", async () => {
    const { calls, filters } = await start();
    const harvest = await read(['shop/edge_shop']);
    expect(filters).toEqual([
      'service("shop/edge_shop") AND (fault = true OR error = true OR throttle = true OR responsetime > 5)',
      'service("shop/edge_shop")',
    ]);
    expect(harvest.traces?.traces).toHaveLength(18);
    expect(calls.filter((call) => call === 'GetTraceSummaries')).toHaveLength(1 + 3);
    expect(calls.filter((call) => call === 'BatchGetTraces')).toHaveLength(4);
    expect(harvest.sources[0]?.cost.calls).toBe(calls.length);
    expect(judged(harvest)).toEqual(['6 traces through gateway edge fail at the service pay.']);
  });

  it('waits where it is throttled, and goes on', async () => {
    const { throttle } = await start();
    throttle(2);
    expect((await read(['shop/edge_shop'])).traces?.traces).toHaveLength(18);
  });

  it('that refuses is a source that failed, with the right to give', async () => {
    const { refuse } = await start();
    refuse();
    const { sources, gaps } = await read(['shop/edge_shop']);
    expect(sources).toMatchObject([{ state: 'failed', trouble: 'not-seen' }]);
    expect(gaps[0]?.remedy).toContain('allow xray:GetTraceSummaries and xray:BatchGetTraces');
  });
});
