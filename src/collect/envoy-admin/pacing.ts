import type { AdminPath } from './paths.ts';

/** How Envoys are read that are read again and again. */
export interface ReadingPace {
  /** No call is made that is expected to block an Envoy for longer; null: any is. */
  readonly maxCallMs: number | null;
  /** Without what only rules need and each reading must ask for anew. */
  readonly light: boolean;
  /** A person asks: one that must rest is asked too. */
  readonly atOnce?: boolean;
  /** A person looks on: one that rests is asked whether it is still the same, and read at once where it is not. */
  readonly peeks?: boolean;
}

/** What no call may take of an Envoy: a list that would is asked for in parts, with rests between, or not at all. */
export interface CallLimit {
  readonly maxCallMs: number;
  /** How many clusters it has, as far as is known. */
  readonly clusters: number;
}

/** What one Envoy bears, as far as it is known. Times are milliseconds of a monotonic clock. */
export interface Pace {
  /** It is not asked again before. */
  readonly restUntil: number;
  /** 1: well; doubled each time its `/ready` came slowly. */
  readonly slowdown: number;
  /** The quickest `/ready` that was seen, in ms. */
  readonly usualReadyMs: number;
}

/** How one is read that nothing is known of. */
export const unknownPace: Pace = { restUntil: 0, slowdown: 1, usualReadyMs: Number.POSITIVE_INFINITY };

/** A reader takes at most half a per cent of an Envoy's main thread. */
const restFactor = 200;
const mostSlowdown = 4;
/** Quicker than this is quick, whatever is usual. */
export const quickMs = 50;
/** So much slower than usual is slow. */
const slower = 10;
const slowRestMs = 15_000;

/** Whether an Envoy has rested long enough. */
export function hasRested({ restUntil }: Pace, now: number): boolean {
  return now >= restUntil;
}

/** No call costs less of an Envoy. */
const leastMs = 0.2;

/** What calls took of an Envoy: the way there and back is no work of its own, and `/ready` is nothing but that. */
export function spentMs(callsMs: readonly number[], readyMs: number): number {
  const whole = callsMs.reduce((sum, ms) => sum + ms, 0);
  return Math.max(callsMs.length * leastMs, whole - callsMs.length * readyMs);
}

/** What a reading teaches: all its calls together took `spentMs`, `/ready` among them `readyMs`. */
export function paceAfter(pace: Pace, spentMs: number, readyMs: number, now: number): Pace {
  const slow = readyMs > Math.max(quickMs, slower * pace.usualReadyMs);
  const slowdown = slow ? Math.min(mostSlowdown, pace.slowdown * 2) : Math.max(1, pace.slowdown / 2);
  const rest = restFactor * spentMs * slowdown;
  return {
    restUntil: now + Math.max(rest, slowdown > 1 ? slowRestMs * slowdown : 0),
    slowdown,
    usualReadyMs: Math.min(pace.usualReadyMs, readyMs),
  };
}

/** What a small call teaches while an Envoy rests: it rests so much longer. */
export function paceAfterPeek(pace: Pace, spentMs: number): Pace {
  return { ...pace, restUntil: pace.restUntil + restFactor * spentMs };
}

/** Microseconds that a page takes for each cluster of an Envoy; measured on 1.40.0 with 1,000 and 10,000 clusters, routes alike. */
const microseconds: readonly (readonly [page: string, each: number])[] = [
  ['/config_dump?resource=dynamic_active_clusters', 190],
  ['/config_dump?resource=static_clusters', 190],
  ['/config_dump?resource=dynamic_warming_clusters', 10],
  ['/config_dump?resource=dynamic_endpoint_configs', 130],
  ['/config_dump?resource=static_endpoint_configs', 130],
  ['/config_dump?resource=dynamic_route_configs', 45],
  ['/config_dump?resource=static_route_configs', 45],
  ['/config_dump?resource=', 5],
  ['/config_dump?include_eds', 400],
  ['/clusters', 90],
  ['/stats?format=json&usedonly', 80],
  ['/stats?format=json&type=TextReadouts', 6],
  ['/stats', 25],
];

/** Microseconds for each cluster whose name `name_regex` does not take; 1.40.0 with 10,000 of them. */
const passedOver = 3;

/** Milliseconds expected of a page of which `name_regex` takes only so many resources. */
export function partMs(path: AdminPath, named: number, clusters: number): number {
  return (eachOf(path) * named + passedOver * clusters) / 1000;
}

/**
 * A call that shows of a table of routes its name alone: microseconds for each route (as many as clusters, at most), and how
 * many times as long the whole takes; 1.36.2 and 1.40.0 with tables of 5,000: 2.8 to 3.5 times.
 */
const shownByName = 10;
const wholeTable = 3.5;

/** Milliseconds of a call that shows the names of tables of routes, and of the whole that `ms` of such a call foretell. */
export const tablesMs = {
  expected: (clusters: number): number => (shownByName * clusters) / 1000,
  whole: (ms: number): number => wholeTable * ms,
} as const;

/** Parts are cut smaller than they may be: what a call takes varies. */
const aimedAt = 2 / 3;

/** How many of a page's resources `name_regex` may take where the call is not to block longer than that; below 1: none. */
export function mostInPart(path: AdminPath, { maxCallMs, clusters }: CallLimit): number {
  return Math.floor((aimedAt * maxCallMs * 1000 - passedOver * clusters) / eachOf(path));
}

/** A call that is expected to be quicker tells nothing of how slow a machine is. */
const tellingMs = 20;

/** How many times as long as expected an Envoy takes, as far as its calls have told; never below 1. */
export function slownessAfter(
  slowness: number,
  { ms, expected }: { readonly ms: number; readonly expected: number },
): number {
  return expected < tellingMs ? slowness : Math.max(slowness, ms / expected);
}

/** Milliseconds for which a page is expected to block the main thread of an Envoy with so many clusters. */
export function expectedMs(path: AdminPath, clusters: number): number {
  return (eachOf(path) * clusters) / 1000;
}

function eachOf(path: AdminPath): number {
  return microseconds.find(([page]) => path.startsWith(page))?.[1] ?? 0;
}

/** Why a page must not be asked for; null: it may be. */
export function tooLong(
  path: AdminPath,
  { maxCallMs, clusters, slowness = 1 }: CallLimit & { readonly slowness?: number },
): string | null {
  const expected = expectedMs(path, clusters) * slowness;
  if (expected <= maxCallMs) return null;
  return `not asked for: it would block Envoy's main thread for about ${Math.round(expected)} ms (--max-call ${maxCallMs}ms)`;
}
