interface Bucket {
  readonly from: number;
  readonly counts: Map<string, number>;
}

const bucketMs = 5_000;
const keptMs = 60_000;

/** Counts of the last minute, by key: what left it is forgotten. Times are milliseconds since 1970, and never go back. */
export class RecentCounts {
  readonly #totals = new Map<string, number>();
  #buckets: Bucket[] = [];
  #since: number | null = null;
  #now = 0;

  add(now: number, counts: ReadonlyMap<string, number>): void {
    this.#since ??= now;
    this.#now = now;
    let bucket = this.#buckets.at(-1);
    if (!bucket || now - bucket.from >= bucketMs) {
      bucket = { from: now, counts: new Map() };
      this.#buckets.push(bucket);
    }
    for (const [key, count] of counts) {
      bucket.counts.set(key, (bucket.counts.get(key) ?? 0) + count);
      this.#totals.set(key, (this.#totals.get(key) ?? 0) + count);
    }
    while ((this.#buckets[0]?.from ?? now) < now - keptMs) this.#forgetOldest();
  }

  count(key: string): number {
    return this.#totals.get(key) ?? 0;
  }

  perMinute(key: string): number {
    const since = Math.max(this.#since ?? this.#now, this.#buckets[0]?.from ?? this.#now);
    const seconds = Math.max(bucketMs, this.#now - since) / 1000;
    return (this.count(key) / seconds) * 60;
  }

  #forgetOldest(): void {
    const [oldest, ...rest] = this.#buckets;
    this.#buckets = rest;
    for (const [key, count] of oldest?.counts ?? []) {
      const left = (this.#totals.get(key) ?? 0) - count;
      if (left > 0) this.#totals.set(key, left);
      else this.#totals.delete(key);
    }
  }
}
