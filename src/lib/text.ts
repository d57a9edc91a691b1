/**
 * Characters that a terminal obeys or does not show: controls (ANSI escapes begin with one), bidirectional and zero-width
 * formatting, lone surrogates, line separators, and spaces that are not the plain one.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text from the world made safe for a terminal: what would be obeyed or unseen is written as an escape; letters of every script stay. */
export function clean(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xfe00 && code <= 0xfe0f) return character;
    const digits = code.toString(16);
    return shortEscapes[character] ?? (code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`);
  });
}

/** `clean`, with every run of blanks and line breaks as one space: for prose and for values shown on one line. */
export function oneLine(text: string): string {
  return clean(text.replace(/[ \t\r\n]+/g, ' ').trim());
}
