import { emptyHarvest, type Harvest } from '../../snapshot/snapshot.ts';

/** An Envoy of which nothing could be read. */
export function unseen(name: string, reason: string, calls: number): Harvest {
  const gap = {
    missing: `the Envoy at ${name}`,
    reason,
    remedy: 'check the address, and that its admin endpoint can be reached from here',
  };
  return {
    ...emptyHarvest,
    gaps: [gap],
    sources: [{ name, state: 'failed', detail: reason, cost: { calls, bytes: 0 }, trouble: 'not-seen' }],
  };
}
