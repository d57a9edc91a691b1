import { RE2JS } from 're2js';
import { bytesOf } from '../../lib/bytes.ts';

/** A regular expression as Envoy runs it: RE2, the whole text must match. */
export interface Regex {
  readonly source: string;
  readonly matches: (text: string) => boolean;
  /** RE2::GlobalReplace with `\1` groups. */
  readonly replace: (text: string, substitution: string) => string;
}

/** Compiles a pattern; throws re2js's error where RE2 does not know the syntax. */
export function compileRegex(source: string, unit: 'byte' | 'utf8'): Regex {
  const program = RE2JS.compile(unit === 'byte' ? bytesOf(source) : source);
  const read = unit === 'byte' ? (text: string): string | null => text : decodeUtf8;
  return {
    source,
    matches: (text) => {
      const subject = read(text);
      return subject !== null && program.matches(subject);
    },
    replace: (text, substitution) => replaceAll(program, text, substitution),
  };
}

/** The characters of UTF-8 bytes; null where the bytes are none: no UTF-8 program matches them. */
function decodeUtf8(bytes: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the question is whether all bytes are ASCII
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  } catch {
    return null;
  }
}

function replaceAll(program: RE2JS, text: string, substitution: string): string {
  const matcher = program.matcher(text);
  let out = '';
  let copied = 0;
  let lastEnd = -1;
  while (matcher.find()) {
    // RE2::GlobalReplace takes no empty match right behind the last one.
    if (matcher.start() === matcher.end() && matcher.start() === lastEnd) continue;
    lastEnd = matcher.end();
    out += text.slice(copied, matcher.start());
    out += substitution.replace(/\\(\d|\\)/g, (_, which: string) =>
      which === '\\' ? '\\' : Number(which) <= matcher.groupCount() ? (matcher.group(Number(which)) ?? '') : '',
    );
    copied = matcher.end();
  }
  return out + text.slice(copied);
}
