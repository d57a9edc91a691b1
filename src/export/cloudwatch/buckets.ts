import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';

/** PutMetricData takes 150 values a datum: so many buckets, and one for zero. */
export const mostBuckets = 149;

/** Counts by the index of an exponential bucket: (base^index, base^(index + 1)], base 2^(2^-scale). */
export interface Buckets {
  readonly scale: number;
  readonly counts: ReadonlyMap<number, number>;
  readonly zeros: number;
  readonly min: number;
  readonly max: number;
}

/** What OpenTelemetry collected of one distribution; nothing here is negative. */
export function bucketsOf({ scale, positive, zeroCount, min = 0, max = 0 }: ExponentialHistogram): Buckets {
  const counts = new Map<number, number>();
  for (const [index, count] of positive.bucketCounts.entries()) {
    if (count > 0) counts.set(positive.offset + index, count);
  }
  return { scale, counts, zeros: zeroCount, min, max };
}

/** The sum of two distributions, at the finer scale at which it still fits. */
export function addBuckets(left: Buckets, right: Buckets): Buckets {
  const scale = Math.min(left.scale, right.scale);
  const counts = new Map(coarser(left, scale));
  for (const [index, count] of coarser(right, scale)) counts.set(index, (counts.get(index) ?? 0) + count);
  const zeros = left.zeros + right.zeros;
  let sum: Buckets = { scale, counts, zeros, min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) };
  while (sum.counts.size > mostBuckets) sum = { ...sum, scale: sum.scale - 1, counts: coarser(sum, sum.scale - 1) };
  return sum;
}

/** Each bucket as its geometric middle, within what was really seen, and its count; ascending. */
export function valuesOf({ scale, counts, zeros, min, max }: Buckets): { values: number[]; counts: number[] } {
  const sorted = [...counts].sort(([left], [right]) => left - right);
  const values = sorted.map(([index]) => Math.min(max, Math.max(min, 2 ** ((index + 0.5) * 2 ** -scale))));
  const all = sorted.map(([, count]) => count);
  return zeros > 0 ? { values: [0, ...values], counts: [zeros, ...all] } : { values, counts: all };
}

function coarser({ scale, counts }: Buckets, to: number): ReadonlyMap<number, number> {
  if (to === scale) return counts;
  const shifted = new Map<number, number>();
  for (const [index, count] of counts) {
    const wide = Math.floor(index / 2 ** (scale - to));
    shifted.set(wide, (shifted.get(wide) ?? 0) + count);
  }
  return shifted;
}
