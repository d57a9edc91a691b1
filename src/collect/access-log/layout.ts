import type { Draft } from './draft.ts';
import type { TimeReader } from './start-time.ts';
import type { Meaning } from './operators.ts';

/**
 * How a value is read by the quick way. `skip`: it tells nothing that is folded; `key`: it is a part of the line's kind, byte by
 * byte; `mark`: of its kind is only whether there is one.
 */
export type Role = 'skip' | 'key' | 'mark' | 'time' | 'sent' | 'duration' | 'digits' | 'service' | 'path' | 'id';

/** A value of a line, and what stands behind it. */
export interface LayoutSlot {
  readonly role: Role;
  /** Of a key that is a request header: its name. */
  readonly header: string | null;
  readonly after: string;
  /** At the end of a line of text: it may hold what delimits it. */
  readonly last: boolean;
  /** A JSON value: a string, or digits or a word. */
  readonly json: boolean;
  /** How times are read whole; null: not a time. */
  readonly time: ((text: string) => number | null) | null;
  /** How times are read that are not ISO 8601 in UTC; null: they are. */
  readonly pattern: TimeReader | null;
}

/** Where the values of a line stand, as far as literal text between them tells. */
export interface Layout {
  readonly lead: string;
  readonly slots: readonly LayoutSlot[];
  /** Reads a line in just this layout, from left to right; null where a value cannot be what should stand there. */
  readonly read: (line: string) => Draft | null;
}

/** The role of a value; a path that a format cuts has none. */
export function roleOf(meaning: Meaning, most: number | null): Role | null {
  if (meaning === null) return 'skip';
  if ('header' in meaning) return 'key';
  switch (meaning.field) {
    case 'at':
      return 'time';
    case 'sent':
      return 'sent';
    case 'durationMs':
      return 'duration';
    case 'received':
      return 'digits';
    case 'serviceMs':
      return 'service';
    case 'path':
      return most === null ? 'path' : null;
    case 'requestId':
      return 'id';
    case 'traceId':
      return 'mark';
    case 'route':
    case 'failure':
    case 'local':
    case 'attempts':
      return 'skip';
    default:
      return 'key';
  }
}

/** The layout; null where two of its values tell the same, so that what the line says needs the exact reader. */
export function unambiguous(layout: Layout): Layout | null {
  const once = layout.slots.map(({ role }) => role).filter((role) => role !== 'skip' && role !== 'key');
  return new Set(once).size === once.length ? layout : null;
}
