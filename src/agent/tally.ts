import type { EnvoyNumbers, PodMeasure } from '../diagnose/measured.ts';
import { type Growth, growthOf } from './deltas.ts';

/** Keeps the last reading of each Envoy, and tells what grew. */
export interface Tally {
  /**
   * What the counters of each pod grew by since its last reading. `mine`: the pods this agent counts; `complete`: they are all
   * of them, and what is not among them is gone.
   */
  readonly count: (
    mine: readonly PodMeasure[],
    complete: boolean,
  ) => readonly { readonly pod: PodMeasure; readonly growth: Growth }[];
}

/**
 * A pod that is seen for the first time was counted by nobody knows whom: its reading is where counting begins. But one that
 * began after this agent's last look at the same gateway is counted from its own beginning.
 */
export function makeTally(): Tally {
  const last = new Map<string, { readonly gateway: string; readonly read: EnvoyNumbers }>();
  const lookedAt = new Map<string, number>();
  return {
    count(mine, complete) {
      const grown = mine.flatMap((pod) => {
        const { read } = pod;
        if (!read) return [];
        const before = last.get(pod.key)?.read;
        if (before?.at === read.at) return [];
        last.set(pod.key, { gateway: pod.gateway, read });
        if (before) return [{ pod, growth: growthOf(before, read) }];
        const since = lookedAt.get(pod.gateway);
        const began = Date.parse(read.at) - read.uptime * 1000;
        return since !== undefined && began > since ? [{ pod, growth: growthOf(nothing, read) }] : [];
      });
      if (complete) forget(mine);
      for (const { gateway, read } of mine) {
        if (read) lookedAt.set(gateway, Math.max(lookedAt.get(gateway) ?? 0, Date.parse(read.at)));
      }
      return grown;
    },
  };
  function forget(mine: readonly PodMeasure[]): void {
    const keys = new Set(mine.map(({ key }) => key));
    const gateways = new Set(mine.map(({ gateway }) => gateway));
    // A pod that was merely not read this time is in the list, unseen; one that is gone, or another agent's now, is not.
    for (const key of last.keys()) if (!keys.has(key)) last.delete(key);
    for (const gateway of lookedAt.keys()) if (!gateways.has(gateway)) lookedAt.delete(gateway);
  }
}

const nothing: EnvoyNumbers = {
  at: '',
  uptime: 0,
  counters: {},
  connections: 0,
  connected: null,
  clusters: 0,
  targets: [],
};
