/** Reads times as a format of %START_TIME(…)% writes them. */
export interface TimeReader {
  /** Sticky: matches the time where it begins. */
  readonly pattern: RegExp;
  /** Milliseconds since 1970 of a match; null where the format tells no whole time. */
  readonly read: (match: RegExpExecArray) => number | null;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const monthNames = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

/** What each conversion prints: its pattern, and what of the time it tells. */
const conversions: Readonly<Record<string, readonly [pattern: string, part: string | null]>> = {
  Y: ['(\\d{4})', 'year'],
  m: ['(\\d{2})', 'month'],
  d: ['(\\d{2})', 'day'],
  e: ['([ \\d]\\d)', 'day'],
  H: ['(\\d{2})', 'hour'],
  M: ['(\\d{2})', 'minute'],
  S: ['(\\d{2})', 'second'],
  s: ['(\\d{1,13})', 'epoch'],
  f: ['(\\d{1,9})', 'fraction'],
  z: ['([+-]\\d{4})', 'zone'],
  Ez: ['([+-]\\d{2}:\\d{2})', 'zone'],
  'E*z': ['([+-]\\d{2}:\\d{2}(?::\\d{2})?)', 'zone'],
  b: ['([A-Z][a-z]{2})', 'month'],
  h: ['([A-Z][a-z]{2})', 'month'],
  B: ['([A-Z][a-z]{2,8})', 'month'],
  y: ['(\\d{2})', 'shortYear'],
  j: ['\\d{3}', null],
  a: ['[A-Z][a-z]{2}', null],
  A: ['[A-Z][a-z]{5,8}', null],
  p: ['([AP]M)', 'half'],
  I: ['(\\d{2})', 'hour'],
  Z: ['[A-Z+\\-\\d:]{1,8}', null],
  n: ['\\n', null],
  t: ['\\t', null],
  '%': ['%', null],
};

const composed: Readonly<Record<string, string>> = { F: '%Y-%m-%d', T: '%H:%M:%S', R: '%H:%M', D: '%m/%d/%y' };

/** Envoy's own format where none is given (DateFormatter in source/common/common/utility.cc). */
const defaultFormat = '%Y-%m-%dT%H:%M:%E3SZ';

/** The default: read digit by digit, as every line of most logs has it. */
export const isoReader: TimeReader = {
  pattern: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/y,
  read: ([text]) => {
    const digits = (from: number, to: number): number => Number(text.slice(from, to));
    const day = Date.UTC(digits(0, 4), digits(5, 7) - 1, digits(8, 10));
    return day + digits(11, 13) * 3_600_000 + digits(14, 16) * 60_000 + digits(17, 19) * 1_000 + digits(20, 23);
  },
};

/**
 * Compiles a format of %START_TIME(…)%: strftime with absl's %E3S and Envoy's %f, %3f, %s, %3s (docs: access log, START_TIME).
 * Null where it holds a conversion whose length is not known.
 */
export function compileStartTime(format: string | null): TimeReader | null {
  if (!format || format === defaultFormat) return isoReader;
  const text = format.replace(/%([FTRD])/g, (_, letter: string) => composed[letter] ?? '');
  const parts: (string | null)[] = [];
  let pattern = '';
  for (const [piece, conversion] of text.matchAll(/%(E[\d*]*[A-Za-z]|\d?[fs]|[A-Za-z%])|[^%]|%/gs)) {
    const known = conversion === undefined ? null : conversionOf(conversion);
    if (known === undefined) return null;
    if (known === null) {
      pattern += piece.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      continue;
    }
    pattern += known[0];
    for (const part of known[1]) parts.push(part);
  }
  return { pattern: new RegExp(pattern, 'y'), read: (match) => timeOf(parts, match) };
}

function conversionOf(name: string): readonly [pattern: string, parts: readonly string[]] | undefined {
  const seconds = /^E(\d{1,2}|\*)S$/.exec(name);
  if (seconds) {
    const digits = seconds[1] === '*' ? '(?:\\.(\\d+))?' : `\\.(\\d{${seconds[1]}})`;
    return seconds[1] === '0' ? ['(\\d{2})', ['second']] : [`(\\d{2})${digits}`, ['second', 'fraction']];
  }
  const sized = /^(\d)([fs])$/.exec(name);
  if (sized) return sized[2] === 'f' ? [`(\\d{${sized[1]}})`, ['fraction']] : [`(\\d{10,19})`, [`epoch${sized[1]}`]];
  const known = conversions[name];
  return known && [known[0], known[1] === null ? [] : [known[1]]];
}

function timeOf(parts: readonly (string | null)[], match: RegExpExecArray): number | null {
  const told = new Map<string, string>();
  for (const [index, part] of parts.entries()) if (part !== null) told.set(part, match[index + 1] ?? '');
  const fraction = Number(`0.${told.get('fraction') || '0'}`) * 1000;
  const epoch = told.get('epoch');
  if (epoch !== undefined) return Number(epoch) * 1000 + fraction;
  for (const [part, digits] of told) if (part.startsWith('epoch')) return Number(digits) / 10 ** (Number(part[5]) - 3);
  const number = (part: string): number => Number(told.get(part) ?? Number.NaN);
  const year = told.has('year') ? number('year') : 2000 + number('shortYear');
  const named = told.get('month') ?? '';
  const month = /^\d/.test(named) ? Number(named) - 1 : Math.max(months.indexOf(named), monthNames.indexOf(named));
  const hour = hourOf(number('hour'), told.get('half'));
  const utc = Date.UTC(year, month, number('day'), hour || 0, number('minute') || 0, number('second') || 0);
  if (Number.isNaN(utc) || month < 0) return null;
  return utc + fraction - zoneMs(told.get('zone'));
}

function hourOf(hour: number, half: string | undefined): number {
  return half === undefined ? hour : (hour % 12) + (half === 'PM' ? 12 : 0);
}

function zoneMs(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})/.exec(zone ?? '');
  return match ? (match[1] === '-' ? -60_000 : 60_000) * (Number(match[2]) * 60 + Number(match[3])) : 0;
}
