import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { incident, renderAll } from '../support/reports.ts';

const files = {
  terminal: 'terminal.txt',
  wide: 'wide.txt',
  json: 'json.json',
  sarif: 'sarif.sarif',
  junit: 'junit.xml',
  markdown: 'markdown.md',
  html: 'html.html',
};

/**
 * What the bundled incident looks like in every format. After a change that is meant, refresh and read the difference:
 * `npx vitest run --project hermetic test/report/golden.test.ts -u`
 */
describe('golden reports of the bundled incident', async () => {
  const document = await incident(false);
  // The JSON report carries no ways: it is what the schema says.
  const texts = { ...renderAll(await incident()), json: renderAll(document).json };

  it.each(Object.entries(files))('%s', async (format, file) => {
    await expect(new Map(Object.entries(texts)).get(format)).toMatchFileSnapshot(`golden/${file}`);
  });

  it('are what docs/reading-a-report.md shows', () => {
    const shown = [...readFileSync('docs/reading-a-report.md', 'utf8').matchAll(/^```text\n(.*?)^```$/gms)];
    expect(shown.length).toBeGreaterThan(1);
    const report = new Map(Object.entries(texts)).get('terminal');
    for (const [, block = ''] of shown) expect(report).toContain(block.trimEnd());
  });

  it.each(['wide', 'json', 'sarif', 'junit', 'markdown', 'html'])(
    'name the same findings by the same ids: %s',
    (format) => {
      // Standing facts stand in Markdown as a sentence, unless they are asked for.
      const expected = document.findings.filter(({ effect }) => format !== 'markdown' || effect !== 'standing');
      const text = new Map(Object.entries(texts)).get(format) ?? '';
      expect(expected.filter(({ id }) => !text.includes(id)).map(({ rule }) => rule)).toEqual([]);
    },
  );
});
