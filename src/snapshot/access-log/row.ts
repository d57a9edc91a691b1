import type { LogLine } from './line.ts';

/**
 * A line as the quick way reads it: what it shares with others is its kind, the rest are numbers and where its bytes stand.
 * One row is used again and again: it holds until the next line is read.
 */
export interface LogRow<Kind> {
  readonly kind: Kind;
  /** Milliseconds since 1970; NaN: the line tells none. */
  readonly at: number;
  /** -1: the line tells none. */
  readonly sent: number;
  readonly durationMs: number;
  /** Where it was read, and where it begins and ends there, out of what it was wrapped in. */
  readonly bytes: Buffer;
  readonly block: number;
  readonly from: number;
  readonly to: number;
  /** Its length with what it was wrapped in. */
  readonly length: number;
  /** Where x-request-id stands; equal where there is none. */
  readonly idFrom: number;
  readonly idTo: number;
  /** Where the path stands; equal where there is none. */
  readonly pathFrom: number;
  readonly pathTo: number;
}

/** Makes the kind of a line, the first of its kind; `reread` reads the others from their text. */
export type KindOf<Kind> = (line: LogLine, reread: (text: string) => LogLine) => Kind;

/** What of a line its kind must tell beside what every kind does. */
export interface KindsBy {
  /** Whether a request header counts, by its name in lower case. */
  readonly header: (name: string) => boolean;
  /**
   * What of paths must be told apart: their shape alone, or all of it, without the query where nothing asks for it. Or a number
   * for the bytes of a path, equal where nothing but the shape may differ; below 0: all of this one.
   */
  readonly path: 'shape' | 'whole' | ((bytes: Buffer, from: number, to: number) => number);
}
