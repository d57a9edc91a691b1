import type { RouteTally, Traffic, TrafficClass } from '../../../traffic/traffic.ts';

/** Fewer answers than these tell no quantile: those of the time before stand in. */
const leastForQuantiles = 50;

/** The traffic of two times, one after the other, as one: counts are added up, quantiles are the newer ones where they are of enough requests. */
export function joined(older: Traffic, newer: Traffic): Traffic {
  if (older.requests === 0) return newer;
  if (newer.requests === 0) return older;
  const classes = byKey(older.classes, classKey);
  for (const one of newer.classes) {
    const before = classes.get(classKey(one));
    classes.set(classKey(one), before ? joinedClass(before, one) : one);
  }
  const routes = byKey(older.routes, ({ label }) => label);
  for (const one of newer.routes) {
    const before = routes.get(one.label);
    routes.set(one.label, before ? joinedRoute(before, one) : one);
  }
  const [first, last] = [older.covered ?? newer.covered, newer.covered ?? older.covered];
  return {
    requests: older.requests + newer.requests,
    bytes: older.bytes + newer.bytes,
    failed: older.failed + newer.failed,
    covered: first && last && { from: Math.min(first.from, last.from), to: Math.max(first.to, last.to) },
    byStatusFlag: joinedEndings(older, newer),
    classes: [...classes.values()].sort((one, other) => other.count - one.count),
    rates: newer.rates ?? older.rates,
    routes: [...routes.values()],
    spans: [],
  };
}

/** What tells a class from all others of a gateway. */
export function classKey(one: TrafficClass): string {
  const { hop, status, flag, by, details, method, path, virtualHost, routes, otherCluster } = one;
  return [hop, status, flag, by, details, method, path, virtualHost, routes.join(' | '), otherCluster].join(' ');
}

function byKey<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T> {
  return new Map(items.map((one) => [keyOf(one), one]));
}

function joinedClass(older: TrafficClass, newer: TrafficClass): TrafficClass {
  const { p50Ms, p90Ms, p99Ms } = newer.count >= leastForQuantiles ? newer : older;
  return {
    ...newer,
    ...{ p50Ms, p90Ms, p99Ms },
    count: older.count + newer.count,
    bytes: older.bytes + newer.bytes,
    firstSeen: older.firstSeen ?? newer.firstSeen,
    lastSeen: newer.lastSeen ?? older.lastSeen,
    samples: [...newer.samples, ...older.samples],
    traceIds: newer.traceIds.length > 0 ? newer.traceIds : older.traceIds,
    example: newer.example ?? older.example,
  };
}

function joinedRoute(older: RouteTally, newer: RouteTally): RouteTally {
  const { p50Ms, p99Ms } = newer.answered >= leastForQuantiles ? newer : older;
  return {
    ...newer,
    ...{ p50Ms, p99Ms },
    requests: older.requests + newer.requests,
    perhaps: older.perhaps + newer.perhaps,
    failed: older.failed + newer.failed,
    left: older.left + newer.left,
    answered: older.answered + newer.answered,
  };
}

function joinedEndings(older: Traffic, newer: Traffic): Traffic['byStatusFlag'] {
  const endings = byKey(older.byStatusFlag, endingKey);
  for (const one of newer.byStatusFlag) {
    const before = endings.get(endingKey(one));
    endings.set(endingKey(one), before ? { ...one, count: before.count + one.count } : one);
  }
  return [...endings.values()].sort((one, other) => other.count - one.count);
}

function endingKey({ listener, status, flag }: Traffic['byStatusFlag'][number]): string {
  return `${listener} ${status} ${flag}`;
}
