import { RE2JS } from 're2js';

/** One node of a nondeterministic automaton over bytes. */
export type Node =
  | { readonly kind: 'byte'; readonly takes: Uint8Array; readonly out: number }
  | { readonly kind: 'fork'; readonly outs: readonly number[] }
  /** Passes where the conditions hold at this place of the text: a mask of `look`. */
  | { readonly kind: 'look'; readonly conditions: number; readonly out: number }
  | { readonly kind: 'match' };

/** A nondeterministic automaton over bytes (0–255). */
export interface Nfa {
  readonly nodes: readonly Node[];
  readonly start: number;
}

/** The conditions of RE2 on a place in the text (`EmptyOp` in re2/regexp.h): the bits of re2js's programs. */
export const look = {
  beginLine: 1,
  endLine: 2,
  beginText: 4,
  endText: 8,
  wordBoundary: 16,
  noWordBoundary: 32,
} as const;

/** The operations of re2js's programs, by the number its `Inst` class gives them (2.10.0). */
const operation = {
  alt: 1,
  altMatch: 2,
  capture: 3,
  emptyWidth: 4,
  fail: 5,
  match: 6,
  nop: 7,
  rune: 8,
  rune1: 9,
  any: 10,
  anyNotNewline: 11,
} as const;

/** One instruction of re2js's compiled program. */
interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
  readonly matchRune: (rune: number) => boolean;
}

const maxRune = 0x10ffff;

/**
 * The automaton of a pattern as RE2 reads it, made from re2js's compiled program: its parser has done what differs between
 * dialects (flags, case folding, classes). `byte`: a rune is a byte; `utf8`: a rune is its UTF-8 sequence.
 */
export function nfaOf(pattern: string, unit: 'byte' | 'utf8'): Nfa {
  const { inst, start } = RE2JS.compile(pattern).re2().prog;
  const program: readonly Instruction[] = inst;
  const nodes: Node[] = [];
  const extra: Node[] = [];
  const add = (node: Node): number => program.length + extra.push(node) - 1;
  for (const one of program) nodes.push(nodeOf(one, unit, add));
  return { nodes: [...nodes, ...extra], start };
}

function nodeOf(instruction: Instruction, unit: 'byte' | 'utf8', add: (node: Node) => number): Node {
  const { op, out, arg } = instruction;
  switch (op) {
    case operation.alt:
    case operation.altMatch:
      return { kind: 'fork', outs: [out, arg] };
    case operation.capture:
    case operation.nop:
      return { kind: 'fork', outs: [out] };
    case operation.emptyWidth:
      return { kind: 'look', conditions: arg, out };
    case operation.fail:
      return { kind: 'fork', outs: [] };
    case operation.match:
      return { kind: 'match' };
    case operation.rune:
    case operation.rune1:
    case operation.any:
    case operation.anyNotNewline:
      return runeNode(instruction, unit, add);
    default:
      throw new Error(`an instruction of re2js that is not known: ${op}`);
  }
}

function runeNode(instruction: Instruction, unit: 'byte' | 'utf8', add: (node: Node) => number): Node {
  const most = unit === 'byte' ? 0xff : 0x7f;
  const takes = new Uint8Array(256);
  for (let rune = 0; rune <= most; rune += 1) takes[rune] = takesRune(instruction, rune) ? 1 : 0;
  const single: Node = { kind: 'byte', takes, out: instruction.out };
  if (unit === 'byte') return single;
  const outs = rangesOf(instruction)
    .flatMap(([from, to]) => utf8Sequences(Math.max(from, 0x80), to))
    .map((sequence) => chain(sequence, instruction.out, add));
  return outs.length === 0 ? single : { kind: 'fork', outs: [add(single), ...outs] };
}

function chain(sequence: readonly ByteRange[], out: number, add: (node: Node) => number): number {
  return [...sequence].reverse().reduce((next, [from, to]) => {
    return add({ kind: 'byte', takes: byteRange(from, to), out: next });
  }, out);
}

const byteRanges = new Map<number, Uint8Array>();

/** One set for each range: sets that are the same thing need not be compared. */
function byteRange(from: number, to: number): Uint8Array {
  const known = byteRanges.get(from * 256 + to);
  if (known) return known;
  const made = new Uint8Array(256).fill(1, from, to + 1);
  byteRanges.set(from * 256 + to, made);
  return made;
}

function takesRune(instruction: Instruction, rune: number): boolean {
  if (instruction.op === operation.any) return true;
  if (instruction.op === operation.anyNotNewline) return rune !== 10;
  return instruction.matchRune(rune);
}

type Range = readonly [from: number, to: number];
type ByteRange = Range;

/** The runes that an instruction takes, as ranges. A single rune may fold to others far away. */
function rangesOf(instruction: Instruction): readonly Range[] {
  const { op, runes } = instruction;
  if (op === operation.any || op === operation.anyNotNewline) return [[0, maxRune]];
  if (runes.length !== 1) {
    const pairs: Range[] = [];
    for (let at = 0; at + 1 < runes.length; at += 2) pairs.push([runes[at] ?? 0, runes[at + 1] ?? 0]);
    return pairs;
  }
  if (instruction.arg === 0) return [[runes[0] ?? 0, runes[0] ?? 0]];
  const [rune = 0] = [runes[0]];
  const known = folds.get(rune);
  if (known) return known;
  const folded: Range[] = [];
  // Above plane 1 nothing folds.
  for (let other = 0x80; other < 0x20000; other += 1) if (instruction.matchRune(other)) folded.push([other, other]);
  folds.set(rune, folded);
  return folded;
}

/** The runes from U+0080 on that a rune folds to, by rune: a scan of all planes that fold is worth remembering. */
const folds = new Map<number, readonly Range[]>();

/** A range of runes from U+0080 on as ranges of UTF-8 bytes, surrogates left out. */
function utf8Sequences(from: number, to: number): readonly (readonly ByteRange[])[] {
  if (from > to) return [];
  for (const edge of [0x7ff, 0xd7ff, 0xdfff, 0xffff]) {
    if (from <= edge && to > edge) return [...utf8Sequences(from, edge), ...utf8Sequences(edge + 1, to)];
  }
  if (from >= 0xd800 && to <= 0xdfff) return [];
  const length = from <= 0x7ff ? 2 : from <= 0xffff ? 3 : 4;
  for (let low = 1; low < length; low += 1) {
    const mask = (1 << (6 * low)) - 1;
    if ((from & ~mask) === (to & ~mask)) continue;
    if ((from & mask) !== 0) return [...utf8Sequences(from, from | mask), ...utf8Sequences((from | mask) + 1, to)];
    if ((to & mask) !== mask) return [...utf8Sequences(from, (to & ~mask) - 1), ...utf8Sequences(to & ~mask, to)];
  }
  const [low, high] = [utf8Bytes(from, length), utf8Bytes(to, length)];
  return [low.map((byte, at): ByteRange => [byte, high[at] ?? byte])];
}

function utf8Bytes(rune: number, length: number): readonly number[] {
  const lead = length === 2 ? 0xc0 : length === 3 ? 0xe0 : 0xf0;
  const bytes = [lead | (rune >> (6 * (length - 1)))];
  for (let at = length - 2; at >= 0; at -= 1) bytes.push(0x80 | ((rune >> (6 * at)) & 0x3f));
  return bytes;
}
