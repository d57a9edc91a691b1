import { textBegins } from './begins';
import { addKind, findKind, forgetKinds } from './kinds';
import { readLine } from './line';
import { mostLineLength, mostRows, rowsAt, rowSize, triedAt } from './memory';
export { textBegins };
export { blocksAt, blockSize, mostBlocks, mostRows, mostSlots, mostWays, rowsAt, signAt, slotSize } from './memory';
export { textsAt, textsSize, triedAt, waysAt, waySize } from './memory';
import { at, duration, idFrom, idTo, pathFrom, pathTo, sent } from './values';

/** Where the next line begins: the end, or a line that `scan` leaves, or one of a kind that was not seen yet. */
export let stopped: i32 = 0;
/** How long the sign of that new kind is; 0: none. */
export let sign: i32 = 0;

/**
 * Reads lines, each ended by a line break, into rows, by the first `ways` layouts that are to be tried; how many there are. It stops
 * before a line that only the exact reader reads, where a kind is new, and where no more rows have room.
 */
export function scan(from: i32, to: i32, ways: i32): i32 {
  sign = 0;
  let rows = 0;
  let begin = from;
  while (begin < to && rows < mostRows) {
    const end = lineEnd(begin, to);
    const text = end - begin > mostLineLength ? -1 : textBegins(begin, end);
    const length = text < 0 ? -1 : readAny(ways, text, end);
    if (length < 0) break;
    const kind = findKind(length);
    writeRow(rows, kind, begin, text, end);
    if (kind < 0) {
      sign = length;
      break;
    }
    rows += 1;
    begin = end + 1;
  }
  stopped = begin;
  return rows;
}

/** Keeps the new kind before which `scan` stopped; its number. 0: all others are forgotten. */
export function add(): i32 {
  return addKind(sign);
}

/** Forgets all that was learned of lines. */
export function forget(): void {
  forgetKinds();
}

/** Tries the layouts; the one that was taken comes first then. */
function readAny(ways: i32, from: i32, to: i32): i32 {
  for (let index = 0; index < ways; index += 1) {
    const way = load<u8>(triedAt + index);
    const length = readLine(way, from, to);
    if (length < 0) continue;
    for (let place = index; place > 0; place -= 1) store<u8>(triedAt + place, load<u8>(triedAt + place - 1));
    store<u8>(triedAt, way);
    return length;
  }
  return -1;
}

function lineEnd(from: i32, to: i32): i32 {
  const sought = i8x16.splat(10);
  for (let at = from; at < to; at += 64) {
    const first = i8x16.eq(v128.load(at), sought);
    const second = i8x16.eq(v128.load(at, 16), sought);
    const third = i8x16.eq(v128.load(at, 32), sought);
    const fourth = i8x16.eq(v128.load(at, 48), sought);
    if (!v128.any_true(v128.or(v128.or(first, second), v128.or(third, fourth)))) continue;
    const low = <u64>(i8x16.bitmask(first) | (i8x16.bitmask(second) << 16));
    const high = <u64>(i8x16.bitmask(third) | (i8x16.bitmask(fourth) << 16));
    return at + <i32>ctz((low & 0xffffffff) | (high << 32));
  }
  return to;
}

function writeRow(index: i32, kind: i32, begin: i32, from: i32, to: i32): void {
  const row = rowsAt + rowSize * index;
  store<f64>(row, at);
  store<f64>(row, sent, 8);
  store<f64>(row, duration, 16);
  store<i32>(row, kind, 24);
  store<i32>(row, from, 28);
  store<i32>(row, to, 32);
  store<i32>(row, to - begin, 36);
  store<i32>(row, idFrom, 40);
  store<i32>(row, idTo, 44);
  store<i32>(row, pathFrom, 48);
  store<i32>(row, pathTo, 52);
}
