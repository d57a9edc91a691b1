import { groupBy } from '../../lib/memo.ts';
import type { StatsRead, StatsReads, StatValue } from './view.ts';

/**
 * Puts readings of stats in order of time, oldest first. Pages of the same instant are one reading (counters and gauges may be
 * asked for apart). A page without a single number (`type=TextReadouts`) is no reading, unless it is all there is.
 */
export function orderReads(pages: readonly StatsRead[]): StatsReads | null {
  const counted = pages.filter(({ values }) => values.size > 0);
  const byTime = [...groupBy(counted.length > 0 ? counted : pages.slice(0, 1), ({ at }) => at).values()].map(joinReads);
  byTime.sort((left, right) => compareTimes(left.at, right.at));
  const [first, ...rest] = byTime;
  return first ? [first, ...rest] : null;
}

function joinReads(pages: readonly StatsRead[]): StatsRead {
  const [first, ...rest] = pages;
  if (!first) return { document: '', at: '', values: new Map() };
  if (rest.length === 0) return first;
  const values = new Map<string, StatValue>(first.values);
  for (const page of rest) for (const [name, value] of page.values) values.set(name, value);
  return { ...first, values };
}

function compareTimes(left: string, right: string): number {
  return Date.parse(left) - Date.parse(right) || (left < right ? -1 : left > right ? 1 : 0);
}
