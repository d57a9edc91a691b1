import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growthOf, sharesOf } from '../../src/agent/deltas.ts';
import { makeTally } from '../../src/agent/tally.ts';
import type { EnvoyNumbers, PodMeasure } from '../../src/diagnose/measured.ts';

const start = Date.parse('2026-11-27T00:00:00Z');
const read = (second: number, uptime: number, counters: Readonly<Record<string, number>>): EnvoyNumbers => ({
  at: new Date(start + second * 1000).toISOString(),
  uptime,
  counters,
  connections: 0,
  connected: null,
  clusters: 0,
  targets: [],
});
const pod = (key: string, numbers: EnvoyNumbers | null): PodMeasure => ({
  gateway: 'shop/edge',
  key,
  node: 'n',
  use: numbers ? 'serving' : 'unseen',
  read: numbers,
  certificates: [],
  configuredAt: null,
});
const total = (grown: ReturnType<ReturnType<typeof makeTally>['count']>) =>
  grown.reduce((sum, { growth }) => sum + (growth['rq 2xx'] ?? 0), 0);

describe('what grew', () => {
  it('is the difference, and a counter that was not there was 0', () => {
    const before = read(0, 100, { 'rq 2xx': 5 });
    expect(growthOf(before, read(60, 160, { 'rq 2xx': 9, 'rq 5xx': 2 }))).toEqual({ 'rq 2xx': 4, 'rq 5xx': 2 });
  });

  it.each([
    ['its uptime went back', 30],
    ['its uptime is beyond the former one, but a counter went back', 500],
  ])('is everything where Envoy began anew: %s', (_, uptime) => {
    const before = read(0, 100, { 'rq 2xx': 50, 'rq 5xx': 1 });
    expect(growthOf(before, read(600, uptime, { 'rq 2xx': 70 }))).toEqual({ 'rq 2xx': 70 });
  });
});

describe('requests by class, by whom and why', () => {
  it('tells the gateway apart as far as counters do', () => {
    const growth = {
      'rq total': 30,
      'rq 2xx': 10,
      'rq 4xx': 8,
      'rq 5xx': 9,
      'rq reset': 5,
      'no-route': 6,
      'cause no-cluster': 2,
      'cause timeout': 4,
    };
    expect(sharesOf(growth)).toEqual([
      { class: '2xx', by: 'upstream', cause: 'none', count: 10 },
      { class: '4xx', by: 'gateway', cause: 'no-route', count: 6 },
      { class: '4xx', by: 'upstream', cause: 'none', count: 2 },
      { class: '5xx', by: 'gateway', cause: 'no-cluster', count: 2 },
      { class: '5xx', by: 'gateway', cause: 'timeout', count: 4 },
      { class: '5xx', by: 'upstream', cause: 'none', count: 3 },
      { class: 'none', by: 'gateway', cause: 'client-left', count: 3 },
    ]);
  });

  it('sums by class to what Envoy counted, whatever the reasons say', () => {
    const names = [
      'rq 2xx',
      'rq 3xx',
      'rq 4xx',
      'rq 5xx',
      'no-route',
      'cause timeout',
      'cause overflow',
      'cause upstream-reset',
    ];
    const any = fc.record(Object.fromEntries(names.map((name) => [name, fc.nat(50)])));
    fc.assert(
      fc.property(any, (growth) => {
        for (const of of ['2xx', '3xx', '4xx', '5xx'] as const) {
          const sum = sharesOf(growth)
            .filter((share) => share.class === of)
            .reduce((all, { count }) => all + count, 0);
          expect(sum).toBe(growth[`rq ${of}`]);
        }
      }),
    );
  });
});

describe('the tally', () => {
  it('begins with the first reading of an Envoy that ran before', () => {
    const tally = makeTally();
    expect(total(tally.count([pod('a', read(0, 9000, { 'rq 2xx': 1000 }))], true))).toBe(0);
    expect(total(tally.count([pod('a', read(60, 9060, { 'rq 2xx': 1007 }))], true))).toBe(7);
  });

  it('counts a new pod of a gateway it looked at from the beginning', () => {
    const tally = makeTally();
    const old = (second: number) => pod('a', read(second, 9000 + second, { 'rq 2xx': 5 }));
    tally.count([old(0)], true);
    expect(total(tally.count([old(60), pod('b', read(60, 20, { 'rq 2xx': 11 }))], true))).toBe(11);
    expect(total(tally.count([old(120), pod('c', read(120, 5000, { 'rq 2xx': 99 }))], true))).toBe(0);
  });

  it('counts the same reading once: an Envoy that rests says what it said', () => {
    const tally = makeTally();
    tally.count([pod('a', read(0, 10, { 'rq 2xx': 1 }))], true);
    tally.count([pod('a', read(60, 70, { 'rq 2xx': 4 }))], true);
    expect(total(tally.count([pod('a', read(60, 70, { 'rq 2xx': 4 }))], true))).toBe(0);
  });

  it('loses nothing while pods cannot be listed, or one is not read', () => {
    const tally = makeTally();
    tally.count([pod('a', read(0, 10, { 'rq 2xx': 1 }))], true);
    tally.count([], false);
    tally.count([pod('a', null)], true);
    expect(total(tally.count([pod('a', read(300, 310, { 'rq 2xx': 50 }))], true))).toBe(49);
  });

  it('does not count what another agent counted meanwhile: a gateway that came back begins anew', () => {
    const tally = makeTally();
    tally.count([pod('a', read(0, 100, { 'rq 2xx': 1 }))], true);
    tally.count([], true);
    expect(total(tally.count([pod('a', read(300, 400, { 'rq 2xx': 50 }))], true))).toBe(0);
  });

  it('equals what the Envoys counted, through restarts and lost looks', () => {
    const step = fc.record({ served: fc.nat(9), restarts: fc.boolean(), read: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tally = makeTally();
        let [second, uptime, counter, lost, served, sum] = [0, 100, 0, 0, 0, 0];
        let unread = 0;
        tally.count([pod('a', read(second, uptime, { 'rq 2xx': counter }))], true);
        for (const one of steps) {
          second += 60;
          uptime += 60;
          if (one.restarts) {
            lost += unread;
            [uptime, counter, unread] = [1, 0, 0];
          }
          counter += one.served;
          served += one.served;
          unread += one.served;
          if (!one.read) continue;
          sum += total(tally.count([pod('a', read(second, uptime, { 'rq 2xx': counter }))], true));
          unread = 0;
        }
        // What was served after the last reading and lost with its process is the only loss; a process that served more than
        // its predecessor and lived as long is taken for it.
        expect(sum + unread + lost).toBeLessThanOrEqual(served);
        if (!steps.some(({ restarts }) => restarts)) expect(sum + unread).toBe(served);
      }),
    );
  });
});
