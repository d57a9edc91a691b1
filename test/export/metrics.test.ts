import { afterEach, describe, expect, it, vi } from 'vitest';
import { instruments } from '../../src/export/catalogue.ts';
import { prometheusName } from '../../src/export/prometheus-name.ts';
import { type Metrics, startMetrics } from '../../src/export/metrics.ts';

let metrics: Metrics | null = null;

async function started(more: { readonly holdMs?: number } = {}): Promise<Metrics> {
  metrics = await startMetrics({
    ...more,
    cluster: 'prod-eu',
    prometheus: true,
    otlp: null,
    cloudWatch: null,
    report: () => {},
  });
  return metrics;
}

afterEach(async () => {
  await metrics?.stop();
  metrics = null;
});

describe('metrics for Prometheus', () => {
  it('are sums, states and explicit buckets by the names of the catalogue', async () => {
    const { add, set, record, prometheusText } = await started();
    for (const count of [3, 4]) {
      add('gateway.requests', count, { gateway: 'shop/edge', class: '5xx', by: 'gateway', cause: 'no-route' });
    }
    set('gateway.pods', 2, { gateway: 'shop/edge', pod: 'serving' });
    set('gateway.pods', 3, { gateway: 'shop/edge', pod: 'serving' });
    record('route.latency', 0.02, { gateway: 'shop/edge', route: 'shop/cart' });
    const lines = (await prometheusText()).split('\n');
    expect(lines).toContain(
      'meshdoctor_gateway_requests_total{gateway="shop/edge",class="5xx",by="gateway",cause="no-route"} 7',
    );
    expect(lines).toContain('meshdoctor_gateway_pods{gateway="shop/edge",pod="serving"} 3');
    expect(lines).toContain(
      'meshdoctor_route_latency_seconds_bucket{gateway="shop/edge",route="shop/cart",le="0.025"} 1',
    );
    expect(lines).toContain('meshdoctor_agent_up 1');
  });

  it('are named with their unit, as collectors name what comes by OTLP', () => {
    expect(prometheusName('gateway.latency')).toBe('meshdoctor_gateway_latency_seconds');
    expect(prometheusName('agent.memory')).toBe('meshdoctor_agent_memory_bytes');
    expect(prometheusName('gateway.bytes')).toBe('meshdoctor_gateway_bytes_total');
    expect(prometheusName('gateway.requests')).toBe('meshdoctor_gateway_requests_total');
    // A gauge of `1` would be a ratio.
    expect(instruments.filter(({ kind, unit }) => kind === 'gauge' && unit === '1')).toEqual([]);
  });

  it('forget a state that was taken back', async () => {
    const { set, unset, prometheusText } = await started();
    set('gateway.look.age', 5, { gateway: 'shop/edge' });
    expect(await prometheusText()).toContain('meshdoctor_gateway_look_age_seconds{gateway="shop/edge"} 5');
    unset('gateway.look.age', { gateway: 'shop/edge' });
    expect(await prometheusText()).not.toContain('gateway_look_age_seconds{');
  });

  it.each([
    [undefined, 5],
    [1_800_000, 30],
  ])('hold a state until it is too old: %s', async (holdMs, minutes) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { set, prometheusText } = await started(holdMs === undefined ? {} : { holdMs });
    set('gateway.look.age', 5, { gateway: 'shop/edge' });
    vi.setSystemTime(Date.now() + minutes * 60_000 - 1000);
    expect(await prometheusText()).toContain('gateway_look_age_seconds{');
    vi.setSystemTime(Date.now() + 2000);
    expect(await prometheusText()).not.toContain('gateway_look_age_seconds{');
    vi.useRealTimers();
  });

  it('hold names alone: what is none is `other`', async () => {
    const { add, prometheusText } = await started();
    const route = '/account/jane@example.com?token=canary';
    add('route.bytes', 1, { gateway: 'shop/edge', route, direction: 'sent' });
    const text = await prometheusText();
    expect(text).not.toContain('canary');
    expect(text).toContain('route="other"');
  });

  it('do not take what the catalogue does not know', async () => {
    const { add } = await started();
    // @ts-expect-error no such instrument
    add('gateway.unheard', 1, {});
    // @ts-expect-error a dimension is missing
    add('gateway.lost_route', 1, {});
    // @ts-expect-error a share is made from what it is a share of
    add('gateway.failed', 1, { gateway: 'shop/edge' });
  });
});
