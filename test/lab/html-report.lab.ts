import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportFinding } from '../../src/report/document.ts';
import { renderHtml } from '../../src/report/html.ts';
import { filledWith, incident, smallReport, withRoots } from '../support/reports.ts';
import { type Browser, startBrowser } from './browser.ts';
import { type Measures, measureInFrame } from './frame.ts';

const usual = { all: false, show: new Set<never>() };
const whole = { all: true, show: new Set(['clear', 'not-evaluated', 'standing'] as const) };

/** A report has boxes only where there are several severities. */
function downgraded(finding: ReportFinding): ReportFinding {
  return finding.rule === 'config-rejected' ? { ...finding, severity: 'warning' } : finding;
}

/** The HTML report in a real Chromium. */
describe('the HTML report in a browser', () => {
  let folder = '';
  let browser: Browser;
  const pages = new Map<string, string>();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshdoctor-html-'));
    browser = await startBrowser(join(folder, 'profile'));
    const document = await incident();
    const long = filledWith(smallReport(document), `${'x'.repeat(300)} ${'/segment'.repeat(60)}`);
    const texts: Readonly<Record<string, string>> = {
      incident: renderHtml(document, usual),
      whole: renderHtml(document, whole),
      long: renderHtml(long, whole),
      hostile: renderHtml(
        filledWith(smallReport(document), '"><script>document.title="owned"</script><img src=http://127.0.0.1:1/x>'),
        whole,
      ),
      // On a frozen gateway all that is no error stands apart.
      mixed: renderHtml({ ...document, findings: document.findings.map(downgraded) }, usual),
      many: renderHtml(withRoots(document, 500), usual),
    };
    for (const [name, text] of Object.entries(texts)) {
      pages.set(name, join(folder, `${name}.html`));
      await writeFile(join(folder, `${name}.html`), text);
    }
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  const url = (name: string): string => pathToFileURL(pages.get(name) ?? '').href;

  it.each(['incident', 'whole', 'long', 'hostile'])('asks for nothing and complains of nothing: %s', async (name) => {
    const { requests, console: said } = await browser.open(url(name));
    expect(requests).toEqual([]);
    expect(said).toEqual([]);
  });

  it('would see a page that asks for something: the check above can fail', async () => {
    const server = createServer((_, answer) => answer.end('x'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const path = join(folder, 'loud.html');
    await writeFile(path, `<img src="http://127.0.0.1:${port}/x.png"><script>console.error("planted")</script>`);
    const { requests, console: said } = await browser.open(pathToFileURL(path).href);
    await close(server);
    expect(requests).toContain(`http://127.0.0.1:${port}/x.png`);
    expect(said.some((line) => line.includes('planted'))).toBe(true);
  });

  it.each([360, 1280])('has no horizontal scroll at %i pixels', async (width) => {
    for (const name of ['incident', 'whole', 'long', 'many']) {
      const { scroll, client } = await measured(name, width);
      expect({ name, client }).toEqual({ name, client: width });
      expect({ name, scroll: scroll <= client }).toEqual({ name, scroll: true });
    }
  });

  it('is dark where the reader likes it dark, and light else', async () => {
    const [light, dark] = [await brightness(false), await brightness(true)];
    expect(light).toBeGreaterThan(200);
    expect(dark).toBeLessThan(60);
  });

  it('hides a severity by its box, without a script', async () => {
    const text = await readFile(pages.get('mixed') ?? '', 'utf8');
    const unchecked = text.replace('id="show-error" checked', 'id="show-error"');
    expect(unchecked).not.toBe(text);
    const heights = await Promise.all([measured('mixed', 1280), measuredText('filtered', unchecked, 1280)]);
    expect(heights[1].height).toBeLessThan(heights[0].height * 0.8);
  });

  it('prints on paper with the evidence unfolded', async () => {
    const pdf = await browser.print(url('incident'));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const folded = (await readFile(pages.get('incident') ?? '', 'utf8')).replace('details::details-content{', 'x{');
    await writeFile(join(folder, 'folded.html'), folded);
    const without = await browser.print(pathToFileURL(join(folder, 'folded.html')).href);
    const sheets = (bytes: Buffer): number => bytes.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(sheets(pdf)).toBeGreaterThan(sheets(without));
  });

  it('holds 500 findings in less than 1 MB', async () => {
    expect((await readFile(pages.get('many') ?? '')).length).toBeLessThan(1_000_000);
  });

  const measured = async (name: string, width: number): Promise<Measures> =>
    measuredText(name, await readFile(pages.get(name) ?? '', 'utf8'), width);

  const measuredText = (name: string, text: string, width: number): Promise<Measures> =>
    measureInFrame(browser, join(folder, 'frames'), { name, text, width });

  async function brightness(isDark: boolean): Promise<number> {
    const image = await browser.screenshot(url('incident'), isDark);
    const framed = `data:image/png;base64,${image.toString('base64')}`;
    const path = join(folder, `pixel-${isDark}.html`);
    await writeFile(path, pixel(framed));
    const [, value = 'NaN'] =
      /<pre id="measures">([^<]*)<\/pre>/.exec(await browser.dump(pathToFileURL(path).href)) ?? [];
    return Number(value);
  }
});

/** The brightness of a pixel near the lower left corner: background. */
function pixel(image: string): string {
  return `<!doctype html><pre id="measures"></pre><script>
const picture = new Image();
picture.onload = () => {
  const canvas = document.createElement('canvas');
  canvas.width = picture.width; canvas.height = picture.height;
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  const [red, green, blue] = context.getImageData(3, picture.height - 3, 1, 1).data;
  document.getElementById('measures').textContent = String((red + green + blue) / 3);
};
picture.src = ${JSON.stringify(image)};
</script>`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
}
