import { join } from 'node:path';
import { renderHtml } from '../../src/report/html.ts';
import { startBrowser } from '../lab/browser.ts';
import { measureInFrame } from '../lab/frame.ts';
import { incident, withRoots } from '../support/reports.ts';
import { median } from './measure.ts';

/** An HTML report: its size, and the median of what a real browser took from asking for it to having laid it out. */
export interface PageMeasured {
  readonly bytes: number;
  readonly openMs: number;
}

/** A report with so many of the incident's root causes, each told with its way, evidence and fix. */
export async function measurePage(folder: string, findings: number, rounds: number): Promise<PageMeasured> {
  const text = renderHtml(withRoots(await incident(), findings), { all: false, show: new Set() });
  const browser = await startBrowser(join(folder, 'profile'));
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { loadMs } = await measureInFrame(browser, join(folder, 'pages'), { name: `${round}`, text, width: 1_280 });
    times.push(loadMs);
  }
  return { bytes: Buffer.byteLength(text), openMs: median(times) };
}
