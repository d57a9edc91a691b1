import { isId } from './asked';
import { copy, isUnspaced } from './bytes';
import { askedAt, mostAsked } from './memory';

/** What a byte says of the segment it stands in. */
const digit: u32 = 1;
const joint: u32 = 2;
const telling: u32 = 4;
const percent: u32 = 8;
const slash: u32 = 16;
const ending: u32 = 32;
const refused: u32 = 64;
const ends: u32 = slash | ending | refused;

const kinds: usize = memory.data(256);
for (let byte = 0; byte < 256; byte += 1) store<u8>(kinds + byte, <u8>kindOf(byte));

function kindOf(byte: i32): u32 {
  if (byte >= 0x30 && byte <= 0x39) return digit;
  if (byte === 0x2d || byte === 0x5f || byte === 0x2e) return joint;
  if (byte === 0x40 || byte === 0x3d) return telling;
  if (byte === 0x25) return percent;
  if (byte === 0x2f) return slash;
  if (byte === 0x3f || byte === 0x23 || byte === 0x3b) return ending;
  return byte <= 0x20 || byte === 0x22 || byte >= 0x7f ? refused : 0;
}

/**
 * What the halves of a byte say of it, a bit for each: 1 digit, 2 slash, 4 and 8 joints, 16 and 32 letters. It is what both say; no
 * bit: another sign.
 */
const ofLow = memory.data<u8>([33, 49, 49, 49, 49, 49, 49, 49, 49, 49, 48, 16, 16, 20, 20, 26]);
const ofHigh = memory.data<u8>([0, 0, 6, 1, 16, 40, 16, 32, 0, 0, 0, 0, 0, 0, 0, 0]);
const lowHalf = memory.data<u8>([15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15]);

/** Stand for the length of a segment that names one thing, and behind the last. */
const idMark: u16 = 0xffff;
const endMark: u16 = 0xfffe;
/** No beginning of a word holds so many digits (`v123.45.ab1` holds the most). */
const mostDigitsOfWord: i32 = 6;

/**
 * Writes the shape of a path, so that paths with the same bytes have the same `pathShape`: segments that name one thing all read
 * alike. Where it ends; -1: the path holds what only the exact reader tells.
 */
export function writeShape(from: i32, to: i32, into: i32): i32 {
  const length = to - from;
  if (length > 63) return writeAnyShape(from, to, into);
  // A bit for each byte.
  let slashes: u64 = 0;
  let digits: u64 = 0;
  let joints: u64 = 0;
  let others: u64 = 0;
  for (let done = 0; done < length; done += 16) {
    const bytes = v128.load(from + done);
    const low = i8x16.swizzle(v128.load(ofLow), v128.and(bytes, v128.load(lowHalf)));
    const high = i8x16.swizzle(v128.load(ofHigh), v128.and(i16x8.shr_u(bytes, 4), v128.load(lowHalf)));
    const kind = v128.and(low, high);
    // What a bit of a byte says is moved to its highest one.
    digits |= (<u64>i8x16.bitmask(i64x2.shl(kind, 7))) << done;
    slashes |= (<u64>i8x16.bitmask(i64x2.shl(kind, 6))) << done;
    joints |= (<u64>i8x16.bitmask(v128.or(i64x2.shl(kind, 5), i64x2.shl(kind, 4)))) << done;
    others |= (<u64>i8x16.bitmask(i8x16.eq(kind, i8x16.splat(0)))) << done;
  }
  const end = <i32>ctz(others | ((<u64>1) << length));
  if (end < length && !(load<u8>(kinds + load<u8>(from + end)) === ending && isUnspaced(from + end, to)))
    return writeAnyShape(from, to, into);
  let next = into;
  for (let begin = 0; begin <= end; ) {
    const stop = begin + <i32>ctz((slashes >> begin) | ((<u64>1) << (end - begin)));
    const within = ((<u64>1) << (stop - begin)) - 1;
    const seen = ((joints >> begin) & within) === 0 ? 0 : joint;
    next = writeSegment(from + begin, from + stop, <i32>popcnt((digits >> begin) & within), seen, next);
    begin = stop + 1;
  }
  store<u16>(next, endMark);
  return next + 2;
}

/** The same byte by byte, for long paths and those with other signs than letters, digits and joints. */
function writeAnyShape(from: i32, to: i32, into: i32): i32 {
  let next = into;
  let begin = from;
  let digits = 0;
  let seen: u32 = 0;
  let at = from;
  for (; at < to; at += 1) {
    const kind = <u32>load<u8>(kinds + load<u8>(at));
    if ((kind & ends) === 0) {
      digits += kind & digit;
      seen |= kind;
      continue;
    }
    if (kind !== slash) break;
    next = writeSegment(begin, at, digits, seen, next);
    begin = at + 1;
    digits = 0;
    seen = 0;
  }
  for (let rest = at; rest < to; rest += 1) if (load<u8>(kinds + load<u8>(rest)) === refused) return -1;
  next = writeSegment(begin, at, digits, seen, next);
  store<u16>(next, endMark);
  return next + 2;
}

function writeSegment(from: i32, to: i32, digits: i32, seen: u32, into: i32): i32 {
  if (namesOne(from, to, digits, seen)) {
    store<u16>(into, idMark);
    return into + 2;
  }
  store<u16>(into, to - from);
  return copy(from, to, into + 2);
}

/** As `isId` of the path's shape says; what is plain to see is not asked there. */
function namesOne(from: i32, to: i32, digits: i32, seen: u32): bool {
  const length = to - from;
  if (length === 0) return false;
  if (length > 40 || (seen & telling) !== 0) return true;
  if ((seen & percent) === 0) {
    if (digits === 0) return length >= 24 && (seen & joint) === 0;
    if (digits === length || digits > mostDigitsOfWord) return true;
  }
  return length <= 16 ? isIdAsBefore(from, length) : isId(from, to);
}

/** Short segments come again and again: what was answered is kept by their bytes, 1 for no and 2 for yes. */
function isIdAsBefore(from: i32, length: i32): bool {
  const numbers = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const bytes = v128.and(v128.load(from), i8x16.lt_s(numbers, i8x16.splat(<i8>length)));
  const mixed =
    (i64x2.extract_lane(bytes, 0) * 0x9e3779b97f4a7c15) ^ (i64x2.extract_lane(bytes, 1) * 0xc2b2ae3d27d4eb4f);
  const place = askedAt + 32 * <i32>((mixed >>> 40) & (mostAsked - 1));
  const held = load<u8>(place + 16);
  if (held !== 0 && i8x16.all_true(i8x16.eq(v128.load(place), bytes))) return held === 2;
  const answer = isId(from, from + length);
  v128.store(place, bytes);
  store<u8>(place + 16, answer ? 2 : 1);
  return answer;
}
