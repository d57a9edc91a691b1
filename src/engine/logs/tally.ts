import type { LogPiece } from '../../collect/access-log/lines.ts';
import type { ReadLine } from '../../collect/access-log/reader.ts';
import { RowReader } from '../../collect/access-log/row-reader.ts';
import type { LineParser } from '../../collect/access-log/text-parser.ts';
import { describeError } from '../../collect/describe-error.ts';
import type { LogsDocument } from '../../report/logs-document.ts';
import type { ProcessLineKind } from '../../snapshot/access-log/line.ts';
import type { LogRow } from '../../snapshot/access-log/row.ts';
import { textForm } from '../../snapshot/path-shape.ts';
import type { FoldedKind, TrafficFold } from '../../traffic/fold.ts';
import type { LogsOptions } from './options.ts';
import type { ProcessTally } from './process-tally.ts';

/** How many lines of which kind were read. */
export type Tally = Pick<
  LogsDocument,
  'lines' | 'parsed' | 'unparsed' | 'unparsedSamples' | 'processLines' | 'outside'
> & {
  readonly processKinds: Record<ProcessLineKind, number>;
};

/** The time asked for. */
type Window = Pick<LogsOptions, 'since' | 'until'>;

/** A tally that grows. */
export type Counting = { -readonly [K in keyof Tally]: Tally[K] } & { unparsedSamples: string[] };

const mostSamples = 5;

/** A tally of nothing. */
export function emptyTally(): Counting {
  return {
    lines: 0,
    parsed: 0,
    unparsed: 0,
    unparsedSamples: [],
    processLines: 0,
    processKinds: { 'stream-closed': 0, 'config-rejected': 0, 'secret-not-delivered': 0, other: 0 },
    outside: 0,
  };
}

/** A log: a file, or a document of a bundle. */
export interface Log {
  readonly name: string;
  /** The pod whose log it is; absent: its lines or its name say. */
  readonly pod?: string;
  readonly pieces: AsyncIterable<LogPiece> | Iterable<LogPiece>;
}

/** Where lines go: requests into the fold, what Envoy says of itself into a tally of its own, and all into the counts. */
export interface Sink extends LineSink {
  readonly fold: TrafficFold;
}

/** Where lines go that are read one by one. */
export interface LineSink {
  readonly fold: Pick<TrafficFold, 'add'>;
  readonly tally: Counting;
  readonly processes: ProcessTally;
}

/** Reads one log into the fold; what it came to as a source. A log that breaks off is read as far as it goes. */
export async function readLog(
  { name: file, pod, pieces }: Log,
  formats: readonly LineParser[],
  window: Window,
  sink: Sink,
): Promise<LogsDocument['sources'][number]> {
  const { tally } = sink;
  const taker = pieceTaker(formats, pod ?? podOf(file), window, sink);
  let bytes = 0;
  const before = { ...tally };
  try {
    for await (const piece of pieces) {
      bytes = piece.read;
      taker.take(piece);
    }
  } catch (error) {
    const lines = tally.lines - before.lines;
    const why = describeError(error);
    const detail = lines === 0 ? `nothing readable: ${why}` : `read ${lines} lines, then: ${why}`;
    return { name: file, state: lines === 0 ? 'failed' : 'partial', detail, cost: { calls: 1, bytes } };
  } finally {
    taker.end();
  }
  const parsed = tally.parsed - before.parsed;
  const lines = tally.lines - before.lines;
  const detail = `${parsed} of ${lines} lines are of an access log`;
  const nothing = parsed === 0 && tally.processLines === before.processLines;
  // A quiet gateway and one that logs elsewhere look alike: neither says that nothing happened.
  const silent = 'no line in the time asked: no request came, or it logs elsewhere than to its standard output';
  return nothing
    ? {
        ...{ name: file, state: 'failed' },
        detail: pod !== undefined && lines === 0 ? silent : `nothing readable: ${detail}`,
        cost: { calls: 1, bytes },
      }
    : { name: file, state: 'ok', detail, cost: { calls: 1, bytes } };
}

/** Takes the pieces of one log into the fold, one after the other; `end`: no more come. */
export function pieceTaker(
  formats: readonly LineParser[],
  pod: string | null,
  window: Window,
  sink: Sink,
): { readonly take: (piece: LogPiece) => void; readonly end: () => void } {
  const { fold } = sink;
  const reader = new RowReader<FoldedKind>(formats, pod, { by: fold.kindsBy, kindOf: fold.kindOf });
  const takes = {
    row: (row: LogRow<FoldedKind>): void => takeRow(row, window, sink),
    line: (line: ReadLine, length: number): void => takeLine(line, length, window, sink),
    release: (block: number): void => fold.release(block),
  };
  return {
    take: (piece) => reader.read(piece, takes),
    end: () => {
      fold.release(Number.POSITIVE_INFINITY);
      reader.end();
    },
  };
}

function takeRow(row: LogRow<FoldedKind>, { since, until }: Window, { tally, fold }: Sink): void {
  tally.lines += 1;
  tally.parsed += 1;
  const { at } = row;
  if ((since !== null && at < since) || (until !== null && at > until)) tally.outside += 1;
  else fold.addRow(row);
}

/** Counts one line; `length`: as it was read. */
export function takeLine(read: ReadLine, length: number, { since, until }: Window, sink: LineSink): void {
  const { tally, fold, processes } = sink;
  tally.lines += 1;
  if (read.kind === 'request') {
    tally.parsed += 1;
    const { at } = read.line;
    const out = at !== null && ((since !== null && at < since) || (until !== null && at > until));
    if (out) tally.outside += 1;
    else fold.add(read.line, length);
  } else if (read.kind === 'process') {
    tally.processLines += 1;
    tally.processKinds[read.line.kind] += 1;
    processes.add(read.line);
  } else if (read.kind === 'process-more') {
    tally.processLines += 1;
  } else if (read.kind === 'unparsed') {
    tally.unparsed += 1;
    if (tally.unparsedSamples.length < mostSamples) tally.unparsedSamples.push(textForm(read.text));
  }
}

/** Where lines do not name their pod, each file is taken for the log of one. */
export function podOf(file: string): string {
  return (file.split('/').at(-1) ?? file).replace(/\.(?:log|txt|gz|json)(?:\.gz)?$/, '');
}
