/** Text as the bytes of its UTF-8 encoding, one character a byte; pure ASCII stays as it is. */
export function bytesOf(text: string): string {
  let bytes = '';
  for (const char of text) {
    if ((char.codePointAt(0) ?? 0) < 0x80) bytes += char;
    else for (const byte of new TextEncoder().encode(char)) bytes += String.fromCharCode(byte);
  }
  return bytes;
}
