import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expectedMs,
  hasRested,
  mostInPart,
  paceAfter,
  partMs,
  slownessAfter,
  tooLong,
  unknownPace,
} from '../../../src/collect/envoy-admin/pacing.ts';

describe('the pace', () => {
  it('rests two hundred times as long as a reading took', () => {
    const pace = paceAfter(unknownPace, 100, 1, 1000);
    expect(hasRested(unknownPace, 0)).toBe(true);
    expect(hasRested(pace, 1000 + 19_999)).toBe(false);
    expect(hasRested(pace, 1000 + 20_000)).toBe(true);
  });

  it('never takes more than half a per cent, however readings go', () => {
    const reading = fc.record({ spent: fc.integer({ min: 1, max: 3000 }), ready: fc.integer({ min: 1, max: 3000 }) });
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 60 }), (readings) => {
        let now = 0;
        let spent = 0;
        let pace = unknownPace;
        for (const one of readings) {
          now = Math.max(now, pace.restUntil) + one.spent;
          spent += one.spent;
          pace = paceAfter(pace, one.spent, one.ready, now);
        }
        expect(spent / pace.restUntil).toBeLessThanOrEqual(0.005);
      }),
    );
  });

  it('backs off while /ready comes slowly, and returns', () => {
    let pace = paceAfter(unknownPace, 10, 2, 0);
    for (const expected of [2, 4, 4]) {
      pace = paceAfter(pace, 10, 900, 0);
      expect(pace.slowdown).toBe(expected);
    }
    expect(pace.restUntil).toBe(60_000);
    for (const expected of [2, 1, 1]) {
      pace = paceAfter(pace, 10, 3, 0);
      expect(pace.slowdown).toBe(expected);
    }
  });

  it('does not take noise of milliseconds for trouble', () => {
    expect(paceAfter(paceAfter(unknownPace, 1, 0.4, 0), 1, 49, 0).slowdown).toBe(1);
  });
});

describe('what a page is expected to take', () => {
  it.each([
    ['/config_dump?resource=dynamic_active_clusters', 10_000, 1900],
    ['/config_dump?resource=dynamic_route_configs', 10_000, 450],
    ['/config_dump?include_eds', 10_000, 4000],
    ['/clusters?format=json', 10_000, 900],
    ['/stats?format=json&type=Counters&usedonly', 10_000, 250],
    ['/stats?format=json&usedonly', 10_000, 800],
    ['/ready', 10_000, 0],
  ] as const)('%s of an Envoy with %i clusters', (path, clusters, ms) => {
    expect(expectedMs(path, clusters)).toBe(ms);
  });
});

describe('an Envoy that is slower than the one that was measured', () => {
  const path = '/config_dump?resource=dynamic_active_clusters';

  it('is known by calls that take long enough to tell', () => {
    expect(slownessAfter(1, { ms: 90, expected: 3 })).toBe(1);
    expect(slownessAfter(1, { ms: 500, expected: 250 })).toBe(2);
    expect(slownessAfter(2, { ms: 100, expected: 250 })).toBe(2);
    expect(slownessAfter(1, { ms: 100, expected: 250 })).toBe(1);
  });

  it('is asked for less at once, and not for what would take too long', () => {
    const clusters = 10_000;
    const most = mostInPart(path, { maxCallMs: 300, clusters });
    const fewer = mostInPart(path, { maxCallMs: 300 / 2, clusters });
    expect(partMs(path, most, clusters)).toBeLessThanOrEqual(200);
    expect(2 * partMs(path, fewer, clusters)).toBeLessThanOrEqual(200);
    expect(tooLong('/config_dump?resource=dynamic_route_configs', { maxCallMs: 300, clusters: 5_000 })).toBeNull();
    expect(
      tooLong('/config_dump?resource=dynamic_route_configs', { maxCallMs: 300, clusters: 5_000, slowness: 2 }),
    ).toContain('about 450 ms');
  });
});
