import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from './browser.ts';

/** A page in a frame: widths and height in pixels, and how long it took to load. */
export interface Measures {
  readonly scroll: number;
  readonly client: number;
  readonly height: number;
  readonly loadMs: number;
}

/** Measures a page in a frame of this width: asked from outside, since it may run no script. Its files lie in the folder. */
export async function measureInFrame(
  browser: Browser,
  folder: string,
  { name, text, width }: { readonly name: string; readonly text: string; readonly width: number },
): Promise<Measures> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}-${width}.html`);
  const framed = join(folder, `${name}-${width}-page.html`);
  await writeFile(framed, text);
  await writeFile(path, wrapper(pathToFileURL(framed).href, width));
  const dom = await browser.dump(pathToFileURL(path).href);
  const [, json = ''] = /<pre id="measures">([^<]*)<\/pre>/.exec(dom) ?? [];
  return JSON.parse(json) as Measures;
}

function wrapper(page: string, width: number): string {
  return `<!doctype html><body style="margin:0"><pre id="measures"></pre><script>
const begun = performance.now();
const frame = document.createElement('iframe');
frame.style = 'border:0;width:${width}px;height:800px';
frame.onload = () => {
  const root = frame.contentDocument.documentElement;
  const height = root.scrollHeight;
  const measures = { scroll: root.scrollWidth, client: frame.clientWidth, height, loadMs: performance.now() - begun };
  document.getElementById('measures').textContent = JSON.stringify(measures);
};
frame.src = ${JSON.stringify(page)};
document.body.append(frame);
</script>`;
}
