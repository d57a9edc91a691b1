import { emptyHalf, type Half, hashOf, isSameKey, noBytes } from './half.ts';
import type { LogLine } from '../snapshot/access-log/line.ts';
import type { LogRow } from '../snapshot/access-log/row.ts';
import { isHandedOver, pairOf } from './request.ts';
import type { RowKind } from './row-kind.ts';
import { type CountsAlone, WaitingRows } from './waiting-rows.ts';

/** What waits for its other line: as many lines, and as many bytes, as at most this. */
const mostLines = 8_192;
const mostBytes = 16 << 20;

/**
 * Joins the two lines of a request in a gateway that hands requests to itself. They are written when each stream ends: the
 * inner one first, as a rule, but not when the client leaves. They share x-request-id; where it is not logged, the original path,
 * method, host and status are compared, which lines of equal requests at one time may swap without changing any count.
 */
export class Pairing<Counted> {
  /** Of each bucket the first key; of each key the oldest line. Only made and filled where lines of both listeners were seen to wait. */
  #buckets: (Half<Counted> | null)[] = [];
  #isFilled = false;
  /** Rows behind all others, while all that wait are of one listener: `#outer` says of which. */
  readonly #rows = new WaitingRows<Counted>(mostLines);
  readonly #row: Half<Counted> = emptyHalf();
  #outer = false;
  #oldest: Half<Counted> | null = null;
  #newest: Half<Counted> | null = null;
  #free: Half<Counted> | null = null;
  #lines = 0;
  #bytes = 0;
  #round = 0;
  readonly #found: (outer: Half<Counted>, inner: Half<Counted> | null) => void;
  readonly #foundAlone: CountsAlone<Counted>;

  /** Both halves hold until `found` returns; it is told of a row alone that `foundAlone` does not count. */
  constructor(
    found: (outer: Half<Counted>, inner: Half<Counted> | null) => void,
    foundAlone: CountsAlone<Counted> = () => false,
  ) {
    this.#found = found;
    this.#foundAlone = foundAlone;
  }

  addRow(row: LogRow<RowKind<Counted>>): void {
    const { outer } = row.kind;
    // Most gateways write one line a request: while all that wait are of one listener, none is the other of another.
    if (this.#isFilled || (this.#lines > 0 && outer !== this.#outer)) {
      this.#spreadRows();
      this.#rows.push(row);
      this.#join(this.#takeRow());
      return;
    }
    while (this.#lines >= mostLines || (this.#lines > 0 && this.#bytes + row.length > mostBytes)) this.#giveUpOldest();
    this.#outer = outer;
    this.#rows.push(row);
    this.#lines += 1;
    this.#bytes += row.length;
  }

  add(line: LogLine, length: number): void {
    this.#spreadRows();
    const half = this.#take();
    const { requestId, path } = line;
    const named = requestId !== null && requestId !== '-';
    const key = Buffer.from(named ? requestId : (path ?? ''));
    half.line = line;
    half.at = line.at ?? Number.NaN;
    half.sent = line.sent ?? -1;
    half.durationMs = line.durationMs ?? -1;
    half.length = length;
    half.outer = isHandedOver(line);
    half.bytes = key;
    half.block = Number.POSITIVE_INFINITY;
    half.pair = named ? '' : pairOf(line);
    half.keyFrom = 0;
    half.keyTo = key.length;
    this.#join(half);
  }

  /** The memory of blocks before this one is used anew: lines that stand there move. */
  release(block: number): void {
    while (this.#rows.oldestBlock < block) this.#append(this.#takeRow());
    for (let half = this.#oldest; half; half = half.newer) {
      if (half.block === Number.POSITIVE_INFINITY) continue;
      if (half.block >= block) return;
      const { from, bytes } = half;
      half.bytes = Buffer.from(bytes.subarray(from, half.to));
      half.block = Number.POSITIVE_INFINITY;
      half.from = 0;
      half.to -= from;
      // What stands outside the line is an empty key.
      half.keyFrom = Math.max(0, half.keyFrom - from);
      half.keyTo = Math.max(0, half.keyTo - from);
    }
  }

  /** No more lines come: what waits was alone. */
  end(): void {
    while (this.#lines > 0) this.#giveUpOldest();
  }

  /** What waited already when this was last called is alone: for lines that are read as they are written. */
  settle(): void {
    this.#spreadRows();
    while (this.#oldest && this.#oldest.round < this.#round) this.#giveUpOldest();
    this.#round += 1;
  }

  #join(half: Half<Counted>): void {
    if (!this.#isFilled && this.#lines > 0 && half.outer !== this.#outer) this.#fillBuckets();
    if (this.#isFilled) {
      const other = this.#putInto(half);
      if (other) {
        this.#leave(other);
        if (half.outer) this.#found(half, other);
        else this.#found(other, half);
        this.#putBack(other);
        this.#putBack(half);
        return;
      }
    }
    this.#outer = half.outer;
    this.#append(half);
    this.#lines += 1;
    this.#bytes += half.length;
    while (this.#lines > mostLines || this.#bytes > mostBytes) this.#giveUpOldest();
  }

  #append(half: Half<Counted>): void {
    half.round = this.#round;
    half.older = this.#newest;
    if (this.#newest) this.#newest.newer = half;
    else this.#oldest = half;
    this.#newest = half;
  }

  /** The oldest row. */
  #takeRow(): Half<Counted> {
    const half = this.#take();
    this.#rows.shift(half);
    return half;
  }

  #spreadRows(): void {
    while (this.#rows.count > 0) this.#append(this.#takeRow());
  }

  #fillBuckets(): void {
    this.#isFilled = true;
    if (this.#buckets.length === 0) this.#buckets = Array.from({ length: 4 * mostLines }, () => null);
    for (let half = this.#oldest; half; half = half.newer) this.#putInto(half);
  }

  /** Puts a line into its bucket; or gives the oldest line of the other listener with its key. */
  #putInto(half: Half<Counted>): Half<Counted> | null {
    half.hash = hashOf(half.bytes, half.keyFrom, half.keyTo, half.pair.length);
    const bucket = half.hash & (this.#buckets.length - 1);
    const first = this.#buckets[bucket] ?? null;
    let held = first;
    while (held && !isSameKey(held, half)) held = held.beside;
    if (held && held.outer !== half.outer) return held;
    if (held) {
      (held.lastSame ?? held).same = half;
      held.lastSame = half;
    } else {
      half.beside = first;
      this.#buckets[bucket] = half;
    }
    return null;
  }

  #giveUpOldest(): void {
    const oldest = this.#oldest;
    if (oldest) {
      this.#leave(oldest);
      this.#found(oldest, null);
      this.#putBack(oldest);
    } else if (this.#rows.count > 0) {
      this.#lines -= 1;
      this.#bytes -= this.#rows.oldestLength;
      if (this.#rows.shiftIf(this.#foundAlone)) return;
      this.#rows.shift(this.#row);
      this.#found(this.#row, null);
    }
  }

  /** Takes out the oldest line of a key. */
  #leave(half: Half<Counted>): void {
    const { older, newer } = half;
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
    if (this.#isFilled) this.#takeFromBucket(half);
    this.#lines -= 1;
    this.#bytes -= half.length;
    if (this.#lines === 0) this.#isFilled = false;
  }

  #takeFromBucket(half: Half<Counted>): void {
    const { same, beside, lastSame } = half;
    let next = beside;
    if (same) {
      same.beside = beside;
      same.lastSame = lastSame === same ? null : lastSame;
      next = same;
    }
    const bucket = half.hash & (this.#buckets.length - 1);
    let before = this.#buckets[bucket] ?? null;
    if (before === half) {
      this.#buckets[bucket] = next;
    } else {
      while (before && before.beside !== half) before = before.beside;
      if (before) before.beside = next;
    }
  }

  #take(): Half<Counted> {
    const half = this.#free;
    if (!half) return emptyHalf();
    this.#free = half.newer;
    half.newer = null;
    return half;
  }

  /** Nothing that was read is kept in memory by it. */
  #putBack(half: Half<Counted>): void {
    half.line = null;
    half.kind = null;
    half.bytes = noBytes;
    half.older = null;
    half.beside = null;
    half.same = null;
    half.lastSame = null;
    half.newer = this.#free;
    this.#free = half;
  }
}
