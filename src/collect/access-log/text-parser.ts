import { type Draft, emptyDraft, put } from './draft.ts';
import { type FormatPart, parseFormat } from './format.ts';
import { type Layout, roleOf, unambiguous } from './layout.ts';
import { type Meaning, meaningOf, type Operator } from './operators.ts';
import { compileStartTime, isoReader, type TimeReader } from './start-time.ts';

/** Reads one line; null where it is not in the format. */
export interface LineParser {
  (line: string): Draft | null;
  /** Where the values stand in lines like this one, which it has read; null, or absent: only the exact reader tells. */
  readonly layout?: (line: string) => Layout | null;
}

/** A value between two literal texts. Operators side by side are one slot: where one ends the line does not tell. */
interface Slot {
  readonly meaning: Meaning;
  readonly most: number | null;
  readonly time: TimeReader | null;
  /** What stands after it; empty at the end of the line, and after a time that knows its own end. */
  readonly after: string;
  readonly last: boolean;
  /** What a client can fill with anything, quotes and blanks included: read from both ends. */
  readonly free: boolean;
}

/** A format string compiled for its lines; null where it is no format of one line, or tells nothing of a request. */
export function compileText(format: string): LineParser | null {
  const { lead, slots } = slotsOf(parseFormat(format.replace(/[\r\n]+$/, '')));
  if (format.replace(/[\r\n]+$/, '').includes('\n') || slots.every(({ meaning }) => meaning === null)) return null;
  const pivot = slots.findLastIndex(({ free }) => free);
  const read = (line: string): Draft | null => {
    if (!line.startsWith(lead)) return null;
    return fromLeft(slots, line, lead.length) ?? (pivot < 0 ? null : fromBothEnds(slots, pivot, line, lead.length));
  };
  const layout = layoutOfSlots(lead, slots);
  return Object.assign(read, { layout: () => layout });
}

function layoutOfSlots(lead: string, slots: readonly Slot[]): Layout | null {
  const values = slots.flatMap(({ meaning, most, time, after, last }) => {
    const role = roleOf(meaning, most);
    if (role === null) return [];
    const header = meaning !== null && 'header' in meaning ? meaning.header : null;
    const whole = time && ((text: string) => readWhole(time, text));
    return [{ role, header, after, last, json: false, time: whole, pattern: time === isoReader ? null : time }];
  });
  if (values.length !== slots.length) return null;
  const read = (line: string) => (line.startsWith(lead) ? fromLeft(slots, line, lead.length) : null);
  return unambiguous({ lead, slots: values, read });
}

function readWhole({ pattern, read }: TimeReader, text: string): number | null {
  pattern.lastIndex = 0;
  const match = pattern.exec(text);
  return match && read(match);
}

/** Reads as much of a line's beginning as there is; `from`: the first field that may begin it. Null: not even two fields. */
export function compileBeginning(format: string, from: Operator['name']): LineParser {
  const parts = parseFormat(format.replace(/[\r\n]+$/, ''));
  const { slots } = slotsOf(parts.slice(parts.findIndex((part) => typeof part !== 'string' && part.name === from)));
  return (line) => {
    const draft = emptyDraft();
    let at = 0;
    let read = 0;
    let quoted = true;
    for (const { after, last, meaning, most } of slots) {
      const found = last ? -1 : line.indexOf(after, at);
      const quote = line.indexOf('"', at);
      // A value whose quotes do not close was cut: it may be longer.
      if (found < 0 && quoted && quote < 0) break;
      const stop = found >= 0 ? found : quote >= 0 ? quote : line.length;
      const trial = { ...draft, headers: { ...draft.headers } };
      if (at >= line.length || !put(trial, meaning, line.slice(at, stop), most)) break;
      Object.assign(draft, trial);
      read += 1;
      if (found < 0) break;
      at = found + after.length;
      if (after.split('"').length % 2 === 0) quoted = !quoted;
    }
    return read >= 2 ? draft : null;
  };
}

function slotsOf(parts: readonly FormatPart[]): { readonly lead: string; readonly slots: readonly Slot[] } {
  const [first] = parts;
  const lead = typeof first === 'string' ? first : '';
  const slots: Slot[] = [];
  for (let at = lead === '' ? 0 : 1; at < parts.length; at += 1) {
    const part = parts[at];
    if (part === undefined || typeof part === 'string') continue;
    const next = parts[at + 1];
    const time = part.name === 'START_TIME' && part.most === null ? compileStartTime(part.argument) : null;
    let after = typeof next === 'string' ? next : '';
    let alone = true;
    if (time === null) {
      while (typeof parts[at + 1] === 'object') {
        alone = false;
        at += 1;
      }
      const following = parts[at + 1];
      after = typeof following === 'string' ? following : '';
    }
    const meaning = alone && (time !== null || part.name !== 'START_TIME') ? meaningOf(part) : null;
    const free = time === null && (meaning === null || 'header' in meaning);
    slots.push({ meaning, most: part.most, time, after, last: at + (after === '' ? 1 : 2) >= parts.length, free });
  }
  return { lead, slots };
}

function fromLeft(slots: readonly Slot[], line: string, from: number): Draft | null {
  const draft = emptyDraft();
  let at = from;
  for (const slot of slots) {
    at = take(draft, slot, line, at);
    if (at < 0) return null;
  }
  return at === line.length ? draft : null;
}

/** Reads a slot that begins at `at`; where the next begins, or -1. */
function take(draft: Draft, { time, after, last, meaning, most }: Slot, line: string, at: number): number {
  if (time) return takeTime(draft, time, after, line, at);
  const end = last ? line.length - after.length : line.indexOf(after, at);
  if (end < at || (last && !line.endsWith(after))) return -1;
  return put(draft, meaning, line.slice(at, end), most) ? end + after.length : -1;
}

function takeTime(draft: Draft, { pattern, read }: TimeReader, after: string, line: string, at: number): number {
  pattern.lastIndex = at;
  const match = pattern.exec(line);
  const dash = match === null && line[at] === '-';
  if (match === null && !dash) return -1;
  const end = at + (match ? match[0].length : 1);
  if (match) draft.at ??= read(match);
  return line.startsWith(after, end) ? end + after.length : -1;
}

/** Values that clients fill may hold what delimits them: what stands before the last such one is read from the left, the rest from the right. */
function fromBothEnds(slots: readonly Slot[], pivot: number, line: string, from: number): Draft | null {
  const draft = emptyDraft();
  let end = line.length;
  for (let index = slots.length - 1; index > pivot; index -= 1) {
    const slot = slots[index];
    const before = slots[index - 1]?.after ?? '';
    if (!slot || slot.time || before === '') return null;
    if (slot.after !== '' && !line.slice(0, end).endsWith(slot.after)) return null;
    const stop = end - slot.after.length;
    const begin = line.lastIndexOf(before, stop - before.length);
    if (begin < from || !put(draft, slot.meaning, line.slice(begin + before.length, stop), slot.most)) return null;
    end = begin + before.length;
  }
  let at = from;
  for (const slot of slots.slice(0, pivot)) {
    at = take(draft, slot, line, at);
    if (at < 0) return null;
  }
  const middle = slots[pivot];
  if (!middle) return null;
  const stop = end - middle.after.length;
  if (stop < at || !line.startsWith(middle.after, stop)) return null;
  return put(draft, middle.meaning, line.slice(at, stop), middle.most) ? draft : null;
}
