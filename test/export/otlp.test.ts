import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Metrics, startMetrics } from '../../src/export/metrics.ts';
import { asList, asObject, type JsonObject } from '../../src/lib/json.ts';

let server: Server | null = null;
let metrics: Metrics | null = null;
afterEach(async () => {
  await metrics?.stop();
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
  metrics = null;
  server = null;
});

/** A receiver of OTLP over HTTP as a collector is one; `status` is what it answers now. */
async function receiver() {
  const taken: JsonObject[] = [];
  const state = { status: 200 };
  const started = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    request.on('end', () => {
      if (state.status === 200) taken.push(asObject(JSON.parse(text)));
      response.writeHead(state.status, { 'content-type': 'application/json' });
      response.end('{}');
    });
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(started.address() as AddressInfo).port}/v1/metrics`;
  return { taken, state, url };
}

async function started(url: string, lines: string[] = []): Promise<Metrics> {
  metrics = await startMetrics({
    cluster: 'prod-eu',
    prometheus: false,
    otlp: { url, instance: 'agent-1' },
    cloudWatch: null,
    report: (line) => lines.push(line),
  });
  return metrics;
}

function metricOf(sent: JsonObject | undefined, name: string): JsonObject {
  const [resource] = asList(sent?.resourceMetrics).map(asObject);
  const all = asList(resource?.scopeMetrics)
    .map(asObject)
    .flatMap((scope) => asList(scope.metrics).map(asObject));
  return asObject(all.find((one) => one.name === name));
}

const answered = { gateway: 'shop/edge', class: '2xx', by: 'upstream', cause: 'none' } as const;

describe('OTLP', () => {
  it('is told names, units and the cluster; sums cumulative, distributions in exponential buckets', async () => {
    const { taken, url } = await receiver();
    const { add, record, flush } = await started(url);
    add('gateway.requests', 3, answered);
    record('gateway.latency', 0.2, { gateway: 'shop/edge' });
    await flush();
    add('gateway.requests', 4, answered);
    await flush();
    const [resource] = asList(taken[1]?.resourceMetrics).map(asObject);
    expect(asList(asObject(resource?.resource).attributes)).toEqual([
      { key: 'service.name', value: { stringValue: 'meshdoctor' } },
      // Two agents count one gateway: without it a collector takes their sums for one that goes back and forth.
      { key: 'service.instance.id', value: { stringValue: 'agent-1' } },
      { key: 'k8s.cluster.name', value: { stringValue: 'prod-eu' } },
    ]);
    const requests = metricOf(taken[1], 'meshdoctor.gateway.requests');
    expect(requests).toMatchObject({ unit: '{request}', sum: { aggregationTemporality: 2, isMonotonic: true } });
    expect(asList(asObject(requests.sum).dataPoints)).toMatchObject([{ asDouble: 7 }]);
    const latency = asObject(metricOf(taken[1], 'meshdoctor.gateway.latency').exponentialHistogram);
    expect(asList(latency.dataPoints)).toMatchObject([{ count: 1, sum: 0.2 }]);
  });

  it('that was not taken is told again, and said once', async () => {
    const { taken, state, url } = await receiver();
    const lines: string[] = [];
    const { add, flush } = await started(url, lines);
    state.status = 400;
    add('gateway.requests', 3, answered);
    await flush();
    await flush();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('OTLP was not taken');
    state.status = 200;
    add('gateway.requests', 4, answered);
    await flush();
    const points = asList(asObject(metricOf(taken[0], 'meshdoctor.gateway.requests').sum).dataPoints);
    expect(points).toMatchObject([{ asDouble: 7 }]);
    expect(lines[1]).toBe('OTLP is taken again');
  });
});
