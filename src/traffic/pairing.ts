import type { LogLine } from '../snapshot/access-log/line.ts';
import { isHandedOver, type LoggedRequest } from './request.ts';

interface Waiting {
  readonly line: LogLine;
  readonly length: number;
  readonly outer: boolean;
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
  #lines = 0;
  #bytes = 0;
  readonly #found: (request: LoggedRequest) => void;

  constructor(found: (request: LoggedRequest) => void) {
    this.#found = found;
  }

  add(line: LogLine, length: number): void {
    const outer = isHandedOver(line);
    const key = keyOf(line);
    // A line without a host beyond it was answered by this listener, and one without an id may still be a second line.
    const held = this.#waiting.get(key);
    const at = held?.findIndex((other) => other.outer !== outer) ?? -1;
    if (held && at >= 0) {
      const [other] = held.splice(at, 1);
      if (other) this.#take(key, held, other);
      if (other) this.#found(outer ? { outer: line, inner: other.line } : { outer: other.line, inner: line });
      return;
    }
    const waiting = { line, length, outer };
    if (held) held.push(waiting);
    else this.#waiting.set(key, [waiting]);
    this.#lines += 1;
    this.#bytes += length;
    while (this.#lines > mostLines || this.#bytes > mostBytes) this.#giveUpOldest();
  }

  /** No more lines come: what waits was alone. */
  end(): void {
    while (this.#lines > 0) this.#giveUpOldest();
  }

  #giveUpOldest(): void {
    const [oldest] = this.#waiting;
    if (!oldest) return;
    const [key, held] = oldest;
    const one = held.shift();
    if (!one) return;
    this.#take(key, held, one);
    this.#found({ outer: one.line, inner: null });
  }

  #take(key: string, held: readonly Waiting[], { length }: Waiting): void {
    if (held.length === 0) this.#waiting.delete(key);
    this.#lines -= 1;
    this.#bytes -= length;
  }
}

function keyOf({ requestId, method, path, authority, status }: LogLine): string {
  return requestId !== null && requestId !== '-' ? requestId : `${method} ${authority} ${path} ${status}`;
}
