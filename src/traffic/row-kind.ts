import type { LogLine } from '../snapshot/access-log/line.ts';
import { isHandedOver, pairOf } from './request.ts';

/** What rows of one kind share, and where requests of such rows are counted: found once, when the first of them is. */
export interface RowKind<Counted> {
  /** The gateway hands the request to itself: this is the line of the listener that clients reach. */
  readonly outer: boolean;
  /** What its two lines share beside the path, where no id does. */
  readonly pair: string;
  readonly pod: string | null;
  /** A trace id is logged. */
  readonly traced: boolean;
  /** Reads a row of the kind as a line. */
  readonly reread: (text: string) => LogLine;
  /** Null: none was counted yet. */
  alone: Counted | null;
  /** With an inner line, by its kind. */
  readonly joined: Map<RowKind<Counted>, Counted>;
}

/** The kind that a line is the first of. */
export function rowKind<Counted>(line: LogLine, reread: RowKind<Counted>['reread']): RowKind<Counted> {
  const traced = line.traceId !== null && line.traceId !== '-';
  const { pod } = line;
  return { outer: isHandedOver(line), pair: pairOf(line), pod, traced, reread, alone: null, joined: new Map() };
}
