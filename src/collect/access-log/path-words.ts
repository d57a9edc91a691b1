import { isId } from '../../snapshot/path-shape.ts';

/** What a byte says of the segment it stands in. */
const digit = 1;
const joint = 2;
const telling = 4;
const percent = 8;
const slash = 16;
const ending = 32;
const refused = 64;

const kinds = new Uint8Array(256).fill(refused, 128);
for (let byte = 0; byte <= 0x20; byte += 1) kinds[byte] = refused;
for (const [chars, kind] of [
  ['0123456789', digit],
  ['-_.', joint],
  ['@=', telling],
  ['%', percent],
  ['/', slash],
  ['?#;', ending],
  ['"\x7f', refused],
] as const) {
  for (const char of chars) kinds[char.charCodeAt(0)] = kind;
}

/** Words that begin what stands for a segment: no length is one of them. */
const idWord = -1;
const endWord = -2;
/** No beginning of a word holds so many digits (`v123.45.ab1` holds the most). */
const mostDigitsOfWord = 6;

/**
 * Writes the shape of a path as words, so that paths with the same words have the same `pathShape`: segments that name one thing
 * all read alike. Where the words end; -1: the path holds what only the exact reader tells.
 */
export function writeShape(
  bytes: Buffer,
  view: DataView,
  from: number,
  to: number,
  words: Int32Array,
  start: number,
): number {
  let next = start;
  let begin = from;
  let digits = 0;
  let seen = 0;
  let at = from;
  for (; at < to; at += 1) {
    const kind = kinds[bytes[at] ?? 0] ?? refused;
    if (kind === 0 || kind === joint) {
      seen |= kind;
    } else if (kind === digit) {
      digits += 1;
    } else if (kind === slash) {
      next = writeSegment(bytes, view, begin, at, digits, seen, words, next);
      begin = at + 1;
      digits = 0;
      seen = 0;
    } else if (kind === ending) {
      break;
    } else if (kind === refused) {
      return -1;
    } else {
      seen |= kind;
    }
  }
  for (let rest = at; rest < to; rest += 1) if (kinds[bytes[rest] ?? 0] === refused) return -1;
  next = writeSegment(bytes, view, begin, at, digits, seen, words, next);
  words[next] = endWord;
  return next + 1;
}

function writeSegment(
  bytes: Buffer,
  view: DataView,
  from: number,
  to: number,
  digits: number,
  seen: number,
  words: Int32Array,
  next: number,
): number {
  if (namesOne(bytes, from, to, digits, seen)) {
    words[next] = idWord;
    return next + 1;
  }
  return writeBytes(view, from, to, words, next);
}

/** As `isId` of the path's shape says; what is plain to see is not asked there. */
function namesOne(bytes: Buffer, from: number, to: number, digits: number, seen: number): boolean {
  const length = to - from;
  if (length === 0) return false;
  if (length > 40 || (seen & telling) !== 0) return true;
  if ((seen & percent) === 0) {
    if (digits === 0) return length >= 24 && (seen & joint) === 0;
    if (digits === length || digits > mostDigitsOfWord) return true;
  }
  return isId(bytes.toString('latin1', from, to));
}

/** Writes bytes as their number and words of four. */
export function writeBytes(view: DataView, from: number, to: number, words: Int32Array, start: number): number {
  let next = start;
  words[next++] = to - from;
  let at = from;
  for (; at + 4 <= to; at += 4) words[next++] = view.getInt32(at, true);
  if (at < to) words[next++] = view.getInt32(at, true) & (-1 >>> (32 - 8 * (to - at)));
  return next;
}
