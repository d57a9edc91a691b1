/** The same byte four times. */
export function fourOf(byte: number): number {
  return Math.imul(byte, 0x01010101);
}

const ones = 0x01010101;
const highs = 0x80808080;

/**
 * Where a byte stands first; -1: not before `to`, or a byte that is not ASCII stands before it. Four bytes are looked at at once: a
 * byte of `word ^ fours` is 0 where the byte is the one sought, and the lowest that borrows in the subtraction is the first such.
 */
export function indexOfByte(view: DataView, from: number, to: number, byte: number, fours: number): number {
  for (let at = from; at < to; at += 4) {
    const word = view.getInt32(at, true);
    const differs = word ^ fours;
    const hits = (((differs - ones) & ~differs) | word) & highs;
    if (hits === 0) continue;
    const found = at + ((31 - Math.clz32(hits & -hits)) >> 3);
    return found < to && view.getUint8(found) === byte ? found : -1;
  }
  return -1;
}

const quotes = fourOf(0x22);
const backslashes = fourOf(0x5c);
const spaces = fourOf(0x20);

/** Where the quote stands that ends a JSON string; -1: not before `to`, or what is no plain ASCII stands before it. */
export function endOfString(view: DataView, from: number, to: number): number {
  for (let at = from; at < to; at += 4) {
    const word = view.getInt32(at, true);
    const noQuote = word ^ quotes;
    const noBackslash = word ^ backslashes;
    const hits =
      (((noQuote - ones) & ~noQuote) | ((noBackslash - ones) & ~noBackslash) | ((word - spaces) & ~word) | word) &
      highs;
    if (hits === 0) continue;
    const found = at + ((31 - Math.clz32(hits & -hits)) >> 3);
    return found < to && view.getUint8(found) === 0x22 ? found : -1;
  }
  return -1;
}

/** A text to compare with what stands somewhere, four bytes at once. */
export class Literal {
  readonly length: number;
  readonly #words: readonly number[];
  readonly #last: number;
  /** The bytes of the last word that count. */
  readonly #mask: number;

  constructor(text: string) {
    const bytes = Buffer.from(text);
    const padded = Buffer.alloc(bytes.length + 8);
    padded.set(bytes);
    this.length = bytes.length;
    const whole = Math.max(0, Math.ceil(bytes.length / 4) - 1);
    const left = bytes.length - 4 * whole;
    this.#words = Array.from({ length: whole }, (_, index) => padded.readInt32LE(4 * index));
    this.#last = padded.readInt32LE(4 * whole);
    this.#mask = left === 0 ? 0 : -1 >>> (32 - 8 * left);
  }

  /** True where it stands there, not beyond `to`. */
  standsAt(view: DataView, at: number, to: number): boolean {
    if (at + this.length > to) return false;
    const words = this.#words;
    let next = at;
    for (let index = 0; index < words.length; index += 1, next += 4)
      if (view.getInt32(next, true) !== words[index]) return false;
    return (view.getInt32(next, true) & this.#mask) === this.#last;
  }
}

/** True where all bytes are ASCII. */
export function isAscii(view: DataView, from: number, to: number): boolean {
  let at = from;
  for (; at + 4 <= to; at += 4) if ((view.getInt32(at, true) & highs) !== 0) return false;
  for (; at < to; at += 1) if (view.getUint8(at) >= 0x80) return false;
  return true;
}

const blanksAndLess = fourOf(0x21);

/** True where neither blanks, control characters nor quotes stand; of ASCII alone. */
export function isUnspaced(view: DataView, from: number, to: number): boolean {
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word = view.getInt32(at, true);
    const differs = word ^ quotes;
    if ((((word - blanksAndLess) & ~word) | ((differs - ones) & ~differs)) & highs) return false;
  }
  for (; at < to; at += 1) {
    const byte = view.getUint8(at);
    if (byte <= 0x20 || byte === 0x22) return false;
  }
  return true;
}
