import { copy, isSame } from './bytes';
import { bucketsAt, kindSize, kindsAt, mostBuckets, mostKinds, signAt, signsAt, signsSize } from './memory';

let kinds: i32 = 0;
let held: i32 = 0;
/** The kind that was found last: lines of one kind often follow each other. */
let last: i32 = 0;

/** The number of the kind with this sign; -1: it was not seen yet, or is forgotten. The sign ends in zeros. */
export function findKind(length: i32): i32 {
  if (last < kinds && hasSign(last, length)) return last;
  return findByHash(length);
}

function findByHash(length: i32): i32 {
  const hash = hashOf(length);
  for (let bucket = hash & (mostBuckets - 1); ; bucket = (bucket + 1) & (mostBuckets - 1)) {
    const number = load<i32>(bucketsAt + 4 * bucket) - 1;
    if (number < 0) return -1;
    if (load<u32>(kindsAt + kindSize * number) !== hash || !hasSign(number, length)) continue;
    last = number;
    return number;
  }
}

/** Keeps the kind of the line that was read; its number. 0 begins anew: kinds beyond so many are forgotten. */
export function addKind(length: i32): i32 {
  if (kinds >= mostKinds || held + length + 16 > signsSize) forgetKinds();
  const hash = hashOf(length);
  let bucket = hash & (mostBuckets - 1);
  while (load<i32>(bucketsAt + 4 * bucket) !== 0) bucket = (bucket + 1) & (mostBuckets - 1);
  const number = kinds;
  kinds += 1;
  last = number;
  store<i32>(bucketsAt + 4 * bucket, kinds);
  const at = kindsAt + kindSize * number;
  store<u32>(at, hash);
  store<i32>(at, signsAt + held, 4);
  store<i32>(at, length, 8);
  copy(signAt, signAt + length, signsAt + held);
  held += (length + 15) & ~15;
  return number;
}

export function forgetKinds(): void {
  memory.fill(bucketsAt, 0, 4 * mostBuckets);
  kinds = 0;
  held = 0;
}

function hasSign(number: i32, length: i32): bool {
  const at = kindsAt + kindSize * number;
  return load<i32>(at, 8) === length && isSame(load<i32>(at, 4), signAt, length);
}

function hashOf(length: i32): u32 {
  let hash: u64 = length;
  for (let at = 0; at < length; at += 8) hash = rotl((hash ^ load<u64>(signAt + at)) * 0x9e3779b97f4a7c15, 29);
  return <u32>(hash ^ (hash >>> 32));
}
