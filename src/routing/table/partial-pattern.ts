import { RE2JS } from 're2js';
import { shortestMatch } from './program.ts';

/** A pattern that reads as if it were searched for in a text, where Envoy asks it of the whole text. */
export interface PartialReading {
  /** Which part of the text it seems to mean. */
  readonly part: 'beginning' | 'end' | 'inside';
  /** Whether nothing else can have been meant, or a whole text might. */
  readonly sure: boolean;
  /** A text that it takes as a whole; null: none that is legal here. */
  readonly whole: string | null;
  /** A text in which a search finds it and of which it is not the whole. */
  readonly searched: string;
  /** The pattern as it should be written. */
  readonly mended: string;
}

/** Headers whose values are sentences: a single word in a pattern for them is never the whole. */
const freeText = new Set(['user-agent', 'cookie', 'authorization', 'referer', 'x-forwarded-for', 'via']);

/** Plain text, with signs escaped: no repetition, class, group or alternative. */
const plainText = /^(?:[\w/~!@#%&=:;,'"<> -]|\\[^\w])+$/;

/** Reads a pattern of a path (`of` is `:path`) or header as a person meant it; null where it reads as one for the whole text, or in doubt. */
export function partialReading(pattern: string, of: string): PartialReading | null {
  const flags = /^\(\?[a-zA-Z]+\)/.exec(pattern)?.[0] ?? '';
  const body = pattern.slice(flags.length);
  const begins = body.startsWith('^');
  const ends = /(^|[^\\])(\\\\)*\$$/.test(body);
  const bare = body.slice(begins ? 1 : 0, ends ? -1 : undefined);
  const isPath = of === ':path';
  const open = { whole: null, sure: true };
  const isPlain = plainText.test(bare);
  if (begins && !ends && (isPlain || (isPath && bare.endsWith('/')))) {
    return checked(pattern, of, { ...open, part: 'beginning', mended: `${flags}${body}.*` });
  }
  if (!begins && isPath && shortestMatch(pattern, '/') === null) {
    const mended = `${flags}.*${body}${ends ? '' : '.*'}`;
    return checked(pattern, of, { ...open, part: ends ? 'end' : 'inside', mended });
  }
  if (ends && !begins && !isPath && (isPlain || /^\\?[.-]/.test(bare)) && !/^\.[*+]/.test(bare)) {
    return checked(pattern, of, { ...open, part: 'end', mended: `${flags}.*${body}` });
  }
  if (begins || ends || !isPlain) return null;
  if (isPath) {
    if (bare === '/') return null;
    return checked(pattern, of, { whole: null, sure: false, part: 'beginning', mended: `${flags}${body}.*` });
  }
  if (!freeText.has(of)) return null;
  return checked(pattern, of, { ...open, part: 'inside', mended: `${flags}.*${body}.*` });
}

type Reading = Omit<PartialReading, 'searched'>;

/** Finds a text that shows the difference, and asks the engine whether it does. */
function checked(pattern: string, of: string, reading: Reading): PartialReading | null {
  const sample = shortestMatch(pattern);
  if (sample === null || sample === '') return null;
  const program = RE2JS.compile(pattern);
  const { before, after } = around(sample, of);
  const searched =
    reading.part === 'beginning' ? sample + after : reading.part === 'end' ? before + sample : before + sample + after;
  if (program.matches(searched) || !program.matcher(searched).find()) return null;
  if (!RE2JS.compile(reading.mended).matches(searched)) return null;
  return { ...reading, whole: of !== ':path' || sample.startsWith('/') ? sample : null, searched };
}

/** What may stand before and after a part of such a text. */
function around(sample: string, of: string): { readonly before: string; readonly after: string } {
  const isWord = /^\w/.test(sample);
  if (of === ':path') return { before: isWord ? '/x/' : '/x', after: sample.endsWith('/') ? 'x' : '/x' };
  if (of === 'cookie') return { before: 'a=1; ', after: '; b=2' };
  return { before: isWord ? 'x ' : 'x', after: ' x' };
}
