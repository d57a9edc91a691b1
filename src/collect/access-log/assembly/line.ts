import { patternEnd, patternTime } from './asked';
import { digitsEnd, endOfString, isAscii, isSame, tokenEnd } from './bytes';
import { jsonForm, lastForm, numberForm, patternForm, timeForm } from './forms';
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
  takeMark,
  takeNumber,
  takePath,
  takeSent,
  takeTime,
  writeKey,
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
  // Keys that were taken and not written yet, and where the next value begins: keys side by side are one, with what stands between.
  let keyFrom = 0;
  let keyTo = 0;
  let keyNext = 0;
  const past = lead + slotSize * (load<i32>(lead, 56) + 1);
  for (let slot = lead + slotSize; slot < past; slot += slotSize) {
    const role = load<u8>(slot);
    const form = load<u8>(slot, 1);
    let end = at;
    let next = 0;
    if (form <= numberForm) {
      if (form === numberForm) {
        // A number up to a byte that is no digit.
        end = digitsEnd(at);
        if (end > at && standsAt(slot, end, to)) {
          takeNumber(role, at, end);
          at = end + lengthOf(slot);
          continue;
        }
      }
      end = textEnd(slot, at, to);
      if (end < 0) return -1;
      next = end + lengthOf(slot);
    } else if (form === lastForm) {
      end = to - lengthOf(slot);
      if (end < at || !standsAt(slot, end, to) || !isAscii(at, to)) return -1;
      next = to;
    } else if (form === timeForm) {
      end = at + 24;
      if (end > to || !takeTime(way, slot, at) || !standsAt(slot, end, to)) return -1;
      at = end + lengthOf(slot);
      continue;
    } else if (form === patternForm) {
      at = takePattern(way, slot, at, to);
      if (at < 0) return -1;
      continue;
    } else {
      end = jsonEnd(at, to);
      if (end < 0 || !standsAt(slot, end, to)) return -1;
      next = end + lengthOf(slot);
    }
    if (role === keyRole) {
      if (at !== keyNext) {
        if (!writeKey(keyFrom, keyTo)) return -1;
        keyFrom = at;
      }
      keyTo = end;
      keyNext = next;
    } else if (role !== skipRole && !(form === jsonForm ? takeJson(way, slot, at, end) : take(role, at, end))) {
      return -1;
    }
    at = next;
  }
  return at === to && writeKey(keyFrom, keyTo) ? endSign() : -1;
}

/** Where a value of text ends: before the literal text behind it; -1: that does not follow, or what is no ASCII does before. */
function textEnd(slot: i32, from: i32, to: i32): i32 {
  const stops = v128.load(slot, 64);
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const hits = i8x16.bitmask(v128.or(i8x16.eq(bytes, stops), bytes));
    if (hits === 0) continue;
    const found = at + ctz(hits);
    if (standsAt(slot, found, to)) return found;
    if (found >= to || load<u8>(found) > 0x7f) return -1;
    at = found - 15;
  }
  return -1;
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

/** A time that is not ISO 8601: its own pattern says where it ends. */
function takePattern(way: i32, slot: i32, from: i32, to: i32): i32 {
  const end = patternEnd(way, slot, from, to);
  if (end < 0) return -1;
  setTime(patternTime());
  return isAscii(from, end) && standsAt(slot, end, to) ? end + lengthOf(slot) : -1;
}

/** Where a JSON string, a number in digits or a word ends; -1: none of them is there. */
function jsonEnd(from: i32, to: i32): i32 {
  if (load<u8>(from) !== 0x22) return tokenEnd(from, to);
  const end = endOfString(from + 1, to);
  return end < 0 ? -1 : end + 1;
}

/** `end`: behind the value. */
function takeJson(way: i32, slot: i32, from: i32, end: i32): bool {
  const role = load<u8>(slot);
  if (load<u8>(from) !== 0x22) return takeToken(role, from, end);
  if (role !== timeRole) return take(role, from + 1, end - 1);
  return end - from === 26 && takeTime(way, slot, from + 1);
}

/** Of digits or a word. */
function takeToken(role: u8, from: i32, end: i32): bool {
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
