import type { KindsBy } from '../../snapshot/access-log/row.ts';
import { isId } from '../../snapshot/path-shape.ts';
import type { Layout, LayoutSlot, Role } from './layout.ts';
import { scanModule } from './scan.gen.ts';

/** What `assembly/index.ts` exports; globals that end in `At` are places in its memory. */
interface Exports extends Readonly<Record<Constant, WebAssembly.Global>> {
  readonly memory: WebAssembly.Memory;
  readonly scan: (from: number, to: number, ways: number) => number;
  readonly add: () => number;
  readonly forget: () => void;
  readonly textBegins: (from: number, to: number) => number;
  readonly stopped: WebAssembly.Global;
  readonly sign: WebAssembly.Global;
}

const constants = [
  ...(['waysAt', 'waySize', 'mostWays', 'slotSize', 'mostSlots', 'textsAt', 'textsSize', 'triedAt'] as const),
  ...(['rowsAt', 'mostRows', 'signAt', 'blocksAt', 'blockSize', 'mostBlocks'] as const),
];
type Constant = (typeof constants)[number];

/** Where a value of a layout says what `assembly/line.ts` asks of it, in bytes from its begin. */
const lengthOffset = 8;
const wordOffset = 16;
const minuteOffset = 48;
const countOffset = 56;
const stopOffset = 64;

const roles: Readonly<Record<Role, number>> = {
  skip: 0,
  key: 1,
  mark: 2,
  time: 3,
  sent: 4,
  duration: 5,
  digits: 6,
  service: 7,
  path: 8,
  id: 9,
};
const numbers: ReadonlySet<Role> = new Set(['sent', 'duration', 'digits', 'service']);

/** How the scanner reads a value: `assembly/forms.ts` names the numbers. */
function formOf({ role, json, last, pattern, after }: LayoutSlot): number {
  if (json) return 5;
  if (role === 'time') return pattern === null ? 3 : 4;
  if (last) return 2;
  return Number(numbers.has(role) && /^[^0-9]/.test(after));
}

/**
 * Reads the lines of known layouts where they stand, sixteen bytes at once: the WebAssembly made of `assembly/`, and its memory. It
 * takes only lines that the exact reader would read alike, from left to right: ASCII, each value as usual; every other line is
 * left to that one.
 */
export class Scanner {
  /** All of the memory; places are places in it. */
  readonly bytes: Buffer;
  /** The same as words and as numbers: a row is eight numbers or sixteen words, as `writeRow` of `assembly/index.ts` says. */
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly at: Readonly<Record<Constant, number>>;
  readonly #exports: Exports;
  readonly #view: DataView;
  #ways: Layout[] = [];
  #textsEnd = 0;
  #tried: readonly number[] = [];
  #triedCount = 0;
  #time = Number.NaN;
  /** Counts the blocks in the order they were filled. */
  #block = 0;
  #filled = 0;
  /** Counts the blocks in the order they were read into. */
  #entered = 0;

  constructor() {
    const asked = {
      isId: (from: number, to: number) => Number(isId(this.#text(from, to))),
      minuteAt: (way: number, slot: number, from: number, past: number) => this.#minuteAt(way, slot, from) - past,
      patternEnd: (way: number, slot: number, from: number, to: number) => this.#patternEnd(way, slot, from, to),
      patternTime: () => this.#time,
    };
    compiled ??= new WebAssembly.Module(Buffer.from(scanModule, 'base64'));
    // The parsing edge: what a module exports has no types.
    this.#exports = new WebAssembly.Instance<Exports>(compiled, { asked }).exports;
    const { buffer } = this.#exports.memory;
    this.bytes = Buffer.from(buffer);
    this.#view = new DataView(buffer);
    this.words = new Int32Array(buffer);
    this.numbers = new Float64Array(buffer);
    const known = constants.map((name) => [name, Number(this.#exports[name].value)] as const);
    this.at = Object.fromEntries(known) as Record<Constant, number>;
    this.#textsEnd = this.at.textsAt;
  }

  /** Forgets all layouts and kinds. */
  forget(): void {
    this.#exports.forget();
    this.#ways = [];
    this.#textsEnd = this.at.textsAt;
    this.#tried = [];
    this.#triedCount = 0;
  }

  /** The block that was filled last. */
  get block(): number {
    return this.#block;
  }

  /**
   * Puts whole lines, of one block at most, into the memory; where they begin. `release` is told before which block all memory is
   * used anew.
   */
  put(bytes: Buffer, from: number, to: number, release: (block: number) => void): number {
    const { blocksAt, blockSize, mostBlocks } = this.at;
    if (this.#filled + to - from > blockSize) {
      this.#block += 1;
      this.#filled = 0;
      release(this.#block - mostBlocks + 1);
    }
    const begin = blocksAt + (this.#block % mostBlocks) * blockSize + this.#filled;
    bytes.copy(this.bytes, begin, from, to);
    this.#filled += to - from;
    return begin;
  }

  /** Where the block begins that is read into next. */
  nextBlock(): number {
    const { blocksAt, blockSize, mostBlocks } = this.at;
    this.#entered += 1;
    return blocksAt + (this.#entered % mostBlocks) * blockSize;
  }

  /** Lines that were read into a block come; `release` is told before which block all memory may be read into from now on. */
  enter(release: (block: number) => void): void {
    if (this.#entered === this.#block) return;
    this.#block = this.#entered;
    release(this.#block - this.at.mostBlocks + 2);
  }

  /** Learns a layout; its number, or -1 where it has no room. */
  learn(layout: Layout, { header: counts }: KindsBy): number {
    const { waysAt, waySize, mostWays, slotSize, mostSlots } = this.at;
    const { lead, slots } = layout;
    const way = this.#ways.length;
    const begin = waysAt + way * waySize;
    if (way >= mostWays || slots.length > mostSlots || !this.#writeText(begin, lead)) return -1;
    this.#view.setInt32(begin + countOffset, slots.length, true);
    for (const [index, value] of slots.entries()) {
      const { role, header } = value;
      const slot = begin + slotSize * (index + 1);
      if (!this.#writeText(slot, value.after)) return -1;
      const told = role === 'key' && header !== null && !counts(header) ? 'skip' : role;
      this.bytes.set([roles[told], formOf(value)], slot);
      this.#view.setFloat64(slot + minuteOffset, Number.NaN, true);
    }
    this.#ways.push(layout);
    return way;
  }

  /** Where the text of a line begins behind what a runtime put before it; -1: that needs a closer look. */
  textBegins(from: number, to: number): number {
    return this.#exports.textBegins(from, to);
  }

  /** Reads lines into rows, by the layouts of these numbers; how many rows. It stops at `stopped`. */
  scan(from: number, to: number, ways: readonly number[]): number {
    if (this.#tried !== ways || this.#triedCount !== ways.length) {
      this.bytes.set(ways, this.at.triedAt);
      this.#tried = ways;
      this.#triedCount = ways.length;
    }
    return this.#exports.scan(from, to, ways.length);
  }

  /** Where the next line begins: the end, a line that is left to the exact reader, or one of a new kind, or there was no room. */
  get stopped(): number {
    return Number(this.#exports.stopped.value);
  }

  /** Where the line of a row begins, with what it was wrapped in. */
  beginOf(row: number): number {
    const word = this.at.rowsAt / 4 + 16 * row;
    return (this.words[word + 8] ?? 0) - (this.words[word + 9] ?? 0);
  }

  /** Of a line of a new kind before which `scan` stopped: the number of its layout; -1: there is none. */
  get newKind(): number {
    return Number(this.#exports.sign.value) === 0 ? -1 : (this.bytes[this.at.signAt] ?? -1);
  }

  /** Keeps that new kind; its number. 0: all others are forgotten. */
  add(): number {
    return this.#exports.add();
  }

  /** The literal text of a place in a layout: its length, where it is, its first eight bytes with a mask, and its first sixteen times. */
  #writeText(slot: number, text: string): boolean {
    const bytes = Buffer.from(text);
    const room = (bytes.length + 31) & ~15;
    if (this.#textsEnd + room > this.at.textsAt + this.at.textsSize) return false;
    this.bytes.set(bytes, this.#textsEnd);
    this.#view.setInt32(slot + lengthOffset, bytes.length, true);
    this.#view.setInt32(slot + lengthOffset + 4, this.#textsEnd, true);
    const first = bytes.subarray(0, 8);
    this.bytes.fill(0, slot + wordOffset, slot + wordOffset + 16);
    this.bytes.set(first, slot + wordOffset);
    this.bytes.fill(0xff, slot + wordOffset + 8, slot + wordOffset + 8 + first.length);
    this.bytes.fill(bytes[0] ?? 0, slot + stopOffset, slot + stopOffset + 16);
    this.#textsEnd += room;
    return true;
  }

  #text(from: number, to: number): string {
    return this.bytes.toString('latin1', from, to);
  }

  #slot(way: number, place: number): LayoutSlot | undefined {
    const { waysAt, waySize, slotSize } = this.at;
    return this.#ways[way]?.slots[(place - waysAt - way * waySize) / slotSize - 1];
  }

  #minuteAt(way: number, slot: number, from: number): number {
    return this.#slot(way, slot)?.time?.(this.#text(from, from + 24)) ?? Number.NaN;
  }

  #patternEnd(way: number, slot: number, from: number, to: number): number {
    const reader = this.#slot(way, slot)?.pattern;
    if (!reader) return -1;
    reader.pattern.lastIndex = 0;
    const match = reader.pattern.exec(this.#text(from, to));
    this.#time = (match && reader.read(match)) ?? Number.NaN;
    return match ? from + match[0].length : -1;
  }
}

let compiled: WebAssembly.Module | null = null;
let idle: Scanner | null = null;

/** A scanner that knows nothing yet. */
export function takeScanner(): Scanner {
  const scanner = idle ?? new Scanner();
  idle = null;
  scanner.forget();
  return scanner;
}

/** Nothing in its memory is needed any more. */
export function giveBack(scanner: Scanner): void {
  idle = scanner;
}
