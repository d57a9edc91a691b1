import { RE2JS } from 're2js';
import { bytesOf } from '../../lib/bytes.ts';

/** One instruction of a compiled pattern, as re2js 2.10.0 holds it (the instruction set of Go's regexp/syntax). */
interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  /** A single code point, or pairs of first and last. */
  readonly runes: ArrayLike<number>;
}

type Range = readonly [low: number, high: number];

const op = { alt: 1, altMatch: 2, capture: 3, emptyWidth: 4, match: 6, nop: 7, rune: 8, any: 10, anyNotNewline: 11 };
const atBegin = 1 | 4;
const atEnd = 2 | 8;
const lastRune = 0x10ffff;

function instructionsOf(source: string): { readonly list: readonly Instruction[]; readonly start: number } {
  const { prog } = RE2JS.compile(source).re2();
  return { list: prog.inst, start: prog.start };
}

function takesRune(one: Instruction): boolean {
  return one.op >= op.rune && one.op <= op.anyNotNewline;
}

function rangesOf({ op: kind, runes }: Instruction): readonly Range[] {
  const newline = 10;
  if (kind === op.any) return [[0, lastRune]];
  if (kind === op.anyNotNewline)
    return [
      [0, newline - 1],
      [newline + 1, lastRune],
    ];
  const [only = 0] = Array.from(runes);
  if (runes.length === 1) return [[only, only]];
  const ranges: Range[] = [];
  for (let at = 0; at + 1 < runes.length; at += 2) ranges.push([runes[at] ?? 0, runes[at + 1] ?? 0]);
  return ranges;
}

/**
 * About how large the program is that RE2 in C++ makes of a pattern. It works on bytes, re2js on code points: a class of
 * all letters is one instruction here and over a thousand there. Within a quarter of RE2's own count in its test.
 * Throws where RE2 does not know the syntax.
 */
export function estimateProgramSize(source: string, unit: 'byte' | 'utf8'): number {
  // RE2 adds two instructions for a search that may begin anywhere.
  let size = 2;
  for (const one of instructionsOf(unit === 'byte' ? bytesOf(source) : source).list) {
    if (!takesRune(one)) size += 1;
    else
      size += unit === 'byte' ? rangesOf(one).filter(([low]) => low <= 0xff).length : utf8Instructions(rangesOf(one));
  }
  return size;
}

/** RE2 shares what sequences of bytes have in common at their beginning, and trailing bytes that may be any. */
function utf8Instructions(ranges: readonly Range[]): number {
  const made = new Set<string>();
  for (const sequence of ranges.flatMap(([low, high]) => utf8Sequences(low, high))) {
    const free = sequence.length - sequence.findLastIndex(([low, high]) => low !== 0x80 || high !== 0xbf) - 1;
    for (let left = 1; left <= free; left += 1) made.add(`any ${left}`);
    const own = sequence.slice(0, sequence.length - free).join(' ');
    for (let at = 1; at <= sequence.length - free; at += 1) {
      made.add(at === sequence.length - free ? `${own} then ${free}` : sequence.slice(0, at).join(' '));
    }
  }
  return made.size;
}

/** RE2 writes this one range by hand, shorter than its exact UTF-8 (Compiler::Add_80_10ffff). */
const anyByte: Range = [0x80, 0xbf];
const allBeyondAscii: readonly (readonly Range[])[] = [
  [[0xc2, 0xdf], anyByte],
  [[0xe0, 0xef], anyByte, anyByte],
  [[0xf0, 0xf4], anyByte, anyByte, anyByte],
];

/** The sequences of byte ranges whose UTF-8 is exactly the code points of a range. */
function utf8Sequences(low: number, high: number): readonly (readonly Range[])[] {
  if (low > high) return [];
  if (low === 0x80 && high === lastRune) return allBeyondAscii;
  for (const last of [0x7f, 0x7ff, 0xffff]) {
    if (low <= last && last < high) return [...utf8Sequences(low, last), ...utf8Sequences(last + 1, high)];
  }
  // Cut where a trailing byte would not run from 0x80 to 0xbf, unless all bytes before it are the same.
  for (let bits = 6; high > 0x7f && bits <= 18; bits += 6) {
    const mask = (1 << bits) - 1;
    if ((low & ~mask) === (high & ~mask)) break;
    if ((low & mask) !== 0) return [...utf8Sequences(low, low | mask), ...utf8Sequences((low | mask) + 1, high)];
    if ((high & mask) !== mask)
      return [...utf8Sequences(low, (high & ~mask) - 1), ...utf8Sequences(high & ~mask, high)];
  }
  const first = utf8(low);
  const last = utf8(high);
  return [first.map((byte, at): Range => [byte, last[at] ?? byte])];
}

function utf8(rune: number): readonly number[] {
  const trail = (shift: number): number => 0x80 | ((rune >> shift) & 0x3f);
  if (rune < 0x80) return [rune];
  if (rune < 0x800) return [0xc0 | (rune >> 6), trail(0)];
  if (rune < 0x10000) return [0xe0 | (rune >> 12), trail(6), trail(0)];
  return [0xf0 | (rune >> 18), trail(12), trail(6), trail(0)];
}

/** What samples are written with, the plainest first. */
const plain = 'abcdefghijklmnopqrstuvwxyz1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./~ !$&()*+,:;=@';
const mostStates = 20_000;

/** A shortest printable text that a whole pattern takes and that begins with `begin`; null where there is none, or none was found. */
export function shortestMatch(source: string, begin = ''): string | null {
  const { list, start } = instructionsOf(source);
  const seen = new Set<string>();
  let front: { readonly pc: number; readonly text: string; readonly ended: boolean }[] = [
    { pc: start, text: '', ended: false },
  ];
  while (front.length > 0 && seen.size < mostStates) {
    const next: typeof front = [];
    // The front grows while it is walked: what takes no character stays in it.
    for (const state of front) {
      const { pc, text, ended } = state;
      const key = `${pc} ${Math.min(text.length, begin.length + 1)} ${ended}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const one = list[pc];
      if (!one) continue;
      if (one.op === op.match) {
        if (text.startsWith(begin) && RE2JS.compile(source).matches(text)) return text;
      } else if (takesRune(one)) {
        const char = ended ? null : charIn(one, begin.charAt(text.length));
        if (char !== null) next.push({ pc: one.out, text: text + char, ended });
      } else if (one.op === op.alt || one.op === op.altMatch) {
        front.push({ ...state, pc: one.out }, { ...state, pc: one.arg });
      } else if (one.op === op.emptyWidth) {
        if ((one.arg & atBegin) === 0 || text === '') {
          front.push({ pc: one.out, text, ended: ended || (one.arg & atEnd) !== 0 });
        }
      } else if (one.op === op.capture || one.op === op.nop) front.push({ ...state, pc: one.out });
    }
    front = next;
  }
  return null;
}

/** A character that an instruction takes: the wanted one, or the plainest. */
function charIn(one: Instruction, wanted: string): string | null {
  const folds = (one.arg & 1) !== 0 && one.op !== op.any && one.op !== op.anyNotNewline;
  const ranges = rangesOf(one);
  for (const char of wanted || plain) {
    for (const form of folds ? [char, char.toLowerCase(), char.toUpperCase()] : [char]) {
      const rune = form.charCodeAt(0);
      if (ranges.some(([low, high]) => rune >= low && rune <= high)) return char;
    }
  }
  return null;
}
