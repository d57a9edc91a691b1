import { Literal } from './bytes-search.ts';

/** Numbers of so many digits are exact. */
const mostDigits = 15;
const dash = 0x2d;

/** Nothing logged, as Envoy writes it: `-`, or nothing at all. */
export function isNothing(bytes: Buffer, from: number, end: number): boolean {
  return end === from || (end === from + 1 && bytes[from] === dash);
}

/** A number in digits; -1 where it is none that is surely exact. */
export function numberOf(bytes: Buffer, from: number, end: number): number {
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
export function tokenEnd(bytes: Buffer, view: DataView, from: number, to: number): number {
  let end = from;
  while (end < to && end - from < mostDigits && (bytes[end] ?? 0) >= 0x30 && (bytes[end] ?? 0) <= 0x39) end += 1;
  if (end > from) return bytes[from] === 0x30 && end > from + 1 ? -1 : end;
  for (const word of jsonWords) if (word.standsAt(view, from, to)) return from + word.length;
  return -1;
}

const jsonWords = ['null', 'true', 'false'].map((word) => new Literal(word));
