import type { LogRow } from '../snapshot/access-log/row.ts';
import { type Half, noBytes } from './half.ts';
import type { RowKind } from './row-kind.ts';

/** Numbers of a row: its time, bytes sent, duration, length, where it begins and ends, its key, and its block. */
const size = 9;

/** Counts a row that was alone; false: its numbers are not enough. */
export type CountsAlone<Counted> = (kind: RowKind<Counted>, at: number, sent: number, durationMs: number) => boolean;

/** Rows that wait in the order they came, their numbers side by side: an object for each would be most of what they cost. */
export class WaitingRows<Counted> {
  readonly #most: number;
  /** The room for them is made when the first one comes: most gateways' logs that an agent follows wait for none. */
  #numbers = new Float64Array(0);
  #kinds: (RowKind<Counted> | null)[] = [];
  #bytes: Buffer[] = [];
  #first = 0;
  count = 0;

  /** `most`: a power of two. */
  constructor(most: number) {
    this.#most = most;
  }

  #makeRoom(): void {
    this.#numbers = new Float64Array(size * this.#most);
    this.#kinds = Array.from({ length: this.#most }, () => null);
    this.#bytes = Array.from({ length: this.#most }, () => noBytes);
  }

  /** The block of the oldest row; infinite where there is none. */
  get oldestBlock(): number {
    return this.count === 0 ? Number.POSITIVE_INFINITY : (this.#numbers[size * this.#first + 8] ?? 0);
  }

  /** Puts a row behind the others; there is room. */
  push(row: LogRow<RowKind<Counted>>): void {
    if (this.#numbers.length === 0) this.#makeRoom();
    const index = (this.#first + this.count) & (this.#most - 1);
    const at = size * index;
    const numbers = this.#numbers;
    const named = row.idTo > row.idFrom;
    this.#kinds[index] = row.kind;
    this.#bytes[index] = row.bytes;
    numbers[at] = row.at;
    numbers[at + 1] = row.sent;
    numbers[at + 2] = row.durationMs;
    numbers[at + 3] = row.length;
    numbers[at + 4] = row.from;
    numbers[at + 5] = row.to;
    // A key that is a path ends below 0.
    numbers[at + 6] = named ? row.idFrom : row.pathFrom;
    numbers[at + 7] = named ? row.idTo : -row.pathTo;
    numbers[at + 8] = row.block;
    this.count += 1;
  }

  /** The length of the oldest row. */
  get oldestLength(): number {
    return this.#numbers[size * this.#first + 3] ?? 0;
  }

  /** Takes out the oldest row if its numbers are enough to count it. */
  shiftIf(counts: CountsAlone<Counted>): boolean {
    const at = size * this.#first;
    const numbers = this.#numbers;
    const kind = this.#kinds[this.#first];
    if (!kind || !counts(kind, numbers[at] ?? 0, numbers[at + 1] ?? 0, numbers[at + 2] ?? 0)) return false;
    this.#first = (this.#first + 1) & (this.#most - 1);
    this.count -= 1;
    return true;
  }

  /** Takes out the oldest row. */
  shift(into: Half<Counted>): void {
    const index = this.#first;
    const at = size * index;
    const numbers = this.#numbers;
    const kind = this.#kinds[index] ?? null;
    const end = numbers[at + 7] ?? 0;
    into.kind = kind;
    into.bytes = this.#bytes[index] ?? noBytes;
    into.at = numbers[at] ?? 0;
    into.sent = numbers[at + 1] ?? 0;
    into.durationMs = numbers[at + 2] ?? 0;
    into.length = numbers[at + 3] ?? 0;
    into.from = numbers[at + 4] ?? 0;
    into.to = numbers[at + 5] ?? 0;
    into.keyFrom = numbers[at + 6] ?? 0;
    into.keyTo = Math.abs(end);
    into.block = numbers[at + 8] ?? 0;
    into.outer = kind?.outer ?? false;
    into.pair = end > 0 ? '' : (kind?.pair ?? '');
    this.#first = (index + 1) & (this.#most - 1);
    this.count -= 1;
  }
}
