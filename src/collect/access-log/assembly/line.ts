import { patternEnd, patternTime } from './asked';
import { digitsEnd, endOfString, indexOfByte, isAscii, isSame, tokenEnd } from './bytes';
import {
  digitsRole,
  durationRole,
  idRole,
  keyRole,
  markRole,
  pathRole,
  sentRole,
  serviceRole,
  skipRole,
  timeRole,
} from './roles';
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
  takeNumber,
  takePath,
  takeSent,
  takeTime,
} from './values';

/**
 * Reads a line of a layout; how long the sign of its kind is, or -1 where it is left to the exact reader. Values of text are read
 * here and not in a function of their own: calls would take a fifth of the time.
 */
export function readLine(way: i32, from: i32, to: i32): i32 {
  const lead = waysAt + way * waySize;
  if (!standsAt(lead, from, to)) return -1;
  begin(way);
  let at = from + lengthOf(lead);
  const past = lead + slotSize * (load<i32>(lead, 56) + 1);
  for (let slot = lead + slotSize; slot < past; slot += slotSize) {
    const role = load<u8>(slot);
    if (role === timeRole || load<u8>(slot, 2)) {
      at = role === timeRole && !load<u8>(slot, 2) ? takeTextTime(way, slot, at, to) : takeJson(way, slot, at, to);
      if (at < 0) return -1;
      continue;
    }
    const length = lengthOf(slot);
    const stop = load<u8>(slot, 4);
    let end = at;
    if (load<u8>(slot, 5)) {
      // A number up to a byte that is no digit.
      end = digitsEnd(at);
      if (end > at && standsAt(slot, end, to)) {
        takeNumber(role, at, end);
        at = end + length;
        continue;
      }
    }
    if (load<u8>(slot, 1)) {
      end = to - length;
      if (end < at || !standsAt(slot, end, to) || !isAscii(at, to)) return -1;
    } else {
      end = indexOfByte(at, to, stop);
      while (end >= 0 && length > 1 && !standsAt(slot, end, to)) end = indexOfByte(end + 1, to, stop);
      if (end < 0) return -1;
    }
    if (role === keyRole) {
      if (!takeKey(at, end, end + length)) return -1;
    } else if (role !== skipRole && !take(role, at, end)) {
      return -1;
    }
    at = end + length;
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

/** A time in text, where nothing needs to be searched. */
function takeTextTime(way: i32, slot: i32, from: i32, to: i32): i32 {
  if (load<u8>(slot, 3) === 2) return takePattern(way, slot, from, to);
  const end = from + 24;
  return end <= to && takeTime(way, slot, from) && standsAt(slot, end, to) ? end + lengthOf(slot) : -1;
}

/** A time that is not ISO 8601: its own pattern says where it ends. */
function takePattern(way: i32, slot: i32, from: i32, to: i32): i32 {
  const end = patternEnd(way, slot, from, to);
  if (end < 0) return -1;
  setTime(patternTime());
  return isAscii(from, end) && standsAt(slot, end, to) ? end + lengthOf(slot) : -1;
}

function takeJson(way: i32, slot: i32, from: i32, to: i32): i32 {
  const role = load<u8>(slot);
  if (load<u8>(from) !== 0x22) {
    const end = tokenEnd(from, to);
    if (end < 0 || !standsAt(slot, end, to)) return -1;
    if (role === keyRole) return takeKey(from, end, end + lengthOf(slot)) ? end + lengthOf(slot) : -1;
    return takeToken(role, from, end) ? end + lengthOf(slot) : -1;
  }
  const end = endOfString(from + 1, to);
  if (end < 0 || !standsAt(slot, end + 1, to)) return -1;
  const next = end + 1 + lengthOf(slot);
  if (role === keyRole) return takeKey(from, end + 1, next) ? next : -1;
  if (role === timeRole) return end - from === 25 && load<u8>(slot, 3) && takeTime(way, slot, from + 1) ? next : -1;
  return role === skipRole || take(role, from + 1, end) ? next : -1;
}

/** Of digits or a word. */
function takeToken(role: u8, from: i32, end: i32): bool {
  if (role === skipRole) return true;
  if (role === timeRole || role === pathRole) return false;
  const first = load<u8>(from);
  // `null` is read as nothing logged.
  if (first === 0x6e) return take(role, from, from);
  return role !== idRole && role !== markRole && first >= 0x30 && first <= 0x39 && take(role, from, end);
}

function take(role: u8, from: i32, end: i32): bool {
  if (role === markRole) return takeMark(from, end);
  if (role === sentRole) return takeSent(from, end);
  if (role === durationRole) return takeDuration(from, end);
  if (role === digitsRole) return takeDigits(from, end);
  if (role === serviceRole) return takeMark(from, end) && takeDigits(from, end);
  if (role === idRole) return takeId(from, end);
  return role === pathRole && takePath(from, end);
}
