import { describe, expect, it } from 'vitest';
import { RouteRecorder } from '../../src/agent/record-routes.ts';
import type { Followed } from '../../src/engine/protocol.ts';
import type { Metrics } from '../../src/export/metrics.ts';

type Routes = Followed['gateways'][number]['routes'];

function turnOf(routes: Routes, more: Partial<Followed['gateways'][number]> = {}): Followed {
  return { gateways: [{ gateway: 'shop/edge', routes, lost: 0, paged: [], ...more }], lines: 0, troubles: [] };
}

function cart(ok: number, failed: number, slow = 0): Routes[number] {
  const endings = [
    { class: '2xx', by: 'upstream', cause: 'none', count: ok },
    { class: '5xx', by: 'gateway', cause: 'timeout', count: failed },
  ] as const;
  const sums = { received: 1, sent: 2, retries: 5, answered: ok + failed, slow };
  return { route: 'shop/cart', endings, durations: [[20, ok]], ...sums };
}

/** What was told, by instrument. */
function sink() {
  const told: Record<string, number> = {};
  const add = (name: string, value: number): void => {
    told[name] = (told[name] ?? 0) + value;
  };
  const metrics: Pick<Metrics, 'add' | 'set' | 'unset' | 'record'> = {
    add,
    set: (name, value) => {
      told[name] = value;
    },
    unset: (name) => {
      delete told[name];
    },
    record: (name) => add(name, 1),
  };
  return { told, metrics };
}

const minute = 60_000;

describe('what followed logs tell', () => {
  it('becomes requests, bytes and latencies of routes', () => {
    const { told, metrics } = sink();
    new RouteRecorder().record(metrics, turnOf([cart(7, 3)], { lost: 4 }), 0);
    expect(told).toMatchObject({
      'route.requests': 10,
      'route.bytes': 3,
      'route.retries': 5,
      'route.latency': 7,
      'gateway.latency': 7,
      'gateway.lost_route': 4,
      'gateway.routes.down': 0,
    });
  });

  it('a route is down from half and twenty failed within five minutes on, and no longer', () => {
    const { told, metrics } = sink();
    const recorder = new RouteRecorder();
    const down = (routes: Routes, at: number): number | undefined => {
      recorder.record(metrics, turnOf(routes, { paged: ['shop/cart'] }), at * minute);
      expect(told['gateway.routes.paged']).toBe(told['gateway.routes.down']);
      return told['gateway.routes.down'];
    };
    expect(down([cart(10, 19)], 0)).toBe(0);
    expect(down([cart(10, 1)], 1)).toBe(1);
    expect(down([cart(1, 0)], 2)).toBe(0);
    expect(down([], 4)).toBe(0);
    expect(down([cart(0, 20)], 6)).toBe(1);
    expect(down([], 10)).toBe(1);
    expect(down([], 11)).toBe(0);
  });

  it('a route whose clients leave before they are answered is not down', () => {
    const { told, metrics } = sink();
    const left = [{ class: 'none', by: 'gateway', cause: 'client-left', count: 90 }] as const;
    new RouteRecorder().record(metrics, turnOf([{ ...cart(0, 0), endings: left }]), 0);
    expect(told['route.requests']).toBe(90);
    expect(told['gateway.routes.down']).toBe(0);
  });

  it('a route is slow where more than one of a hundred is near its time-out, of 500 within half an hour', () => {
    const { told, metrics } = sink();
    const recorder = new RouteRecorder();
    recorder.record(metrics, turnOf([cart(499, 0, 400)]), 0);
    expect(told['gateway.routes.slow']).toBe(0);
    recorder.record(metrics, turnOf([cart(1, 0)]), 29 * minute);
    expect(told['gateway.routes.slow']).toBe(1);
    recorder.record(metrics, turnOf([cart(600, 0, 6)]), 31 * minute);
    expect(told['gateway.routes.slow']).toBe(0);
  });

  it('what no route took, and what may be of several, is no route that is down', () => {
    const { told, metrics } = sink();
    new RouteRecorder().record(metrics, turnOf([{ ...cart(0, 90), route: 'other' }]), 0);
    expect(told['gateway.routes.down']).toBe(0);
  });

  it('is taken back with its gateway', () => {
    const { told, metrics } = sink();
    const recorder = new RouteRecorder();
    recorder.record(metrics, turnOf([cart(0, 90)]), 0);
    recorder.record(metrics, { gateways: [], lines: 0, troubles: [] }, minute);
    expect(told['gateway.routes.down']).toBeUndefined();
  });
});
