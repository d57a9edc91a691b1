import { mixed, spread } from '../lib/hash.ts';
import type { LogLine } from '../snapshot/access-log/line.ts';
import type { RowKind } from './row-kind.ts';

/** One of the two lines of a request, as it waits for the other; used again when it has left. */
export interface Half<Counted> {
  /** A line that the exact reader read, or a row: its kind, and where its bytes are. */
  line: LogLine | null;
  kind: RowKind<Counted> | null;
  at: number;
  sent: number;
  durationMs: number;
  /** Its length as it was read. */
  length: number;
  outer: boolean;
  bytes: Buffer;
  from: number;
  to: number;
  /** The memory its bytes are in will be used anew: the block, or infinite where they are its own. */
  block: number;
  /** How often was settled before it came. */
  round: number;
  /** What it shares with the other line beside the bytes of its key. */
  pair: string;
  hash: number;
  keyFrom: number;
  keyTo: number;
  /** Others in the order they came, with other keys of the same bucket, and with the same key. */
  older: Half<Counted> | null;
  newer: Half<Counted> | null;
  beside: Half<Counted> | null;
  same: Half<Counted> | null;
  lastSame: Half<Counted> | null;
}

/** Nothing that was read is kept in memory by it. */
export const noBytes = Buffer.alloc(0);

/** A line that is none yet. */
export function emptyHalf<Counted>(): Half<Counted> {
  return {
    line: null,
    kind: null,
    at: Number.NaN,
    sent: -1,
    durationMs: -1,
    length: 0,
    outer: false,
    bytes: noBytes,
    from: 0,
    to: 0,
    block: 0,
    round: 0,
    pair: '',
    hash: 0,
    keyFrom: 0,
    keyTo: 0,
    older: null,
    newer: null,
    beside: null,
    same: null,
    lastSame: null,
  };
}

/** True where two lines may be those of one request, by their hashes and keys. */
export function isSameKey<Counted>(one: Half<Counted>, other: Half<Counted>): boolean {
  const { keyFrom, keyTo, bytes } = one;
  const from = other.keyFrom;
  if (one.hash !== other.hash || keyTo - keyFrom !== other.keyTo - from || one.pair !== other.pair) return false;
  for (let at = keyTo - keyFrom - 1; at >= 0; at -= 1) if (bytes[keyFrom + at] !== other.bytes[from + at]) return false;
  return true;
}

/** A hash of the bytes of a key; `start` is of what else tells keys apart. */
export function hashOf(bytes: Buffer, from: number, to: number, start: number): number {
  let hash = start;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    hash = mixed(hash, low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24));
  }
  for (; at < to; at += 1) hash = mixed(hash, bytes[at] ?? 0);
  return spread(hash);
}
