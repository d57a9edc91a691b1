/** The words of the first command in a pasted shell line; null: a quote is not closed. */
export function shellWords(command: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quoted = false;
  const text = `${command.replace(/\\\r?\n/g, ' ').trim()} `;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (/\s/.test(char)) {
      // What follows a pipe, a redirection or another command says nothing of this one.
      if (word !== null && !quoted && /^(\|\|?|&&?|;|\d?>.*|<.*)$/.test(word)) return words;
      if (word !== null) words.push(word);
      word = null;
      quoted = false;
    } else if (char === "'" || char === '"') {
      const ansi = char === "'" && word?.endsWith('$') === true && !quoted;
      const end = endOfQuote(text, at + 1, char, char === '"' || ansi);
      if (end === null) return null;
      const inner = text.slice(at + 1, end);
      if (ansi) word = (word ?? '').slice(0, -1) + unescapeAnsi(inner);
      else word = (word ?? '') + (char === '"' ? inner.replace(/\\(["\\$`])/g, '$1') : inner);
      quoted = true;
      at = end;
    } else if (char === '\\') {
      at += 1;
      word = (word ?? '') + text.charAt(at);
      quoted = true;
    } else word = (word ?? '') + char;
  }
  return words;
}

function endOfQuote(text: string, from: number, quote: string, escapes: boolean): number | null {
  for (let at = from; at < text.length; at += 1) {
    if (escapes && text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === quote) return at;
  }
  return null;
}

const ansiEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** `$'…'`, as browsers write it when they copy a request. */
function unescapeAnsi(text: string): string {
  return text.replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gis, (_, wide, byte, char: string) => {
    const code: string | undefined = wide ?? byte;
    return code === undefined ? (ansiEscapes[char] ?? char) : String.fromCharCode(Number.parseInt(code, 16));
  });
}
