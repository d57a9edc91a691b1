import type { Gap, Seen } from '../../snapshot/coverage.ts';
import type { StatsRead, StatsReads } from '../../snapshot/envoy/view.ts';
import type { Evidence } from '../../snapshot/evidence.ts';

/** How a counter moved between the first and the last reading. */
export interface Growth {
  readonly from: number;
  readonly to: number;
  /** Seconds between the two readings. */
  readonly seconds: number;
  readonly evidence: readonly [Evidence, Evidence];
}

/** A counter or gauge as it was read, and where it stands. */
export interface Reading {
  readonly value: number;
  readonly evidence: Evidence;
}

/** A counter or gauge in one reading; null where it is not in it. */
export function readStat(read: StatsRead, name: string): Reading | null {
  const stat = read.values.get(name);
  return stat ? { value: stat.value, evidence: statEvidence(read, name) } : null;
}

/** The last reading of a counter or gauge, with where it stands; null where it was not read. */
export function lastStat(stats: Seen<StatsReads>, name: string): Reading | null {
  const read = stats.state === 'not-read' ? undefined : stats.value.at(-1);
  return read ? readStat(read, name) : null;
}

/**
 * How far a counter grew between the first and the last reading. Null where there was only one reading, no time between
 * them, or Envoy restarted in between (a counter or `server.uptime` went back): then there is no rate to speak of.
 * A counter that the first reading lacks counts from 0: `usedonly` leaves out counters that never moved.
 */
export function growth(stats: Seen<StatsReads>, name: string): Growth | null {
  if (stats.state === 'not-read' || stats.value.length < 2) return null;
  const first = stats.value[0];
  const last = stats.value.at(-1);
  if (!last || restarted(first, last)) return null;
  const seconds = (Date.parse(last.at) - Date.parse(first.at)) / 1000;
  const to = last.values.get(name);
  if (!to || !(seconds > 0)) return null;
  const from = first.values.get(name)?.value ?? 0;
  if (to.value < from) return null;
  const before = first.values.has(name) ? statEvidence(first, name) : statEvidence(first, 'server.uptime');
  return { from, to: to.value, seconds, evidence: [before, statEvidence(last, name)] };
}

/** Why no rate of these counters of an Envoy can be told: they were not read, or have counted in a single reading; else null. */
export function unratedGap(
  { stats, label }: { readonly stats: Seen<StatsReads>; readonly label: string },
  names: readonly string[],
): Gap | null {
  if (stats.state === 'not-read') return stats.gap;
  if (!names.some((name) => (lastStat(stats, name)?.value ?? 0) > 0 && growth(stats, name) === null)) return null;
  return {
    missing: `a second reading of the counters of ${label}`,
    reason: 'one reading says that it happened once, not that it happens now',
    remedy: 'read the Envoy itself with --admin, or give --stats twice',
  };
}

/** True when two readings lie before and after a restart of Envoy. */
export function restarted(first: StatsRead, last: StatsRead): boolean {
  const before = first.values.get('server.uptime')?.value ?? 0;
  const after = last.values.get('server.uptime')?.value ?? before;
  return after < before;
}

function statEvidence(read: StatsRead, name: string): Evidence {
  const stat = read.values.get(name);
  return {
    source: 'stats',
    document: stat?.document ?? read.document,
    pointer: stat?.pointer ?? '',
    value: stat?.value ?? null,
    note: name,
  };
}
