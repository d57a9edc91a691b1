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
  /** From here on buckets would be too many. */
  #tooLate = Number.NEGATIVE_INFINITY;
  /** What was counted since the last request of another bucket: most lines stand in the bucket of the one before. */
  #bucket = Number.NaN;
  #begins = Number.POSITIVE_INFINITY;
  #ends = Number.NEGATIVE_INFINITY;
  #newRequests = 0;
  #newFailed = 0;

  add(at: number, failed: boolean): void {
    if (at < this.#begins || at >= this.#ends) this.#move(at);
    if (at > this.#last) this.#last = at;
    if (at < this.#first || at >= this.#tooLate) this.#stretch(at);
    this.#newRequests += 1;
    if (failed) this.#newFailed += 1;
  }

  #stretch(at: number): void {
    if (at < this.#first) this.#first = at;
    this.#tooLate = this.#lastEnd();
    while (this.#last >= this.#tooLate) {
      this.#settle();
      this.#widen();
      this.#move(at);
      this.#tooLate = this.#lastEnd();
    }
  }

  /** Where the last of as many buckets as there may be ends. */
  #lastEnd(): number {
    return (Math.floor(this.#first / this.#bucketMs) + mostBuckets) * this.#bucketMs;
  }

  #move(at: number): void {
    this.#settle();
    this.#bucket = Math.floor(at / this.#bucketMs);
    this.#begins = this.#bucket * this.#bucketMs;
    this.#ends = this.#begins + this.#bucketMs;
  }

  #settle(): void {
    const bucket = this.#bucket;
    if (this.#newRequests > 0) this.#requests.set(bucket, (this.#requests.get(bucket) ?? 0) + this.#newRequests);
    if (this.#newFailed > 0) this.#failed.set(bucket, (this.#failed.get(bucket) ?? 0) + this.#newFailed);
    this.#newRequests = 0;
    this.#newFailed = 0;
  }

  /** Null where no line told its time. */
  result(): Rates | null {
    if (this.#first > this.#last) return null;
    this.#settle();
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
