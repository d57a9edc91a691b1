import { expect, it } from 'vitest';
import { makeClockWatch } from '../../src/agent/clock-watch.ts';
import type { LogLine } from '../../src/agent/log.ts';
import { ToldClock } from '../../src/lib/clock.ts';

it('a clock that is wrong is told once, by how much at every step, and once more when it is right again', () => {
  const lines: LogLine[] = [];
  const told: number[] = [];
  const clock = new ToldClock(() => Date.parse('2026-11-27T10:05:00Z'));
  const check = makeClockWatch(clock, { set: (_, seconds) => told.push(seconds) }, (line) => lines.push(line));
  check();
  for (const date of ['10:05:00', '10:00:00', '10:00:01', '10:05:02']) {
    clock.hear(`Fri, 27 Nov 2026 ${date} GMT`, 0);
    check();
  }
  expect(told).toEqual([0.5, 299.5, 298.5, 2.5]);
  expect(lines.map(({ level, event, aheadSeconds }) => [level, event, aheadSeconds])).toEqual([
    ['warning', 'clock', 300],
    ['info', 'clock', -2],
  ]);
  expect(lines[0]?.reason).toContain('5 min ahead of the API server');
});
