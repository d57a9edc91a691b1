import type { AgentApi } from './api.ts';
import { candidate, decide, leads, type LeaseTimes, settled } from './election.ts';
import { type LeasePlace, readLease, writeLease } from './lease.ts';

/** One agent's part in the election. */
export interface Leadership {
  /** Whether it may act as leader at this moment. */
  readonly leads: () => boolean;
  /** Reads the Lease and does what there is to do; null: all well, else why not, in a person's words. */
  readonly step: () => Promise<string | null>;
  /** Lets the Lease go, so that the next leader need not wait. */
  readonly release: () => Promise<void>;
}

/** Stands for election; nothing happens before the first step. */
export function standForElection(
  api: AgentApi,
  place: LeasePlace,
  me: string,
  times: LeaseTimes,
  now: () => number = () => performance.now(),
): Leadership {
  let state = candidate(me, times);
  return {
    leads: () => leads(state, now()),
    async step() {
      const read = await readLease(api, place);
      if (!read.ok) return `the Lease ${place.namespace}/${place.name} could not be read: ${read.reason}`;
      const decided = decide(state, read.lease, now());
      state = decided.state;
      const { move } = decided;
      if (move.type === 'wait') return null;
      const begun = now();
      const outcome = await writeLease(api, place, me, times, move.type === 'create' ? null : move);
      state = settled(state, outcome, begun);
      return outcome === 'failed' ? `the Lease ${place.namespace}/${place.name} could not be written` : null;
    },
    async release() {
      if (!leads(state, now())) return;
      const read = await readLease(api, place);
      state = settled(state, 'conflict', now());
      if (read.ok && read.lease?.holder === me) await writeLease(api, place, '', { durationMs: 1000 }, read.lease);
    },
  };
}
