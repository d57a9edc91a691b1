import type { LogLine } from '../../snapshot/access-log/line.ts';
import type { KindOf, KindsBy, LogRow } from '../../snapshot/access-log/row.ts';
import { Kinds } from './kinds.ts';
import { type LogPiece, textOf } from './lines.ts';
import { LogReader, mostLineLength, type ReadLine } from './reader.ts';
import { Scanner } from './scanner.ts';
import { textBegins } from './text-begins.ts';
import type { LineParser } from './text-parser.ts';

/** Takes what is read: rows, and lines that only the exact reader tells. */
export interface TakesLines<Kind> {
  row(row: LogRow<Kind>): void;
  /** `length`: of the line as it was read. */
  line(line: ReadLine, length: number): void;
}

/** A layout of lines that a parser reads, and the kinds they are of. */
interface Way<Kind> {
  /** Its literal text, which tells it from others. */
  readonly form: string;
  readonly scanner: Scanner;
  readonly kinds: Kinds<Kind>;
  readonly reread: (text: string) => LogLine;
  /** Null: not in this layout after all. */
  readonly read: (text: string) => LogLine | null;
}

/** A log mixes so many layouts at most; beyond them, and beyond so many tries to find one, the exact reader reads. */
const mostWays = 4;
const mostTries = 64;

type Growing<Kind> = { -readonly [K in keyof LogRow<Kind>]: LogRow<Kind>[K] };

/**
 * Reads the lines of one log where they stand, without a text or an object for each. The exact reader reads the first line of each
 * layout and of each kind, and all that are unusual: what it says of them is what is said of every line.
 */
export class RowReader<Kind> {
  readonly #reader: LogReader;
  readonly #kindOf: KindOf<Kind>;
  readonly #by: KindsBy;
  /** The ways of each parser; the one that was taken last comes first. */
  readonly #ways = new Map<LineParser, Way<Kind>[]>();
  #tries = 0;
  #row: Growing<Kind> | null = null;

  constructor(
    formats: readonly LineParser[],
    pod: string | null,
    { by, kindOf }: { readonly by: KindsBy; readonly kindOf: KindOf<Kind> },
  ) {
    this.#reader = new LogReader(formats, pod);
    this.#by = by;
    this.#kindOf = kindOf;
  }

  /** Reads the lines of a piece, in their order. */
  read(piece: LogPiece, takes: TakesLines<Kind>): void {
    const { bytes, to } = piece;
    for (let at = piece.from; at < to; ) {
      const end = bytes.indexOf(10, at);
      this.#readLine(piece, at, end, takes);
      at = end + 1;
    }
  }

  #readLine(piece: LogPiece, begin: number, end: number, takes: TakesLines<Kind>): void {
    const { bytes } = piece;
    const { first } = this.#reader;
    const ways = first === null || this.#reader.isWithinLine ? undefined : this.#ways.get(first);
    const from = ways === undefined || end - begin > mostLineLength ? -1 : textBegins(bytes, begin, end);
    if (ways !== undefined && from >= 0) {
      for (let index = 0; index < ways.length; index += 1) {
        const way = ways[index];
        if (!way?.scanner.read(bytes, piece.view, from, end)) continue;
        if (index > 0) {
          ways.splice(index, 1);
          ways.unshift(way);
        }
        const row = this.#rowOf(piece, way, begin, from, end);
        if (!row) break;
        takes.row(row);
        return;
      }
    }
    const raw = textOf(bytes, begin, end);
    const read = this.#reader.read(raw);
    if (read.kind === 'request') this.#learn(bytes, begin, end);
    takes.line(read, raw.length);
  }

  #rowOf(
    { bytes, view, block }: LogPiece,
    way: Way<Kind>,
    begin: number,
    from: number,
    to: number,
  ): LogRow<Kind> | null {
    const { scanner, kinds, reread } = way;
    let kind = kinds.find(scanner.words, scanner.count);
    if (kind === undefined) {
      const line = way.read(bytes.toString('latin1', from, to));
      if (!line) return null;
      kind = this.#kindOf(line, reread);
      kinds.add(scanner.words, scanner.count, kind);
    }
    this.#reader.passRequest();
    const { at, sent, durationMs, idFrom, idTo, pathFrom, pathTo } = scanner;
    const length = to - begin;
    let row = this.#row;
    if (!row) {
      row = { kind, at, sent, durationMs, bytes, view, block, from, to, length, idFrom, idTo, pathFrom, pathTo };
      this.#row = row;
      return row;
    }
    row.kind = kind;
    row.at = at;
    row.sent = sent;
    row.durationMs = durationMs;
    row.bytes = bytes;
    row.view = view;
    row.block = block;
    row.from = from;
    row.to = to;
    row.length = length;
    row.idFrom = idFrom;
    row.idTo = idTo;
    row.pathFrom = pathFrom;
    row.pathTo = pathTo;
    return row;
  }

  /** Learns where the values stand in lines like one that was read. */
  #learn(bytes: Buffer, begin: number, end: number): void {
    const parser = this.#reader.first;
    const from = this.#tries < mostTries ? textBegins(bytes, begin, end) : -1;
    const ways = parser ? (this.#ways.get(parser) ?? []) : [];
    if (!parser?.layout || from < 0 || ways.length >= mostWays) return;
    this.#tries += 1;
    const layout = parser.layout(bytes.toString('latin1', from, end));
    const form = JSON.stringify(layout && [layout.lead, layout.slots.map(({ after }) => after)]);
    if (!layout || ways.some((way) => way.form === form)) return;
    const { pod } = this.#reader;
    const read = (text: string): LogLine | null => {
      const draft = layout.read(text);
      if (draft) draft.pod ??= pod;
      return draft;
    };
    const reread = (text: string): LogLine => {
      const line = read(text);
      if (!line) throw new Error('a line that was read cannot be read again');
      return line;
    };
    ways.push({ form, scanner: new Scanner(layout, this.#by), kinds: new Kinds(), read, reread });
    this.#ways.set(parser, ways);
  }
}
