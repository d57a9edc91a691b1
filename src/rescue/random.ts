/** The same numbers on every machine. */
export type Random = (below: number) => number;

/** A generator of numbers by its seed (a linear congruential one: good enough to vary requests). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
