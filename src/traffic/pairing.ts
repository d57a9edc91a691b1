import type { LogLine } from '../snapshot/access-log/line.ts';
import { isHandedOver, type LoggedRequest } from './request.ts';

interface Waiting {
  readonly key: string;
  readonly line: LogLine;
  readonly length: number;
  readonly outer: boolean;
  /** How often was settled before it came. */
  readonly round: number;
  /** Its other line came. */
  joined: boolean;
}

/** What waits for its other line: as many lines, and as many bytes, as at most this. */
const mostLines = 8_192;
const mostBytes = 16 << 20;

/**
 * Joins the two lines of a request in a gateway that hands requests to itself. They are written when each stream ends: the
 * inner one first, as a rule, but not when the client leaves. They share x-request-id; where it is not logged, the original path,
 * method, host and status are compared, which lines of equal requests at one time may swap without changing any count.
 */
export class Pairing {
  readonly #waiting = new Map<string, Waiting[]>();
  /** In the order they came; `#head` is the oldest that may still wait. (A Map from whose front is deleted is slow to ask for its first.) */
  #queue: Waiting[] = [];
  #head = 0;
  #lines = 0;
  #bytes = 0;
  #round = 0;
  readonly #found: (request: LoggedRequest) => void;

  constructor(found: (request: LoggedRequest) => void) {
    this.#found = found;
  }

  add(line: LogLine, length: number): void {
    const outer = isHandedOver(line);
    const key = keyOf(line);
    const held = this.#waiting.get(key);
    const other = held?.find((one) => one.outer !== outer);
    if (other) {
      this.#leave(other);
      this.#found(outer ? { outer: line, inner: other.line } : { outer: other.line, inner: line });
      return;
    }
    const waiting = { key, line, length, outer, round: this.#round, joined: false };
    if (held) held.push(waiting);
    else this.#waiting.set(key, [waiting]);
    this.#queue.push(waiting);
    this.#lines += 1;
    this.#bytes += length;
    while (this.#lines > mostLines || this.#bytes > mostBytes) this.#giveUpOldest();
  }

  /** No more lines come: what waits was alone. */
  end(): void {
    while (this.#lines > 0) this.#giveUpOldest();
  }

  /** What waited already when this was last called is alone: for lines that are read as they are written. */
  settle(): void {
    for (let oldest = this.#queue[this.#head]; oldest && oldest.round < this.#round; oldest = this.#queue[this.#head])
      this.#giveUpOldest();
    this.#round += 1;
  }

  #giveUpOldest(): void {
    const oldest = this.#queue[this.#head];
    this.#head += 1;
    if (oldest && !oldest.joined) {
      this.#leave(oldest);
      this.#found({ outer: oldest.line, inner: null });
    }
    this.#shrink();
  }

  /** Lets go of the front of the queue: what is joined must not be kept in memory by it. */
  #shrink(): void {
    while (this.#queue[this.#head]?.joined) this.#head += 1;
    if (this.#head < mostLines) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }

  #leave(waiting: Waiting): void {
    const { key, length } = waiting;
    const held = this.#waiting.get(key);
    if (held && held.length > 1) held.splice(held.indexOf(waiting), 1);
    else this.#waiting.delete(key);
    waiting.joined = true;
    this.#lines -= 1;
    this.#bytes -= length;
    if (this.#queue.length < mostLines * 4) return;
    this.#queue = this.#queue.slice(this.#head).filter((one) => !one.joined);
    this.#head = 0;
  }
}

function keyOf({ requestId, method, path, authority, status }: LogLine): string {
  return requestId !== null && requestId !== '-' ? requestId : `${method} ${authority} ${path} ${status}`;
}
