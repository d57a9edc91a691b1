import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { clean, oneLine } from '../../src/lib/text.ts';
import { block, cell, code, inline } from '../../src/report/markdown/escape.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { filledWith, incident, smallReport, withRoots } from '../support/reports.ts';

const usual = { all: false, show: new Set<never>() };
const whole = { all: true, show: new Set(['clear', 'not-evaluated', 'standing'] as const) };

/** GitHub's Markdown through a parser of its own, as HTML. */
const toHtml = (markdown: string): string => marked.parse(markdown, { gfm: true, async: false });
const textOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
const tagsOf = (html: string): readonly string[] => html.match(/<[^>]*>/g) ?? [];

const signs = fc
  .array(fc.constantFrom(...'`*_[]()<>|#@!~\\&:.-+=$ \n1ab/"\''), { maxLength: 25 })
  .map((list) => list.join(''));
const words = fc.oneof(signs, fc.string({ unit: 'binary', maxLength: 25 }));
const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '![x](http://evil.example/p.png)',
  'https://evil.example/?q=1',
  'www.evil.example',
  '@everyone and @org/team',
  'mail a@evil.example',
  '``` \n</details>',
  '| a | b |',
  '#123 fixes GH-12',
  '&lt;b&gt; &copy;',
  '- [ ] task',
  '1. one',
  '# head',
  '`` ` ``',
  ':smile: 0123456789abcdef',
];

describe('text from the world in Markdown', () => {
  it('reads the same, and is nothing but text and code', () => {
    const check = (word: string): void => {
      const html = toHtml(`x ${inline(word)}`);
      expect(tagsOf(html).filter((tag) => !/^<\/?(p|code)>$/.test(tag))).toEqual([]);
      expect(textOf(html).trim()).toBe(`x ${oneLine(word)}`.trim());
    };
    for (const word of hostile) check(word);
    fc.assert(fc.property(words, check), { seed: 3, numRuns: 200 });
  });

  it('begins no list, heading, quotation or rule', () => {
    const check = (word: string): void => {
      expect(tagsOf(toHtml(inline(word))).filter((tag) => !/^<\/?(p|code)>$/.test(tag))).toEqual([]);
    };
    for (const word of [...hostile, '---', '+ x', '12) x', '===', '> x', '    x']) check(word);
    fc.assert(fc.property(words, check), { seed: 31, numRuns: 150 });
  });

  it('mentions nobody and links to nothing outside code', () => {
    for (const word of hostile) {
      const bare = toHtml(`x ${inline(word)}`).replace(/<code>.*?<\/code>/gs, '');
      expect(bare).not.toMatch(/@\w|:\/\/|www\.|#\d|GH-\d|:\w+:/);
    }
  });

  it('stands in spans and blocks of code unchanged, backticks too', () => {
    const check = (word: string): void => {
      if (oneLine(word) === '') return;
      expect(textOf(toHtml(`x ${code(word)}`)).trim()).toBe(`x ${oneLine(word)}`.trim());
      expect(textOf(toHtml(block(word, 'sh'))).trim()).toBe(oneLine(word));
    };
    for (const word of hostile) check(word);
    fc.assert(fc.property(words, check), { seed: 4, numRuns: 150 });
  });

  it('stays in its cell of a table', () => {
    for (const word of hostile) {
      const html = toHtml(`| a | b |\n| --- | --- |\n| ${cell(inline(word))} | ${cell(code(word))} |`);
      expect(html.match(/<td>/g)?.length).toBe(2);
    }
  });
});

describe('the Markdown report', async () => {
  const document = await incident(false);
  const small = smallReport(document);

  it('tells roots before standing facts and what was not seen', () => {
    const text = renderMarkdown(document, usual);
    const order = ['node-port-mismatch', '### Standing', 'Not seen ('].map((words) => text.indexOf(words));
    expect(order).toEqual([...order].sort((left, right) => left - right));
    expect(order[0]).toBeGreaterThan(0);
  });

  it.each([10, 500, 5_000])('keeps under 60,000 characters with %i root causes, and says what it left out', (count) => {
    for (const options of [usual, whole]) {
      const text = renderMarkdown(withRoots(document, count), options);
      expect(text.length).toBeLessThan(60_000);
      const briefs = Number(/^### (\d+) more root cause/m.exec(text)?.[1] ?? 0);
      const left = Number(/^(\d+) root causes? left out here/m.exec(text)?.[1] ?? 0);
      const sections = text.match(/^### (Error|Warning|Info): /gm)?.length ?? 0;
      expect(sections + briefs + left).toBeGreaterThanOrEqual(roots(withRoots(document, count)));
    }
  });

  it('keeps under 60,000 characters whatever the lengths', () => {
    for (const word of ['x'.repeat(70_000), '`'.repeat(9_000), '&<'.repeat(9_000), '@a '.repeat(9_000)]) {
      expect(renderMarkdown(filledWith(withRoots(small, 12), word), whole).length).toBeLessThan(60_000);
    }
  });

  it('holds no HTML but its own, whatever the world writes', () => {
    const raw = (text: string): readonly string[] =>
      tagsOf(toHtml(text)).filter((tag) => !/^<\/?(p|code|br)>$/.test(tag));
    const plain = raw(renderMarkdown(filledWith(small, 'word'), whole));
    for (const word of hostile) expect(raw(renderMarkdown(filledWith(small, word), whole))).toEqual(plain);
    expect(plain.filter((tag) => /^<(a|img|script|input)/.test(tag))).toEqual([]);
  });

  it('writes no character that is obeyed or unseen', () => {
    const text = renderMarkdown(filledWith(small, 'a\u0000\u202eb\u200bc'), whole);
    expect(text.split('\n').map(clean).join('\n')).toBe(text);
  });
});

function roots({ findings }: { readonly findings: readonly { readonly effect: string }[] }): number {
  return findings.filter(({ effect }) => effect !== 'standing').length;
}
