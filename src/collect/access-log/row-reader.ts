import type { LogLine } from '../../snapshot/access-log/line.ts';
import type { KindOf, KindsBy, LogRow } from '../../snapshot/access-log/row.ts';
import { type LogPiece, textOf } from './lines.ts';
import { LogReader, type ReadLine } from './reader.ts';
import { giveBack, type Scanner, takeScanner } from './scanner.ts';
import type { LineParser } from './text-parser.ts';

/** Takes what is read: rows, and lines that only the exact reader tells. */
export interface TakesLines<Kind> {
  row(row: LogRow<Kind>): void;
  /** `length`: of the line as it was read. */
  line(line: ReadLine, length: number): void;
  /** The memory of blocks before this one is used anew. */
  release(block: number): void;
}

/** A layout of lines that a parser reads. */
interface Way {
  /** Its literal text, which tells it from others. */
  readonly form: string;
  readonly reread: (text: string) => LogLine;
  /** Null: not in this layout after all. */
  readonly read: (text: string) => LogLine | null;
}

/** Lines that the scanner takes for one kind. */
interface Alike<Kind> {
  readonly way: Way;
  /** Their kind; null: it was not read yet, or there is one for each path that is decided otherwise. */
  only: Kind | null;
  readonly byPath: Map<number | string, Kind>;
}

/** The layouts of a parser, and their numbers in the scanner. */
interface Ways {
  readonly all: Way[];
  readonly numbers: number[];
}

/** A log mixes so many layouts at most; beyond them, and beyond so many tries to find one, the exact reader reads. */
const mostWays = 4;
const mostTries = 64;
/** Kinds beyond so many are begun anew: memory is bounded whatever lines hold. */
const mostKinds = 8_192;

type Growing<Kind> = { -readonly [K in keyof LogRow<Kind>]: LogRow<Kind>[K] };

/**
 * Reads the lines of one log where they stand, without a text or an object for each. The exact reader reads the first line of each
 * layout and of each kind, and all that are unusual: what it says of them is what is said of every line.
 */
export class RowReader<Kind> {
  readonly #reader: LogReader;
  readonly #kindOf: KindOf<Kind>;
  readonly #by: KindsBy;
  readonly #ways = new Map<LineParser, Ways>();
  /** By their number in the scanner. */
  readonly #wayOf: Way[] = [];
  #alike: Alike<Kind>[] = [];
  #byPath = 0;
  #tries = 0;
  #scanner: Scanner | null = null;
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
  read({ bytes, from, to, scanner: filled }: LogPiece, takes: TakesLines<Kind>): void {
    let at = from;
    if (filled) {
      this.#scanner = filled;
      filled.enter(takes.release);
      this.#readPlaced(filled, from, to, takes);
      return;
    }
    while (at < to && !this.#scanner) at = this.#readExactly(bytes, at, takes);
    const scanner = this.#scanner;
    while (at < to && scanner) {
      let end = Math.min(to, at + scanner.at.blockSize);
      if (end < to) end = bytes.lastIndexOf(10, end - 1) + 1;
      if (end > at) {
        const place = scanner.put(bytes, at, end, takes.release);
        this.#readPlaced(scanner, place, place + end - at, takes);
        at = end;
      } else {
        at = this.#readExactly(bytes, at, takes);
      }
    }
  }

  /** No more lines come, and none of those that came is needed any more. */
  end(): void {
    if (this.#scanner) giveBack(this.#scanner);
    this.#scanner = null;
  }

  /** Reads lines that stand in the scanner's memory. */
  #readPlaced(scanner: Scanner, from: number, to: number, takes: TakesLines<Kind>): void {
    for (let at = from; at < to; ) {
      const { first } = this.#reader;
      const ways = first === null || this.#reader.isWithinLine ? undefined : this.#ways.get(first);
      if (!ways) {
        at = this.#readExactly(scanner.bytes, at, takes);
        continue;
      }
      const rows = scanner.scan(at, to, ways.numbers);
      let taken = 0;
      while (taken < rows && this.#takeRow(scanner, taken, takes)) taken += 1;
      if (taken < rows) {
        // What is read now may tell that others are read otherwise: they are scanned anew.
        at = this.#readExactly(scanner.bytes, scanner.beginOf(taken), takes);
        continue;
      }
      at = scanner.stopped;
      if (at < to && rows < scanner.at.mostRows && !this.#addKind(scanner))
        at = this.#readExactly(scanner.bytes, at, takes);
    }
  }

  /** Reads one line by the exact reader; where the next begins. */
  #readExactly(bytes: Buffer, begin: number, takes: TakesLines<Kind>): number {
    const end = bytes.indexOf(10, begin);
    const raw = textOf(bytes, begin, end);
    const read = this.#reader.read(raw);
    if (read.kind === 'request') this.#learn(bytes, begin, end, takes);
    takes.line(read, raw.length);
    return end + 1;
  }

  /** False: the exact reader reads it otherwise. */
  #takeRow(scanner: Scanner, index: number, takes: TakesLines<Kind>): boolean {
    const { words, numbers, at } = scanner;
    const number = at.rowsAt / 8 + 8 * index;
    const word = 2 * number;
    const from = words[word + 7] ?? 0;
    const to = words[word + 8] ?? 0;
    const pathFrom = words[word + 12] ?? 0;
    const pathTo = words[word + 13] ?? 0;
    const kind = this.#kindAt(scanner, words[word + 6] ?? 0, from, to, pathFrom, pathTo);
    if (kind === null) return false;
    this.#reader.passRequest();
    this.#row ??= emptyRow(kind, scanner);
    const row = this.#row;
    row.kind = kind;
    row.at = numbers[number] ?? 0;
    row.sent = numbers[number + 1] ?? 0;
    row.durationMs = numbers[number + 2] ?? 0;
    row.block = scanner.block;
    row.from = from;
    row.to = to;
    row.length = words[word + 9] ?? 0;
    row.idFrom = words[word + 10] ?? 0;
    row.idTo = words[word + 11] ?? 0;
    row.pathFrom = pathFrom;
    row.pathTo = pathTo;
    takes.row(row);
    return true;
  }

  /** The kind of a line that the scanner takes for one of these; null: the exact reader reads it otherwise. */
  #kindAt(scanner: Scanner, number: number, from: number, to: number, pathFrom: number, pathTo: number): Kind | null {
    const alike = this.#alike[number];
    if (!alike) return null;
    if (alike.only !== null) return alike.only;
    const { path: by } = this.#by;
    if (by === 'shape') {
      alike.only = this.#newKind(scanner, alike, from, to);
      return alike.only;
    }
    const told = by === 'whole' ? -1 : pathTo > pathFrom ? by(scanner.bytes, pathFrom, pathTo) : 0;
    const key = told < 0 ? scanner.bytes.toString('latin1', pathFrom, pathTo) : told;
    const held = alike.byPath.get(key);
    if (held !== undefined) return held;
    if (this.#byPath >= mostKinds) {
      for (const { byPath } of this.#alike) byPath.clear();
      this.#byPath = 0;
    }
    const kind = this.#newKind(scanner, alike, from, to);
    if (kind !== null) {
      alike.byPath.set(key, kind);
      this.#byPath += 1;
    }
    return kind;
  }

  #newKind({ bytes }: Scanner, { way }: Alike<Kind>, from: number, to: number): Kind | null {
    const line = way.read(bytes.toString('latin1', from, to));
    return line && this.#kindOf(line, way.reread);
  }

  /** Keeps the new kind that the scanner stopped at; false: there is none. */
  #addKind(scanner: Scanner): boolean {
    const way = this.#wayOf[scanner.newKind];
    if (!way) return false;
    const number = scanner.add();
    if (number === 0) {
      this.#alike = [];
      this.#byPath = 0;
    }
    this.#alike[number] = { way, only: null, byPath: new Map() };
    return true;
  }

  /** Learns where the values stand in lines like one that was read. */
  #learn(bytes: Buffer, begin: number, end: number, { release }: TakesLines<Kind>): void {
    const parser = this.#reader.first;
    const ways = parser ? (this.#ways.get(parser) ?? { all: [], numbers: [] }) : null;
    if (!parser?.layout || !ways || this.#tries >= mostTries || ways.all.length >= mostWays) return;
    this.#scanner ??= takeScanner();
    const scanner = this.#scanner;
    if (end - begin > scanner.at.blockSize) return;
    const place = bytes === scanner.bytes ? begin : scanner.put(bytes, begin, end, release);
    const from = scanner.textBegins(place, place + end - begin);
    if (from < 0) return;
    this.#tries += 1;
    const layout = parser.layout(scanner.bytes.toString('latin1', from, place + end - begin));
    const form = JSON.stringify(layout && [layout.lead, layout.slots.map(({ after }) => after)]);
    if (!layout || ways.all.some((way) => way.form === form)) return;
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
    const number = scanner.learn(layout, this.#by);
    if (number < 0) return;
    const way = { form, read, reread };
    this.#wayOf[number] = way;
    ways.all.push(way);
    ways.numbers.push(number);
    this.#ways.set(parser, ways);
  }
}

function emptyRow<Kind>(kind: Kind, { bytes }: Scanner): Growing<Kind> {
  const places = { block: 0, from: 0, to: 0, length: 0, idFrom: 0, idTo: 0, pathFrom: 0, pathTo: 0 };
  return { kind, at: Number.NaN, sent: Number.NaN, durationMs: Number.NaN, bytes, ...places };
}
