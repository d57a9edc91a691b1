/**
 * A share of requests. A request draws one random number on each pass, and each share looks at it modulo its own denominator: seen
 * on 1.36.2 and 1.40.0, where two routes of 50 % leave nothing for the second (`runtime_fraction`).
 */
export interface Chance {
  readonly below: number;
  /** 100, 10,000 or 1,000,000: each divides the next. */
  readonly of: number;
}

const largest = 1_000_000;

/** A number from 0 to below 1,000,000 that lies as asked in each share; null: there is none. */
export function drawnNumber(asked: readonly (Chance & { readonly wanted: boolean })[]): number | null {
  const range = (of: number): readonly [from: number, to: number] => {
    let [from, to] = [0, of];
    for (const { below, wanted, of: own } of asked) {
      if (own !== of) continue;
      if (wanted) to = Math.min(to, below);
      else from = Math.max(from, below);
    }
    return [from, to];
  };
  const [hundreds, thousands, millions] = [range(100), range(10_000), range(largest)];
  for (let last = hundreds[0]; last < hundreds[1]; last += 1) {
    for (let middle = firstFrom(thousands[0], last, 100); middle < thousands[1]; middle += 100) {
      const number = firstFrom(millions[0], middle, 10_000);
      if (number < millions[1]) return number;
    }
  }
  return null;
}

/** The first number from `from` on that leaves this rest. */
function firstFrom(from: number, rest: number, modulo: number): number {
  const below = from - (from % modulo) + rest;
  return below >= from ? below : below + modulo;
}

/** Whether a number lies in a share. */
export function isIn(number: number, { below, of }: Chance): boolean {
  return number % of < below;
}
