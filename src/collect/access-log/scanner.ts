import type { KindsBy } from '../../snapshot/access-log/row.ts';
import type { Layout, LayoutSlot, Role } from './layout.ts';
import { MinuteClock } from './minute-clock.ts';
import { writeBytes, writeShape } from './path-words.ts';

const skip = 0;
const key = 1;
const mark = 2;
const time = 3;
const sent = 4;
const duration = 5;
const digits = 6;
const service = 7;
const path = 8;
const id = 9;
const roles: Readonly<Record<Role, number>> = { skip, key, mark, time, sent, duration, digits, service, path, id };

interface Slot extends Pick<LayoutSlot, 'last' | 'json' | 'time' | 'pattern'> {
  readonly role: number;
  readonly after: Uint8Array;
  readonly stop: number;
}

/** The longest value that is a part of a kind. */
const longest = 1_024;
/** Numbers of so many digits are exact. */
const mostDigits = 15;
const quote = 0x22;
const backslash = 0x5c;
const dash = 0x2d;

/**
 * Reads the lines of one layout where they stand, byte by byte. It takes only lines that the exact reader would read alike, from
 * left to right: ASCII, each value as usual; every other line is left to that one.
 */
export class Scanner {
  /** What tells the kind of the line that was read last, as `count` words. */
  readonly words: Int32Array;
  count = 0;
  at = Number.NaN;
  sent = -1;
  durationMs = -1;
  idFrom = 0;
  idTo = 0;
  pathFrom = 0;
  pathTo = 0;
  readonly #lead: Uint8Array;
  readonly #slots: readonly Slot[];
  readonly #path: KindsBy['path'];
  readonly #clock = new MinuteClock();

  constructor({ lead, slots }: Layout, { header: counts, path: by }: KindsBy) {
    this.#lead = Buffer.from(lead);
    this.#path = by;
    this.words = new Int32Array(slots.length * (longest / 4 + 2) + 4 * longest);
    this.#slots = slots.map(({ role, header, after, last, json, time: whole, pattern }) => {
      const bytes = Buffer.from(after);
      const told = role === 'key' && header !== null && !counts(header) ? skip : roles[role];
      return { role: told, after: bytes, stop: bytes[0] ?? 0, last, json, time: whole, pattern };
    });
  }

  /** True where the line was read. */
  read(bytes: Buffer, view: DataView, from: number, to: number): boolean {
    this.count = 0;
    this.at = Number.NaN;
    this.sent = -1;
    this.durationMs = -1;
    this.idFrom = this.idTo = this.pathFrom = this.pathTo = 0;
    if (!standsAt(bytes, from, to, this.#lead)) return false;
    let at = from + this.#lead.length;
    const slots = this.#slots;
    for (let index = 0; index < slots.length; index += 1) {
      const slot = slots[index];
      if (!slot) return false;
      at = slot.json ? this.#takeJson(slot, bytes, view, at, to) : this.#takeText(slot, bytes, view, at, to);
      if (at < 0) return false;
    }
    return at === to;
  }

  #takeText(slot: Slot, bytes: Buffer, view: DataView, from: number, to: number): number {
    const { role, stop, after, last } = slot;
    let end = from;
    if (role === time) {
      if (slot.pattern !== null) return this.#takePattern(slot, bytes, from, to);
      end = from + 24;
      if (end > to || !this.#takeTime(slot, bytes, view, from, end)) return -1;
      return standsAt(bytes, end, to, after) ? end + after.length : -1;
    }
    if (last) {
      end = to - after.length;
      if (end < from || !standsAt(bytes, end, to, after)) return -1;
      for (let byte = from; byte < to; byte += 1) if ((bytes[byte] ?? 0) >= 0x80) return -1;
    } else {
      for (; ; end += 1) {
        if (end >= to) return -1;
        const byte = bytes[end] ?? 0;
        if (byte === stop && (after.length === 1 || standsAt(bytes, end, to, after))) break;
        if (byte >= 0x80) return -1;
      }
    }
    return role === skip || this.#take(role, bytes, view, from, end) ? end + after.length : -1;
  }

  /** A time that is not ISO 8601: its own pattern says where it ends. */
  #takePattern({ pattern: reader, after }: Slot, bytes: Buffer, from: number, to: number): number {
    if (!reader) return -1;
    const { pattern, read } = reader;
    const text = bytes.toString('latin1', from, to);
    pattern.lastIndex = 0;
    const match = pattern.exec(text);
    if (!match) return -1;
    this.at = read(match) ?? Number.NaN;
    const end = from + match[0].length;
    for (let byte = from; byte < end; byte += 1) if ((bytes[byte] ?? 0) >= 0x80) return -1;
    return standsAt(bytes, end, to, after) ? end + after.length : -1;
  }

  #takeJson(slot: Slot, bytes: Buffer, view: DataView, from: number, to: number): number {
    const { role, after } = slot;
    let end = from;
    if (bytes[from] !== quote) {
      end = tokenEnd(bytes, from, to);
      if (end < 0 || !standsAt(bytes, end, to, after) || !this.#takeToken(role, bytes, view, from, end)) return -1;
      return end + after.length;
    }
    for (end = from + 1; ; end += 1) {
      if (end >= to) return -1;
      const byte = bytes[end] ?? 0;
      if (byte === quote) break;
      if (byte === backslash || byte < 0x20 || byte >= 0x80) return -1;
    }
    if (!standsAt(bytes, end + 1, to, after)) return -1;
    if (role === time) return this.#takeTime(slot, bytes, view, from + 1, end) ? end + 1 + after.length : -1;
    return role === skip || this.#take(role, bytes, view, from + 1, end) ? end + 1 + after.length : -1;
  }

  /** Of digits or a word: a key tells them from the same in quotes. */
  #takeToken(role: number, bytes: Buffer, view: DataView, from: number, end: number): boolean {
    if (role === skip) return true;
    if (role === key) {
      this.words[this.count++] = -1;
      return this.#take(key, bytes, view, from, end);
    }
    if (role === time || role === path) return false;
    const first = bytes[from] ?? 0;
    // `null` is read as nothing logged.
    if (first === 0x6e) return this.#take(role, bytes, view, from, from);
    return role !== id && role !== mark && first >= 0x30 && first <= 0x39 && this.#take(role, bytes, view, from, end);
  }

  #takeTime({ time: whole }: Slot, bytes: Buffer, view: DataView, from: number, end: number): boolean {
    if (end - from !== 24 || !whole) return false;
    this.at = this.#clock.read(bytes, view, from, whole);
    return !Number.isNaN(this.at);
  }

  #take(role: number, bytes: Buffer, view: DataView, from: number, end: number): boolean {
    switch (role) {
      case key:
        if (end - from > longest) return false;
        this.count = writeBytes(view, from, end, this.words, this.count);
        return true;
      case mark:
        this.words[this.count++] = isNothing(bytes, from, end) ? 0 : 1;
        return true;
      case sent:
        if (isNothing(bytes, from, end)) return true;
        this.sent = numberOf(bytes, from, end);
        return this.sent >= 0;
      case duration:
        if (isNothing(bytes, from, end)) return true;
        this.durationMs = numberOf(bytes, from, end);
        return this.durationMs >= 0;
      case digits:
        return isNothing(bytes, from, end) || numberOf(bytes, from, end) >= 0;
      case service: {
        const nothing = isNothing(bytes, from, end);
        this.words[this.count++] = nothing ? 0 : 1;
        return nothing || numberOf(bytes, from, end) >= 0;
      }
      case id:
        return this.#takeId(bytes, from, end);
      default:
        return role === path && this.#takePath(bytes, view, from, end);
    }
  }

  #takeId(bytes: Buffer, from: number, end: number): boolean {
    if (isNothing(bytes, from, end)) return true;
    for (let at = from; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte <= 0x20 || byte === quote) return false;
    }
    this.idFrom = from;
    this.idTo = end;
    return true;
  }

  #takePath(bytes: Buffer, view: DataView, from: number, end: number): boolean {
    if (end === from || end - from > longest) return false;
    this.pathFrom = from;
    this.pathTo = end;
    const next = writeShape(bytes, view, from, end, this.words, this.count);
    if (next < 0) return false;
    this.count = next;
    if (this.#path === 'shape') return true;
    const number = this.#path === 'whole' ? -1 : this.#path(bytes, from, end);
    this.words[this.count++] = number;
    if (number < 0) this.count = writeBytes(view, from, end, this.words, this.count);
    return true;
  }
}

/** True where the text stands there; it does not go beyond the line. */
function standsAt(bytes: Buffer, at: number, to: number, text: Uint8Array): boolean {
  const { length } = text;
  if (at + length > to) return false;
  for (let index = 0; index < length; index += 1) if (bytes[at + index] !== text[index]) return false;
  return true;
}

/** Nothing logged, as Envoy writes it: `-`, or nothing at all. */
function isNothing(bytes: Buffer, from: number, end: number): boolean {
  return end === from || (end === from + 1 && bytes[from] === dash);
}

/** A number in digits; -1 where it is none that is surely exact. */
function numberOf(bytes: Buffer, from: number, end: number): number {
  if (end - from > mostDigits) return -1;
  let value = 0;
  for (let at = from; at < end; at += 1) {
    const one = (bytes[at] ?? 0) - 0x30;
    if (one < 0 || one > 9) return -1;
    value = value * 10 + one;
  }
  return value;
}

/** Where digits end, or one of JSON's words; -1: it is neither, or a number that JSON writes otherwise. */
function tokenEnd(bytes: Buffer, from: number, to: number): number {
  let end = from;
  while (end < to && end - from < mostDigits && (bytes[end] ?? 0) >= 0x30 && (bytes[end] ?? 0) <= 0x39) end += 1;
  if (end > from) return bytes[from] === 0x30 && end > from + 1 ? -1 : end;
  for (const word of jsonWords) if (standsAt(bytes, from, to, word)) return from + word.length;
  return -1;
}

const jsonWords = ['null', 'true', 'false'].map((word) => Buffer.from(word));
