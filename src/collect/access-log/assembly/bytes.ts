/** Where the quote stands that ends a JSON string; -1: not before `to`, or what is no plain ASCII stands before it. */
export function endOfString(from: i32, to: i32): i32 {
  const quotes = i8x16.splat(0x22);
  const backslashes = i8x16.splat(0x5c);
  const blank = i8x16.splat(0x20);
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    // What is not ASCII is below 0.
    const ends = v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes));
    const hits = i8x16.bitmask(v128.or(ends, i8x16.lt_s(bytes, blank)));
    if (hits === 0) continue;
    const found = at + ctz(hits);
    return found < to && load<u8>(found) === 0x22 ? found : -1;
  }
  return -1;
}

/** True where all bytes are ASCII. */
export function isAscii(from: i32, to: i32): bool {
  for (let at = from; at < to; at += 16) {
    const hits = i8x16.bitmask(v128.load(at));
    if (hits !== 0) return at + ctz(hits) >= to;
  }
  return true;
}

/** True where neither blanks, control characters nor quotes stand; of ASCII alone. */
export function isUnspaced(from: i32, to: i32): bool {
  const quotes = i8x16.splat(0x22);
  const least = i8x16.splat(0x21);
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const hits = i8x16.bitmask(v128.or(i8x16.eq(bytes, quotes), i8x16.lt_s(bytes, least)));
    if (hits !== 0) return at + ctz(hits) >= to;
  }
  return true;
}

/** True where the same bytes stand at both places. */
export function isSame(one: i32, other: i32, length: i32): bool {
  for (let at = 0; at < length; at += 16) {
    const differ = i8x16.bitmask(i8x16.ne(v128.load(one + at), v128.load(other + at)));
    if (differ !== 0) return at + ctz(differ) >= length;
  }
  return true;
}

/** Copies bytes; up to fifteen behind them are written too. Where the copy ends. */
export function copy(from: i32, to: i32, into: i32): i32 {
  for (let at = from, next = into; at < to; at += 16, next += 16) v128.store(next, v128.load(at));
  return into + to - from;
}

/** Nothing logged, as Envoy writes it: `-`, or nothing at all. */
export function isNothing(from: i32, end: i32): bool {
  return end === from || (end === from + 1 && load<u8>(from) === 0x2d);
}

/** Numbers of so many digits are exact. */
const mostDigits: i32 = 15;

/** A number in digits; -1 where it is none that is surely exact. */
export function numberOf(from: i32, end: i32): f64 {
  if (end - from > mostDigits) return -1;
  let value: i64 = 0;
  for (let at = from; at < end; at += 1) {
    const digit = <u32>load<u8>(at) - 0x30;
    if (digit > 9) return -1;
    value = value * 10 + digit;
  }
  return <f64>value;
}

const zeros: u64 = 0x3030303030303030;

/** Where at most seven digits end; `from`: there are none, or more. */
export function digitsEnd(from: i32): i32 {
  const digits = load<u64>(from) ^ zeros;
  // The lowest high bit is of the first byte that is above 9.
  const others = (digits | (digits + 0x7676767676767676)) & 0x8080808080808080;
  return others === 0 ? from : from + (<i32>ctz(others) >> 3);
}

/** The number of at most seven digits: pairs, then fours, then all are put together (all bytes of a word at once). */
export function shortNumber(from: i32, end: i32): f64 {
  let digits = (load<u64>(from) ^ zeros) << (64 - 8 * <u64>(end - from));
  digits = ((digits * 2_561) >> 8) & 0x00ff00ff00ff00ff;
  digits = ((digits * 6_553_601) >> 16) & 0x0000ffff0000ffff;
  return <f64>((digits * 42_949_672_960_001) >> 32);
}

/** Where digits end, or one of JSON's words; -1: it is neither, or a number that JSON writes otherwise. */
export function tokenEnd(from: i32, to: i32): i32 {
  let end = from;
  while (end < to && end - from < mostDigits && <u32>load<u8>(end) - 0x30 <= 9) end += 1;
  if (end > from) return load<u8>(from) === 0x30 && end > from + 1 ? -1 : end;
  const four = load<u32>(from);
  // `null`, `true` and `false`
  if (from + 4 <= to && (four === 0x6c6c756e || four === 0x65757274)) return from + 4;
  return from + 5 <= to && four === 0x736c6166 && load<u8>(from + 4) === 0x65 ? from + 5 : -1;
}

/** Two digits as a number; above 99 where they are none. */
export function twoDigits(at: i32): u32 {
  const tens = <u32>load<u8>(at) - 0x30;
  const ones = <u32>load<u8>(at + 1) - 0x30;
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : 100;
}
