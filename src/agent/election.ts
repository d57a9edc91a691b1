/** The lease as the API server holds it; null: there is none yet. */
export interface HeldLease {
  /** Empty where its last holder let it go. */
  readonly holder: string;
  /** As its holder wrote it: compared, never read as a time, since clocks of machines differ. */
  readonly renewTime: string;
  readonly resourceVersion: string;
  readonly transitions: number;
}

/** How long a lease holds, in milliseconds of one's own clock. */
export interface LeaseTimes {
  /** Others may take a lease that has not moved for so long. */
  readonly durationMs: number;
  /** A holder that could not renew for so long stops acting, before others may begin. */
  readonly giveUpMs: number;
  /** Between two tries. */
  readonly retryMs: number;
}

/** Those of Kubernetes' own controllers, doubled: two periods without a leader are allowed, restless API servers are common. */
export const usualTimes: LeaseTimes = { durationMs: 30_000, giveUpMs: 20_000, retryMs: 5_000 };

/** What one candidate knows. Times are of its own monotonic clock, in milliseconds. */
export interface Candidacy {
  readonly me: string;
  readonly times: LeaseTimes;
  /** The lease as it was last seen to move, and when that was seen. */
  readonly seen: { readonly mark: string; readonly at: number } | null;
  /** When the last write began that the server took; null: not the holder. */
  readonly heldSince: number | null;
}

/** What to write now, if anything. The resource version makes the server refuse it where somebody else was quicker. */
export type LeaseMove =
  | { readonly type: 'wait' }
  | { readonly type: 'create' }
  | { readonly type: 'renew' | 'take'; readonly resourceVersion: string; readonly transitions: number };

/** A candidate that knows nothing yet. */
export function candidate(me: string, times: LeaseTimes): Candidacy {
  return { me, times, seen: null, heldSince: null };
}

/** Whether it may act as leader at this moment: it must ask again before each act, for a process can be stopped for a while. */
export function leads({ heldSince, times }: Candidacy, now: number): boolean {
  return heldSince !== null && now - heldSince < times.giveUpMs;
}

/**
 * What a candidate does with the lease it just read. A lease of another is taken only after it did not move for the whole
 * duration on one's own clock, whatever times stand in it: as client-go does, so that clock skew means nothing.
 */
export function decide(
  state: Candidacy,
  lease: HeldLease | null,
  now: number,
): { readonly state: Candidacy; readonly move: LeaseMove } {
  if (lease === null) return { state: { ...state, seen: null, heldSince: null }, move: { type: 'create' } };
  const { resourceVersion, transitions } = lease;
  if (lease.holder === state.me) return { state, move: { type: 'renew', resourceVersion, transitions } };
  const mark = `${lease.holder} ${lease.renewTime} ${resourceVersion}`;
  const seen = state.seen?.mark === mark ? state.seen : { mark, at: now };
  const next: Candidacy = { ...state, seen, heldSince: null };
  const free = lease.holder === '' || now - seen.at >= state.times.durationMs;
  return {
    state: next,
    move: free ? { type: 'take', resourceVersion, transitions: transitions + 1 } : { type: 'wait' },
  };
}

/**
 * What the write came to; `begun` is the moment before it was sent. A conflict means that another wrote: leadership is
 * lost at once. A write that merely failed leaves what was held until it runs out.
 */
export function settled(state: Candidacy, outcome: 'written' | 'conflict' | 'failed', begun: number): Candidacy {
  if (outcome === 'written') return { ...state, seen: null, heldSince: begun };
  return outcome === 'conflict' ? { ...state, heldSince: null } : state;
}
