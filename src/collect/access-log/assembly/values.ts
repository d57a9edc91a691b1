import { minuteAt } from './asked';
import { durationRole, sentRole, serviceRole } from './roles';
import { copy, isNothing, isUnspaced, numberOf, shortNumber, twoDigits } from './bytes';
import { mostSign, signAt } from './memory';
import { writeShape } from './shape';

/** The longest value that is a part of a kind. */
const longest: i32 = 1_024;

/** What was read of the line so far. NaN and -1: it tells none. */
export let at: f64 = NaN;
export let sent: f64 = -1;
export let duration: f64 = -1;
export let idFrom: i32 = 0;
export let idTo: i32 = 0;
export let pathFrom: i32 = 0;
export let pathTo: i32 = 0;
/** Where the sign of its kind ends so far. */
let signEnd: i32 = signAt;

/** Begins a line of a layout. */
export function begin(way: i32): void {
  at = NaN;
  sent = -1;
  duration = -1;
  idFrom = 0;
  idTo = 0;
  pathFrom = 0;
  pathTo = 0;
  store<u8>(signAt, <u8>way);
  signEnd = signAt + 1;
}

/** How long the sign of the line's kind is. */
export function endSign(): i32 {
  // Hashes are of whole words.
  v128.store(signEnd, i64x2.splat(0));
  return signEnd - signAt;
}

/** Adds a key to the sign; false: it is too long. */
export function writeKey(from: i32, end: i32): bool {
  const length = end - from;
  if (length > longest || signEnd - signAt > mostSign - longest - 16) return false;
  store<u16>(signEnd, length);
  signEnd = copy(from, end, signEnd + 2);
  return true;
}

/** `2026-11-27T01:26:44.698Z`: most lines stand in the minute of the one before, which `slot` keeps. */
export function takeTime(way: i32, slot: i32, from: i32): bool {
  const second = twoDigits(from + 17);
  const hundredths = twoDigits(from + 20);
  const last = <u32>load<u8>(from + 22) - 0x30;
  if (load<u8>(from + 16) !== 0x3a || load<u8>(from + 19) !== 0x2e || load<u8>(from + 23) !== 0x5a) return false;
  if (second >= 60 || hundredths > 99 || last > 9) return false;
  const past = second * 1_000 + hundredths * 10 + last;
  const minute = v128.load(from);
  let begins = load<f64>(slot, 48);
  if (isNaN(begins) || !i8x16.all_true(i8x16.eq(minute, v128.load(slot, 32)))) {
    // An hour of 24 has but one valid moment.
    begins = twoDigits(from + 11) < 24 ? minuteAt(way, slot, from, past) : NaN;
    v128.store(slot, minute, 32);
    store<f64>(slot, begins, 48);
  }
  at = begins + past;
  return !isNaN(begins);
}

/** A time that a pattern of its own read. */
export function setTime(time: f64): void {
  at = time;
}

export function takeMark(from: i32, end: i32): bool {
  store<u8>(signEnd, isNothing(from, end) ? 0 : 1);
  signEnd += 1;
  return true;
}

/** Digits that end within eight bytes. */
export function takeNumber(role: u8, from: i32, end: i32): void {
  if (role === sentRole) sent = shortNumber(from, end);
  else if (role === durationRole) duration = shortNumber(from, end);
  else if (role === serviceRole) takeMark(from, end);
}

export function takeSent(from: i32, end: i32): bool {
  if (isNothing(from, end)) return true;
  sent = numberOf(from, end);
  return sent >= 0;
}

export function takeDuration(from: i32, end: i32): bool {
  if (isNothing(from, end)) return true;
  duration = numberOf(from, end);
  return duration >= 0;
}

export function takeDigits(from: i32, end: i32): bool {
  return isNothing(from, end) || numberOf(from, end) >= 0;
}

export function takeId(from: i32, end: i32): bool {
  if (isNothing(from, end)) return true;
  idFrom = from;
  idTo = end;
  return isUnspaced(from, end);
}

export function takePath(from: i32, end: i32): bool {
  if (end === from || end - from > longest || signEnd - signAt > mostSign - 4 * longest) return false;
  pathFrom = from;
  pathTo = end;
  const next = writeShape(from, end, signEnd);
  if (next < 0) return false;
  signEnd = next;
  return true;
}
