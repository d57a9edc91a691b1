import { oneLine } from '../../lib/text.ts';

/**
 * Words that a platform would turn into something else even where every sign is escaped, since it looks at the text
 * after Markdown is gone: mentions, links, issue and commit references, emoji. They stand as code, which is left alone.
 */
const obeyed = /[@#]|:\/\/|www\.|\bGH-\d|^\W*[0-9a-f]{7,40}\W*$|:[\w+-]+:/i;

/** Text from the world as Markdown that reads the same and does nothing: no HTML, no links, no mentions, no formatting. */
export function inline(text: string): string {
  return oneLine(text)
    .split(' ')
    .map((word) => (obeyed.test(word) ? asCode(word) : escapeSigns(word)))
    .join(' ')
    .replace(/^(\d*)([-+=.)])/, '$1\\$2');
}

/** The stop that ends a sentence is no part of the word before it. */
function asCode(word: string): string {
  const stop = /[.,;]$/.exec(word)?.[0] ?? '';
  return `${code(word.slice(0, word.length - stop.length))}${stop}`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escapeSigns(word: string): string {
  return word
    .replace(/[\\`*_{}[\]()#+!|~$^=-]/g, (sign) => (/[(){}=+-]/.test(sign) ? sign : `\\${sign}`))
    .replace(/[&<>]/g, (sign) => entities[sign] ?? '');
}

/** A value as a span of code: fenced by more backticks than it holds itself. */
export function code(text: string): string {
  const plain = oneLine(text);
  if (plain === '') return '';
  const fence = '`'.repeat(longestRun(plain) + 1);
  const pad = plain.startsWith('`') || plain.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${plain}${pad}${fence}`;
}

/** A line to copy, as a block of code. */
export function block(text: string, language: string): string {
  const plain = oneLine(text);
  const fence = '`'.repeat(Math.max(3, longestRun(plain) + 1));
  return `${fence}${language}\n${plain}\n${fence}`;
}

/** Markdown for a cell of a table: there a bar ends the cell even inside code. */
export function cell(markdown: string): string {
  return markdown.replace(/(?<!\\)\|/g, '\\|');
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
