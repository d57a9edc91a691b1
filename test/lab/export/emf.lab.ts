import { Ajv } from 'ajv';
import { describe, expect, it, vi } from 'vitest';
import { type Metrics, startMetrics } from '../../../src/export/metrics.ts';
import { asList, asObject, asText, asTexts, type JsonObject } from '../../../src/lib/json.ts';
import { metricSums, type Sums } from '../aws/metrics.ts';
import { cloudWatchForTests } from '../aws/cloudwatch-for-tests.ts';

const client = cloudWatchForTests();

/** What AWS prints as the schema of the format ("Specification: Embedded metric format"), and its limits of targets. */
const specification = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      properties: {
        Timestamp: { type: 'integer' },
        CloudWatchMetrics: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            additionalProperties: false,
            properties: {
              Namespace: { type: 'string', minLength: 1, maxLength: 1024 },
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: { type: 'array', maxItems: 30, items: { type: 'string', minLength: 1, maxLength: 250 } },
              },
              Metrics: {
                type: 'array',
                minItems: 1,
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name'],
                  additionalProperties: false,
                  properties: {
                    Name: { type: 'string', minLength: 1, maxLength: 1024 },
                    Unit: { enum: ['Seconds', 'Bytes', 'Count', 'None'] },
                    StorageResolution: { enum: [1, 60] },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  // The other members are dimensions, numbers, and distributions as CloudWatch's own agent writes them.
  additionalProperties: {
    anyOf: [
      { type: 'string', minLength: 1, maxLength: 1024 },
      { type: 'number' },
      {
        type: 'object',
        required: ['Values', 'Counts', 'Max', 'Min', 'Count', 'Sum'],
        properties: {
          Values: { type: 'array', minItems: 1, maxItems: 100, items: { type: 'number' } },
          Counts: { type: 'array', minItems: 1, maxItems: 100, items: { type: 'number', exclusiveMinimum: 0 } },
        },
      },
    ],
  },
};

const gateway = 'shop/edge';

async function tell(by: 'put' | 'emf', namespace: string): Promise<void> {
  const metrics: Metrics = await startMetrics({
    cluster: 'prod-eu',
    prometheus: false,
    otlp: null,
    cloudWatch: { by, profile: 'all', namespace, topRoutes: 200, spoolFolder: null },
    report: (line) => expect.unreachable(line),
  });
  for (let route = 0; route < 120; route += 1) {
    const of = { gateway, route: `shop/r${route}` };
    metrics.add('route.requests', 7 + route, { ...of, class: '2xx', by: 'upstream', cause: 'none' });
    metrics.add('route.requests', route, { ...of, class: '5xx', by: 'gateway', cause: 'timeout' });
    for (let ms = 1; ms < 2 ** 30; ms *= 1.15) metrics.record('route.latency', ms / 1e3, of);
  }
  metrics.add('gateway.requests', 1234, { gateway, class: '2xx', by: 'upstream', cause: 'none' });
  metrics.set('gateway.pods', 3, { gateway, pod: 'serving' });
  metrics.set('gateway.pods', 1, { gateway, pod: 'empty' });
  await metrics.stop();
}

function sumsOf(lines: readonly JsonObject[]): Sums {
  const sums: Record<string, { sum: number; count: number }> = {};
  for (const line of lines) {
    const [directive] = asList(asObject(line._aws).CloudWatchMetrics).map(asObject);
    const names = asTexts(asList(directive?.Dimensions)[0]);
    const dimensions = names.map((name) => `${name}=${asText(line[name])}`).sort();
    for (const { Name } of asList(directive?.Metrics).map(asObject)) {
      const target = line[String(Name)];
      const { Values, Counts, Sum, Count } = asObject(target);
      const [values, counts] = typeof target === 'number' ? [[target], [1]] : [asList(Values), asList(Counts)];
      const sum = values.reduce<number>((all, value, at) => all + Number(value) * Number(counts[at]), 0);
      const count = counts.reduce<number>((all, one) => all + Number(one), 0);
      if (typeof target !== 'number') expect([Sum, Count, values.length]).toEqual([sum, count, counts.length]);
      const key = `${Name} ${dimensions.join(' ')}`;
      const before = sums[key] ?? { sum: 0, count: 0 };
      sums[key] = { sum: before.sum + sum, count: before.count + count };
    }
  }
  return sums;
}

describe('the embedded metric format on stdout', { timeout: 120_000 }, () => {
  it('has the shape of its specification, and the sums that PutMetricData has', async () => {
    const written: string[] = [];
    const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    try {
      await tell('emf', 'by-emf');
    } finally {
      stdout.mockRestore();
    }
    const texts = written.join('').trimEnd().split('\n');
    const holds = new Ajv({ allErrors: true, strictTypes: false }).compile(specification);
    const lines = texts.map((text) => asObject(JSON.parse(text)));
    for (const [at, line] of lines.entries()) {
      expect([holds(line), holds.errors, texts[at]]).toEqual([true, null, texts[at]]);
      const [directive] = asList(asObject(line._aws).CloudWatchMetrics).map(asObject);
      const targets = asList(directive?.Metrics).map((one) => String(asObject(one).Name));
      for (const name of [...targets, ...asTexts(asList(directive?.Dimensions)[0])])
        expect(line).toHaveProperty([name]);
      expect(new Set(targets).size).toBe(targets.length);
      // What CloudWatch Logs takes of one event.
      expect(Buffer.byteLength(texts[at] ?? '')).toBeLessThan(256 * 1024);
    }
    await tell('put', 'by-put');
    const [emf, put] = [sumsOf(lines), await metricSums(client(), 'by-put')];
    expect(Object.keys(emf).sort()).toEqual(Object.keys(put).sort());
    for (const [key, { sum, count }] of Object.entries(put)) {
      // Memory and the like differ from one moment to the next.
      if (key.startsWith('agent.')) continue;
      expect([key, emf[key]?.count]).toEqual([key, count]);
      expect(emf[key]?.sum, key).toBeCloseTo(sum, 3);
    }
    expect(Object.keys(emf).length).toBeGreaterThan(450);
  });
});
