// biome-ignore lint/suspicious/noControlCharactersInRegex: the question is whether all characters are ASCII
const ascii = /^[\x00-\x7f]*$/;

/** Text as the bytes of its UTF-8 encoding, one character a byte; pure ASCII stays as it is. */
export function bytesOf(text: string): string {
  if (ascii.test(text)) return text;
  let bytes = '';
  for (const char of text) {
    if ((char.codePointAt(0) ?? 0) < 0x80) bytes += char;
    else for (const byte of new TextEncoder().encode(char)) bytes += String.fromCharCode(byte);
  }
  return bytes;
}
