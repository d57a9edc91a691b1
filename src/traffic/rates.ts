/** Requests and failures by time, in as few buckets as fit a line. */
export interface Rates {
  /** Milliseconds since 1970 at which the first bucket begins. */
  readonly from: number;
  readonly bucketMs: number;
  readonly requests: readonly number[];
  readonly failed: readonly number[];
}

const mostBuckets = 60;

/** Counts by time; buckets double as the time grows, so that memory is bounded and lines may come in any order. */
export class RateCounter {
  #bucketMs = 1_000;
  #requests = new Map<number, number>();
  #failed = new Map<number, number>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  add(at: number, failed: boolean): void {
    if (at < this.#first) this.#first = at;
    if (at > this.#last) this.#last = at;
    while (Math.floor(this.#last / this.#bucketMs) - Math.floor(this.#first / this.#bucketMs) >= mostBuckets)
      this.#widen();
    const bucket = Math.floor(at / this.#bucketMs);
    this.#requests.set(bucket, (this.#requests.get(bucket) ?? 0) + 1);
    if (failed) this.#failed.set(bucket, (this.#failed.get(bucket) ?? 0) + 1);
  }

  /** Null where no line told its time. */
  result(): Rates | null {
    if (this.#first > this.#last) return null;
    const first = Math.floor(this.#first / this.#bucketMs);
    const count = Math.floor(this.#last / this.#bucketMs) - first + 1;
    const list = (of: ReadonlyMap<number, number>): readonly number[] =>
      Array.from({ length: count }, (_, index) => of.get(first + index) ?? 0);
    return {
      from: first * this.#bucketMs,
      bucketMs: this.#bucketMs,
      requests: list(this.#requests),
      failed: list(this.#failed),
    };
  }

  #widen(): void {
    this.#bucketMs *= 2;
    this.#requests = joined(this.#requests);
    this.#failed = joined(this.#failed);
  }
}

function joined(buckets: ReadonlyMap<number, number>): Map<number, number> {
  const wider = new Map<number, number>();
  for (const [at, count] of buckets) {
    const half = Math.floor(at / 2);
    wider.set(half, (wider.get(half) ?? 0) + count);
  }
  return wider;
}
