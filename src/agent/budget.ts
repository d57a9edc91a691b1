/** So many at once, and then one each so often: what is written into a cluster stays little whatever happens there. */
export interface Budget {
  /** Takes one, if there is one. */
  readonly take: (now: number) => boolean;
}

/** A token bucket; `now` is milliseconds of a monotonic clock. */
export function makeBudget(most: number, everyMs: number): Budget {
  let left = most;
  let at: number | null = null;
  return {
    take(now) {
      left = Math.min(most, left + (at === null ? 0 : (now - at) / everyMs));
      at = now;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
