/** A clock that is off by less counts as right: a `Date` has whole seconds, and an answer takes its time. */
const toleratedMs = 60_000;

/** The time as somebody else tells it: by the `Date` of answers, as HTTP writes it. */
export class ToldClock {
  readonly #own: () => number;
  #aheadMs: number | null = null;

  /** `own`: milliseconds since 1970 by the clock of this machine. */
  constructor(own: () => number = Date.now) {
    this.#own = own;
  }

  /** Takes the `Date` of an answer that was so many milliseconds on its way. */
  hear(date: string | undefined, tookMs: number): void {
    const said = Date.parse(date ?? '');
    // Half a second, and half of the way, are what it is off by on average.
    if (!Number.isNaN(said)) this.#aheadMs = this.#own() - tookMs / 2 - (said + 500);
  }

  /** By how many milliseconds the own clock is ahead (behind: below 0); null: nobody has said what time it is. */
  aheadMs(): number | null {
    return this.#aheadMs;
  }

  /** The same, and 0 where it is little or not known. */
  wrongByMs(): number {
    return Math.abs(this.#aheadMs ?? 0) > toleratedMs ? (this.#aheadMs ?? 0) : 0;
  }

  /** Milliseconds since 1970, right also where the own clock is wrong. */
  now(): number {
    return this.#own() - this.wrongByMs();
  }
}

/** `3 h 2 min ahead`. */
export function aheadText(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  const [hours, left] = [Math.floor(minutes / 60), minutes % 60];
  const parts = [...(hours > 0 ? [`${hours} h`] : []), ...(left > 0 || hours === 0 ? [`${left} min`] : [])];
  return `${parts.join(' ')} ${ms < 0 ? 'behind' : 'ahead'}`;
}
