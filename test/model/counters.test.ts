import { describe, expect, it } from 'vitest';
import { growth, lastStat } from '../../src/model/envoy/counters.ts';
import type { Seen } from '../../src/snapshot/coverage.ts';
import type { StatsRead, StatsReads } from '../../src/snapshot/envoy/view.ts';

function read(at: string, values: Record<string, number>): StatsRead {
  const entries = Object.entries(values).map(
    ([name, value], index) => [name, { value, pointer: `/stats/${index}/value` }] as const,
  );
  return { document: `stats-${at}`, at: `2026-06-01T12:00:${at}Z`, values: new Map(entries) };
}

function reads(first: StatsRead, ...rest: StatsRead[]): Seen<StatsReads> {
  return { state: 'listed', value: [first, ...rest] };
}

const failures = 'cluster.cart.upstream_cx_connect_fail';

describe('counters', () => {
  it('grow between two readings', () => {
    const stats = reads(
      read('00', { 'server.uptime': 10, [failures]: 3 }),
      read('05', { 'server.uptime': 15, [failures]: 33 }),
    );
    expect(growth(stats, failures)).toMatchObject({ from: 3, to: 33, seconds: 5 });
  });

  it('count from 0 where the first reading did not have them: usedonly leaves out what never moved', () => {
    const stats = reads(read('00', { 'server.uptime': 10 }), read('05', { 'server.uptime': 15, [failures]: 4 }));
    expect(growth(stats, failures)).toMatchObject({ from: 0, to: 4 });
  });

  it.each([
    ['one reading', reads(read('00', { [failures]: 9 }))],
    [
      'a restart in between',
      reads(read('00', { 'server.uptime': 99, [failures]: 1 }), read('05', { 'server.uptime': 2, [failures]: 9 })),
    ],
    ['a counter that went back', reads(read('00', { [failures]: 9 }), read('05', { [failures]: 1 }))],
    ['no time between', reads(read('05', { [failures]: 1 }), read('05', { [failures]: 9 }))],
    [
      'nothing read',
      { state: 'not-read', gap: { missing: 'stats', reason: 'no', remedy: null } } satisfies Seen<StatsReads>,
    ],
  ])('%s makes no rate', (_, stats) => expect(growth(stats, failures)).toBeNull());

  it('shows the last reading, and where it stands', () => {
    const stats = reads(read('00', { [failures]: 1 }), read('05', { 'server.uptime': 1, [failures]: 7 }));
    expect(lastStat(stats, failures)).toMatchObject({
      value: 7,
      evidence: { document: 'stats-05', pointer: '/stats/1/value' },
    });
    expect(lastStat(stats, 'absent')).toBeNull();
  });
});
