/** Where a text stops being JSON. `cut` is true when it does so only by ending too soon. */
export interface JsonFault {
  readonly offset: number;
  readonly cut: boolean;
}

const blank = /[ \t\r\n]*/y;
const word = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
/** A number, `true`, `false` or `null` that the end of the text cut short. */
const wordBegun = /^(?:-|-?\d+(?:\.|(?:\.\d+)?[eE][+-]?)|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?)$/;

/** Nothing anyone means nests deeper; a text that does is noise. */
const deepest = 100_000;

type Expect = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or end';

/**
 * Finds where a text that `JSON.parse` refused stops being JSON; V8 does not always say. Walks tokens with a stack of its own, so that
 * depth does no harm. Null where the text is JSON after all.
 */
export function findJsonFault(text: string): JsonFault | null {
  const open: string[] = [];
  let expect: Expect = 'value';
  let at = skip(blank, text, 0);
  while (at < text.length) {
    if (expect === ', or end' && open.length === 0) return { offset: at, cut: false };
    const sign = text[at] ?? '';
    if (open.length > deepest) return { offset: at, cut: false };
    const next = afterSign(sign, expect, open);
    if (next !== null) {
      expect = next;
      at = skip(blank, text, at + 1);
      continue;
    }
    const named = expect === 'name' || expect === 'name or }';
    const valued = expect === 'value' || expect === 'value or ]';
    if (!valued && !(named && sign === '"')) return { offset: at, cut: false };
    const end = sign === '"' ? stringEnd(text, at) : skip(word, text, at);
    if (typeof end !== 'number') return end;
    if (end === at) return { offset: at, cut: wordBegun.test(text.slice(at, at + 40)) };
    expect = named ? ':' : ', or end';
    at = skip(blank, text, end);
  }
  return expect === ', or end' && open.length === 0 ? null : { offset: at, cut: true };
}

/** What to expect after a sign, keeping the stack of open brackets; null where the sign is not allowed here or is none. */
function afterSign(sign: string, expect: Expect, open: string[]): Expect | null {
  const inside = open.at(-1);
  if (expect === ':') return sign === ':' ? 'value' : null;
  if (expect === ', or end' && sign === ',') return inside === '{' ? 'name' : 'value';
  if (sign === '{' || sign === '[') {
    if (expect !== 'value' && expect !== 'value or ]') return null;
    open.push(sign);
    return sign === '{' ? 'name or }' : 'value or ]';
  }
  const closes =
    (sign === ']' && inside === '[' && (expect === 'value or ]' || expect === ', or end')) ||
    (sign === '}' && inside === '{' && (expect === 'name or }' || expect === ', or end'));
  if (!closes) return null;
  open.pop();
  return ', or end';
}

const escaped = /["\\/bfnrt]|u[\da-fA-F]{4}/y;
const escapeBegun = /^(?:u[\da-fA-F]{0,3})?$/;

/** The end of the string that begins at `at`, or its fault. By hand, since a string may be of any length. */
function stringEnd(text: string, at: number): number | JsonFault {
  let index = at + 1;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === 0x22) return index + 1;
    if (code < 0x20) return { offset: index, cut: false };
    if (code !== 0x5c) {
      index += 1;
      continue;
    }
    const after = skip(escaped, text, index + 1);
    if (after === index + 1) return { offset: index, cut: escapeBegun.test(text.slice(after, after + 5)) };
    index = after;
  }
  return { offset: text.length, cut: true };
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
