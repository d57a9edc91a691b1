import { describeError } from '../describe-error.ts';
import { linesOf, textsOf } from '../access-log/lines.ts';
import type { OpenedStream } from './streams.ts';

/** How a log is followed. */
export interface FollowWays {
  /** Asks the API server for a path; throws where no answer begins. */
  readonly connect: (path: string) => Promise<OpenedStream>;
  /** Waits before the next try; `tries` that brought nothing came before it. */
  readonly wait: (tries: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** Why nothing comes now; null: it comes. */
  readonly trouble: (reason: string | null) => void;
}

/** Whose log, and from when on: milliseconds since 1970. */
export interface FollowedLog {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  readonly from: number;
  /** Of the time before it was opened at most so many lines, the newest; absent: all. */
  readonly tailLines?: number;
}

/** The time of a line as its runtime stamped it, to the nanosecond. */
interface Stamp {
  readonly seconds: number;
  readonly nanos: number;
}

/**
 * Follows the log of a container until the signal, across broken connections, restarts and rotations, each line once. The
 * server takes whole seconds, and many lines may bear the same stamp: what was read already is passed over by stamp and number.
 * Lines that were rotated away while nobody listened are lost.
 */
export async function* followLog(log: FollowedLog, ways: FollowWays): AsyncGenerator<readonly string[]> {
  const { connect, wait, signal, trouble } = ways;
  const place = new Place({ seconds: Math.floor(log.from / 1000), nanos: (log.from % 1000) * 1_000_000 });
  let tries = 0;
  let tail = log.tailLines;
  while (!signal.aborted) {
    let came = false;
    try {
      const { status, chunks } = await connect(pathOf(log, place.at.seconds, tail));
      if (status === 200) {
        trouble(null);
        tail = undefined;
        place.begin();
        for await (const piece of linesOf(chunks)) {
          const fresh = place.fresh([...textsOf(piece)]);
          if (fresh.length === 0) continue;
          came = true;
          yield fresh;
        }
      } else {
        // Read to its end, or its connection is never free.
        for await (const _ of chunks);
        trouble(status === 403 ? 'not allowed: get pods/log' : `the API server answered ${status}`);
      }
    } catch (error) {
      if (!signal.aborted) trouble(describeError(error));
    }
    tries = came ? 0 : tries + 1;
    if (!signal.aborted) await wait(tries);
  }
}

function pathOf({ namespace, name, container }: FollowedLog, since: number, tail: number | undefined): string {
  const sinceTime = new Date(since * 1000).toISOString().replace('.000', '');
  const query = new URLSearchParams({ container, follow: 'true', timestamps: 'true', sinceTime });
  if (tail !== undefined) query.set('tailLines', String(tail));
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log?${query}`;
}

const stamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /;

/** Where a log was read up to. */
class Place {
  at: Stamp;
  /** Lines with just that stamp. */
  #same = 0;
  /** Of those, how many are still to be passed over; null: what comes is new. */
  #over: number | null = null;
  #text = '';
  #seconds = 0;

  constructor(from: Stamp) {
    this.at = from;
  }

  /** The server begins anew at the second of this place. */
  begin(): void {
    this.#over = this.#same;
  }

  /** The lines that were not read before, without their stamps. */
  fresh(lines: readonly string[]): readonly string[] {
    return lines.flatMap((line) => {
      const match = stamped.exec(line);
      // What the kubelet says of itself has no stamp.
      if (!match) return [line];
      const stamp = this.#stampOf(match);
      return this.#isOld(stamp) ? [] : [line.slice(match[0].length)];
    });
  }

  #isOld(stamp: Stamp): boolean {
    if (this.#over !== null) {
      const order = stamp.seconds - this.at.seconds || stamp.nanos - this.at.nanos;
      if (order < 0) return true;
      if (order === 0 && this.#over > 0) {
        this.#over -= 1;
        return true;
      }
      // From here on all is new, also where a clock is put back.
      this.#over = null;
    }
    const moved = stamp.seconds !== this.at.seconds || stamp.nanos !== this.at.nanos;
    this.#same = moved ? 1 : this.#same + 1;
    this.at = stamp;
    return false;
  }

  /** Most lines come within the second of the one before. */
  #stampOf([, time = '', fraction = '', zone = '']: RegExpExecArray): Stamp {
    if (this.#text !== time + zone) {
      this.#text = time + zone;
      this.#seconds = Date.parse(this.#text) / 1000;
    }
    return { seconds: this.#seconds, nanos: Number(fraction.padEnd(9, '0')) };
  }
}
