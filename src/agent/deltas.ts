import type { EnvoyNumbers } from '../diagnose/measured.ts';

/** How far the counters of one Envoy moved since it was read before. */
export type Growth = Readonly<Record<string, number>>;

/**
 * What grew between two readings. Where Envoy began anew in between, everything it counts now grew since; what its former
 * process counted after the last reading is lost with it. A counter that the first reading lacks was 0.
 */
export function growthOf(before: EnvoyNumbers, after: EnvoyNumbers): Growth {
  const grew = (name: string, from: number): number => Math.max(0, (after.counters[name] ?? 0) - from);
  const anew = restarted(before, after);
  return Object.fromEntries(
    Object.keys(after.counters).map((name) => [name, grew(name, anew ? 0 : (before.counters[name] ?? 0))]),
  );
}

/** A counter never goes back while a process lives, and its uptime neither. */
function restarted(before: EnvoyNumbers, after: EnvoyNumbers): boolean {
  if (after.uptime < before.uptime) return true;
  return Object.entries(before.counters).some(([name, value]) => (after.counters[name] ?? 0) < value);
}

/** Requests of one class, by who answered and why. */
export interface RequestShare {
  readonly class: '2xx' | '3xx' | '4xx' | '5xx' | 'none';
  readonly by: 'gateway' | 'upstream';
  readonly cause:
    | 'none'
    | 'no-route'
    | 'no-cluster'
    | 'no-healthy-upstream'
    | 'timeout'
    | 'overflow'
    | 'no-connection'
    | 'upstream-reset'
    | 'client-left';
  readonly count: number;
}

const ending = ['no-cluster', 'no-healthy-upstream', 'overflow', 'timeout', 'no-connection', 'upstream-reset'] as const;

/**
 * Requests by class, by whom and why, as far as counters tell: their sum by class is exactly Envoy's. A 404 without route is
 * the gateway's. An upgrade (101) is told with 2xx. Of the 5xx at most as many are the gateway's as it and its clusters counted
 * reasons: with retries a reason need not have ended its request.
 */
export function sharesOf(growth: Growth): readonly RequestShare[] {
  const of = (name: string): number => growth[name] ?? 0;
  const shares: RequestShare[] = [];
  const tell = (share: RequestShare): number => {
    if (share.count > 0) shares.push(share);
    return share.count;
  };
  tell({ class: '2xx', by: 'upstream', cause: 'none', count: of('rq 1xx') + of('rq 2xx') });
  tell({ class: '3xx', by: 'upstream', cause: 'none', count: of('rq 3xx') });
  const lost = Math.min(of('no-route'), of('rq 4xx'));
  tell({ class: '4xx', by: 'gateway', cause: 'no-route', count: lost });
  tell({ class: '4xx', by: 'upstream', cause: 'none', count: of('rq 4xx') - lost });
  let left = of('rq 5xx');
  for (const cause of ending) {
    left -= tell({ class: '5xx', by: 'gateway', cause, count: Math.min(left, of(`cause ${cause}`)) });
  }
  tell({ class: '5xx', by: 'upstream', cause: 'none', count: left });
  // Some that a client gave up had their answer begun: only so many ended without one as no class counts.
  const answered = shares.reduce((sum, { count }) => sum + count, 0);
  const unanswered = Math.min(of('rq reset'), Math.max(0, of('rq total') - answered));
  tell({ class: 'none', by: 'gateway', cause: 'client-left', count: unanswered });
  return shares;
}
