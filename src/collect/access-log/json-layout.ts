import { type Draft, timeOf } from './draft.ts';
import { type Layout, type LayoutSlot, roleOf, unambiguous } from './layout.ts';
import type { Meaning } from './operators.ts';

/** One member: its key, its value, and what stands behind it. */
const member = /\s*"([^"\\]*)"\s*:\s*("(?:[^"\\]|\\.)*"|[-+.0-9A-Za-z]+)\s*([,}])/y;

/** Where the values of a line of JSON stand that `read` has read; null where it is not one flat object. */
export function layoutOfJson(
  line: string,
  meaningOf: (key: string) => Meaning,
  read: (line: string) => Draft | null,
): Layout | null {
  // Docker's json-file holds the line in a member of that name.
  if (!line.startsWith('{') || line.startsWith('{"log":')) return null;
  const slots: LayoutSlot[] = [];
  const keys = new Set<string>();
  let lead = '';
  let end = 0;
  member.lastIndex = 1;
  for (let next = ','; next === ','; ) {
    const match = member.exec(line);
    const [whole = '', key = '', value = '', behind = ''] = match ?? [];
    if (!match || keys.has(key)) return null;
    keys.add(key);
    next = behind;
    const at = match.index + whole.indexOf(':', whole.indexOf(`"${key}"`) + key.length + 2) + 1;
    const begin = line.indexOf(value, at);
    const between = line.slice(end, begin);
    const before = slots.pop();
    if (before) slots.push({ ...before, after: between });
    else lead = between;
    const meaning = meaningOf(key);
    const role = roleOf(meaning, null);
    if (role === null) return null;
    const header = meaning !== null && 'header' in meaning ? meaning.header : null;
    const time = role === 'time' ? timeOf : null;
    slots.push({ role, header, after: '', last: false, json: true, time, pattern: null });
    end = begin + value.length;
  }
  const last = slots.pop();
  const rest = line.slice(end);
  return last && rest.trimEnd() === '}'
    ? unambiguous({ lead, slots: [...slots, { ...last, after: rest }], read })
    : null;
}
