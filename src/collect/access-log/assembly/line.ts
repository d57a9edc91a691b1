import { patternEnd, patternTime } from './asked';
import { endOfString, indexOfByte, isAscii, isSame, tokenEnd } from './bytes';
import { slotSize, waysAt, waySize } from './memory';
import {
  begin,
  endSign,
  setTime,
  takeDigits,
  takeDuration,
  takeId,
  takeKey,
  takeMark,
  takePath,
  takeSent,
  takeTime,
} from './values';

/** Roles of values, as `../quick-memory.ts` numbers them. */
const skip: u8 = 0;
const key: u8 = 1;
const mark: u8 = 2;
const time: u8 = 3;
const sent: u8 = 4;
const duration: u8 = 5;
const digits: u8 = 6;
const service: u8 = 7;
const path: u8 = 8;
const id: u8 = 9;

/** Reads a line of a layout; how long the sign of its kind is, or -1 where it is left to the exact reader. */
export function readLine(way: i32, from: i32, to: i32): i32 {
  const lead = waysAt + way * waySize;
  if (!standsAt(lead, from, to)) return -1;
  begin(way);
  let at = from + lengthOf(lead);
  const count = load<i32>(lead, 56);
  for (let index = 0; index < count; index += 1) {
    const slot = lead + slotSize * (index + 1);
    at = load<u8>(slot, 2) ? takeJson(way, index, slot, at, to) : takeText(way, index, slot, at, to);
    if (at < 0) return -1;
  }
  return at === to ? endSign() : -1;
}

function lengthOf(slot: i32): i32 {
  return load<i32>(slot, 8);
}

/** True where the literal text of a slot stands there, not beyond `to`. */
function standsAt(slot: i32, at: i32, to: i32): bool {
  const length = lengthOf(slot);
  if (at + length > to) return false;
  if (length > 8) return isSame(at, load<i32>(slot, 12), length);
  return (load<u64>(at) & load<u64>(slot, 24)) === load<u64>(slot, 16);
}

function takeText(way: i32, index: i32, slot: i32, from: i32, to: i32): i32 {
  const role = load<u8>(slot);
  const length = lengthOf(slot);
  let end = from;
  if (role === time) {
    if (load<u8>(slot, 3) === 2) return takePattern(way, index, slot, from, to);
    end = from + 24;
    return end <= to && takeTime(way, index, slot, from) && standsAt(slot, end, to) ? end + length : -1;
  }
  if (load<u8>(slot, 1)) {
    end = to - length;
    if (end < from || !standsAt(slot, end, to) || !isAscii(from, to)) return -1;
  } else {
    const stop = load<u8>(slot, 4);
    end = indexOfByte(from, to, stop);
    while (end >= 0 && length > 1 && !standsAt(slot, end, to)) end = indexOfByte(end + 1, to, stop);
    if (end < 0) return -1;
  }
  if (role === skip) return end + length;
  if (role === key) return takeKey(from, end, end + length);
  return take(role, from, end) ? end + length : -1;
}

/** A time that is not ISO 8601: its own pattern says where it ends. */
function takePattern(way: i32, index: i32, slot: i32, from: i32, to: i32): i32 {
  const end = patternEnd(way, index, from, to);
  if (end < 0) return -1;
  setTime(patternTime());
  return isAscii(from, end) && standsAt(slot, end, to) ? end + lengthOf(slot) : -1;
}

function takeJson(way: i32, index: i32, slot: i32, from: i32, to: i32): i32 {
  const role = load<u8>(slot);
  if (load<u8>(from) !== 0x22) {
    const end = tokenEnd(from, to);
    if (end < 0 || !standsAt(slot, end, to)) return -1;
    if (role === key) return takeKey(from, end, end + lengthOf(slot));
    return takeToken(role, from, end) ? end + lengthOf(slot) : -1;
  }
  const end = endOfString(from + 1, to);
  if (end < 0 || !standsAt(slot, end + 1, to)) return -1;
  const next = end + 1 + lengthOf(slot);
  if (role === key) return takeKey(from, end + 1, next);
  if (role === time) return end - from === 25 && load<u8>(slot, 3) && takeTime(way, index, slot, from + 1) ? next : -1;
  return role === skip || take(role, from + 1, end) ? next : -1;
}

/** Of digits or a word. */
function takeToken(role: u8, from: i32, end: i32): bool {
  if (role === skip) return true;
  if (role === time || role === path) return false;
  const first = load<u8>(from);
  // `null` is read as nothing logged.
  if (first === 0x6e) return take(role, from, from);
  return role !== id && role !== mark && first >= 0x30 && first <= 0x39 && take(role, from, end);
}

function take(role: u8, from: i32, end: i32): bool {
  if (role === mark) return takeMark(from, end);
  if (role === sent) return takeSent(from, end);
  if (role === duration) return takeDuration(from, end);
  if (role === digits) return takeDigits(from, end);
  if (role === service) return takeMark(from, end) && takeDigits(from, end);
  if (role === id) return takeId(from, end);
  return role === path && takePath(from, end);
}
