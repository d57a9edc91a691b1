/** As DDSketch (Masson, Rim, Lee, VLDB 2019) with its logarithmic mapping: bucket `k` holds (γ^(k-1), γ^k], so that no value in it is further off than this. */
const relativeError = 0.01;
const gammaMore = (2 * relativeError) / (1 - relativeError);
const bucketsPerDoubling = (1 / Math.log1p(gammaMore)) * Math.log(2);
/** The buckets of the small numbers that most durations are. */
const ofSmall = Uint16Array.from({ length: 4_096 }, (_, value) => (value === 0 ? 0 : bucketOf(value)));
/** Beyond the largest number that a line can hold. */
const mostBuckets = bucketOf(1e17);

function bucketOf(value: number): number {
  return Math.ceil(Math.log2(value) * bucketsPerDoubling);
}

/** Quantiles of whole numbers with a relative error of at most 1 %; at most 16 KiB, whatever the values. */
export class Quantiles {
  #buckets = new Float64Array(64);
  #zeros = 0;
  #count = 0;

  add(value: number): void {
    this.#count += 1;
    if (value <= 0) {
      this.#zeros += 1;
      return;
    }
    const bucket = value < ofSmall.length ? (ofSmall[value] ?? 0) : Math.min(bucketOf(value), mostBuckets);
    if (bucket >= this.#buckets.length) this.#grow(bucket);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }

  /** Null where nothing was added. */
  at(quantile: number): number | null {
    if (this.#count === 0) return null;
    let left = quantile * (this.#count - 1) - this.#zeros;
    if (left < 0) return 0;
    for (const [bucket, count] of this.#buckets.entries()) {
      left -= count;
      if (left < 0) return Math.round(middleOf(bucket) * 100) / 100;
    }
    return null;
  }

  #grow(bucket: number): void {
    const length = Math.min(Math.max(bucket + 1, this.#buckets.length * 2), mostBuckets + 1);
    const grown = new Float64Array(length);
    grown.set(this.#buckets);
    this.#buckets = grown;
  }
}

/** The value of a bucket that is as far from its lower end as from its upper one, as parts of them. */
function middleOf(bucket: number): number {
  return 2 ** (bucket / bucketsPerDoubling) * (2 / (1 + (1 + gammaMore)));
}
