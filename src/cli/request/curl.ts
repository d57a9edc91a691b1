import type { ExplainRequest } from '../../routing/explained.ts';
import { Failure } from '../failure.ts';
import { buildRequest } from './build.ts';

/** Options of curl that take a value and say nothing about routing. */
const ignored = new Set(
  `-o --output --connect-timeout -m --max-time --cacert --cert --key --retry -w --write-out -x --proxy -c --cookie-jar --max-redirs`.split(
    ' ',
  ),
);
const bodies = new Set(['-d', '--data', '--data-raw', '--data-binary', '--data-urlencode', '-F', '--form']);

/** Reads a pasted curl command: method, URL, headers, host. What curl adds itself is known as far as it is fixed. */
export function readCurl(command: string): ExplainRequest {
  const words = splitWords(command);
  if (words[0] === 'curl') words.shift();
  let method: string | undefined;
  let url: string | undefined;
  const headers: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const [word = '', glued] = (words[at] ?? '').startsWith('--') ? (words[at] ?? '').split(/=(.*)/s) : [words[at]];
    const value = (): string => glued ?? words[++at] ?? '';
    if (word === '-X' || word === '--request') method = value();
    else if (/^-X./.test(word)) method = word.slice(2);
    else if (word === '-H' || word === '--header') headers.push(value());
    else if (word === '-A' || word === '--user-agent') headers.push(`user-agent: ${value()}`);
    else if (word === '-e' || word === '--referer') headers.push(`referer: ${value()}`);
    else if (word === '-b' || word === '--cookie') headers.push(`cookie: ${value()}`);
    else if (word === '-I' || word === '--head') method ??= 'HEAD';
    else if (word === '--resolve' || word === '--connect-to') value();
    else if (word === '--url') url = value();
    else if (bodies.has(word)) {
      value();
      method ??= 'POST';
      headers.push('content-type: application/x-www-form-urlencoded');
    } else if (ignored.has(word)) value();
    else if (!word.startsWith('-')) url ??= word;
  }
  if (url === undefined) throw new Failure('cannot read the curl command: it names no URL', 2);
  const request = buildRequest({ url, headers: lastContentType(headers), ...(method === undefined ? {} : { method }) });
  return { ...request, headers: { accept: ['*/*'], 'user-agent': null, ...request.headers } };
}

/** curl's own content type gives way to one that is written. */
function lastContentType(headers: readonly string[]): readonly string[] {
  const own = headers.filter((line) => /^content-type:/i.test(line));
  if (own.length < 2) return headers;
  const guess = 'content-type: application/x-www-form-urlencoded';
  return headers.filter((line) => line !== guess);
}

/** The words of a shell command: quotes, backslashes and continued lines. */
function splitWords(command: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  const text = command.replace(/\\\r?\n/g, ' ').trim();
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (char === "'" || char === '"') {
      const end = endOfQuote(text, at + 1, char);
      const inner = text.slice(at + 1, end);
      word = (word ?? '') + (char === '"' ? inner.replace(/\\(["\\$`])/g, '$1') : inner);
      at = end;
    } else if (char === '\\') {
      at += 1;
      word = (word ?? '') + text.charAt(at);
    } else word = (word ?? '') + char;
  }
  if (word !== null) words.push(word);
  return words;
}

function endOfQuote(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at += 1) {
    if (quote === '"' && text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === quote) return at;
  }
  throw new Failure('cannot read the curl command: a quote is not closed', 2);
}
