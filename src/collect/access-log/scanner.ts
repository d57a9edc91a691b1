import { endOfString, fourOf, indexOfByte, isAscii, isUnspaced, Literal } from './bytes-search.ts';
import type { KindsBy } from '../../snapshot/access-log/row.ts';
import { isNothing, numberOf, tokenEnd } from './bytes-value.ts';
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
  readonly after: Literal;
  readonly stop: number;
  readonly stops: number;
}

/** The longest value that is a part of a kind. */
const longest = 1_024;
const quote = 0x22;

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
  readonly #lead: Literal;
  readonly #slots: readonly Slot[];
  readonly #path: KindsBy['path'];
  readonly #clock = new MinuteClock();
  /** Keys that were taken and not written yet, and where the next value begins. */
  #keyFrom = 0;
  #keyTo = 0;
  #keyNext = 0;

  constructor({ lead, slots }: Layout, { header: counts, path: by }: KindsBy) {
    this.#lead = new Literal(lead);
    this.#path = by;
    this.words = new Int32Array(slots.length * (longest / 4 + 2) + 4 * longest);
    this.#slots = slots.map(({ role, header, after, last, json, time: whole, pattern }) => {
      const stop = Buffer.from(after)[0] ?? 0;
      const told = role === 'key' && header !== null && !counts(header) ? skip : roles[role];
      return {
        role: told,
        after: new Literal(after),
        stop,
        stops: fourOf(stop),
        last,
        json,
        time: whole,
        pattern,
      };
    });
  }

  /** True where the line was read. */
  read(bytes: Buffer, view: DataView, from: number, to: number): boolean {
    this.count = 0;
    this.#keyFrom = this.#keyTo = this.#keyNext = 0;
    this.at = Number.NaN;
    this.sent = -1;
    this.durationMs = -1;
    this.idFrom = this.idTo = this.pathFrom = this.pathTo = 0;
    if (!this.#lead.standsAt(view, from, to)) return false;
    let at = from + this.#lead.length;
    const slots = this.#slots;
    for (let index = 0; index < slots.length; index += 1) {
      const slot = slots[index];
      if (!slot) return false;
      at = slot.json ? this.#takeJson(slot, bytes, view, at, to) : this.#takeText(slot, bytes, view, at, to);
      if (at < 0) return false;
    }
    return at === to && this.#writeKey(view);
  }

  #takeText(slot: Slot, bytes: Buffer, view: DataView, from: number, to: number): number {
    const { role, stop, stops, after, last } = slot;
    let end = from;
    if (role === time) {
      if (slot.pattern !== null) return this.#takePattern(slot, bytes, view, from, to);
      end = from + 24;
      if (end > to || !this.#takeTime(slot, bytes, view, from, end)) return -1;
      return after.standsAt(view, end, to) ? end + after.length : -1;
    }
    if (last) {
      end = to - after.length;
      if (end < from || !after.standsAt(view, end, to)) return -1;
      if (!isAscii(view, from, to)) return -1;
    } else {
      end = indexOfByte(view, from, to, stop, stops);
      while (end >= 0 && after.length > 1 && !after.standsAt(view, end, to))
        end = indexOfByte(view, end + 1, to, stop, stops);
      if (end < 0) return -1;
    }
    if (role === key) return this.#takeKey(view, from, end, end + after.length);
    return role === skip || this.#take(role, bytes, view, from, end) ? end + after.length : -1;
  }

  /** A time that is not ISO 8601: its own pattern says where it ends. */
  #takePattern({ pattern: reader, after }: Slot, bytes: Buffer, view: DataView, from: number, to: number): number {
    if (!reader) return -1;
    const { pattern, read } = reader;
    const text = bytes.toString('latin1', from, to);
    pattern.lastIndex = 0;
    const match = pattern.exec(text);
    if (!match) return -1;
    this.at = read(match) ?? Number.NaN;
    const end = from + match[0].length;
    if (!isAscii(view, from, end)) return -1;
    return after.standsAt(view, end, to) ? end + after.length : -1;
  }

  #takeJson(slot: Slot, bytes: Buffer, view: DataView, from: number, to: number): number {
    const { role, after } = slot;
    let end = from;
    if (bytes[from] !== quote) {
      end = tokenEnd(bytes, view, from, to);
      if (end < 0 || !after.standsAt(view, end, to)) return -1;
      if (role === key) return this.#takeKey(view, from, end, end + after.length);
      return this.#takeToken(role, bytes, view, from, end) ? end + after.length : -1;
    }
    end = endOfString(view, from + 1, to);
    if (end < 0) return -1;
    if (!after.standsAt(view, end + 1, to)) return -1;
    if (role === key) return this.#takeKey(view, from, end + 1, end + 1 + after.length);
    if (role === time) return this.#takeTime(slot, bytes, view, from + 1, end) ? end + 1 + after.length : -1;
    return role === skip || this.#take(role, bytes, view, from + 1, end) ? end + 1 + after.length : -1;
  }

  /** Keys side by side are one, with what stands between them; where the next begins, or -1. */
  #takeKey(view: DataView, from: number, end: number, next: number): number {
    if (from !== this.#keyNext || from === 0) {
      if (!this.#writeKey(view)) return -1;
      this.#keyFrom = from;
    }
    this.#keyTo = end;
    this.#keyNext = next;
    return next;
  }

  #writeKey(view: DataView): boolean {
    if (this.#keyNext === 0) return true;
    if (this.#keyTo - this.#keyFrom > longest) return false;
    this.count = writeBytes(view, this.#keyFrom, this.#keyTo, this.words, this.count);
    return true;
  }

  /** Of digits or a word. */
  #takeToken(role: number, bytes: Buffer, view: DataView, from: number, end: number): boolean {
    if (role === skip) return true;
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
        return this.#takeId(bytes, view, from, end);
      default:
        return role === path && this.#takePath(bytes, view, from, end);
    }
  }

  #takeId(bytes: Buffer, view: DataView, from: number, end: number): boolean {
    if (isNothing(bytes, from, end)) return true;
    if (!isUnspaced(view, from, end)) return false;
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
