import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asList, asObject } from '../../src/lib/json.ts';
import { chromium } from './install/install.ts';

/** A Chromium without a window, started anew for each page. */
export interface Browser {
  /** Every URL a page asked for beside itself, and what stood on its console. */
  readonly open: (
    url: string,
  ) => Promise<{ readonly requests: readonly string[]; readonly console: readonly string[] }>;
  /** The page as it stands once it is loaded and its scripts have run. */
  readonly dump: (url: string) => Promise<string>;
  readonly print: (url: string) => Promise<Buffer>;
  readonly screenshot: (url: string, isDark: boolean) => Promise<Buffer>;
}

/** Nothing of its own goes out: no updates, no sign-in, no metrics; files may read the files beside them. */
const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-default-apps', '--hide-scrollbars'],
  ...['--allow-file-access-from-files', '--window-size=1400,1000', '--virtual-time-budget=5000'],
  // Names lead nowhere: only this machine can be asked.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Finds the browser; each page gets a profile of its own under this folder. */
export async function startBrowser(folder: string): Promise<Browser> {
  const binary = await chromium();
  const run = async <T>(
    args: (at: string) => readonly string[],
    read: (out: string, said: string, at: string) => Promise<T>,
  ) => {
    const at = await mkdtemp(folder);
    try {
      const all = [...flags, `--user-data-dir=${at}/profile`, ...args(at)];
      const { out, said } = await execute(binary, all);
      return await read(out, said, at);
    } finally {
      await rm(at, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  return {
    open: (url) =>
      run(
        (at) => [
          '--enable-logging=stderr',
          '--v=0',
          `--log-net-log=${at}/net.json`,
          '--net-log-capture-mode=Default',
          '--dump-dom',
          url,
        ],
        async (_, said, at) => ({
          requests: requestsOf(await readFile(join(at, 'net.json'), 'utf8')),
          console: said.split('\n').filter((line) => /CONSOLE/.test(line)),
        }),
      ),
    dump: (url) =>
      run(
        () => ['--dump-dom', url],
        async (out) => out,
      ),
    print: (url) =>
      run(
        (at) => [`--print-to-pdf=${at}/page.pdf`, url],
        (_, __, at) => readFile(join(at, 'page.pdf')),
      ),
    screenshot: (url, isDark) =>
      run(
        (at) => [`--blink-settings=preferredColorScheme=${isDark ? 0 : 1}`, `--screenshot=${at}/page.png`, url],
        (_, __, at) => readFile(join(at, 'page.png')),
      ),
  };
}

/**
 * Every URL that a page asked for, by Chromium's own record of its network; the page itself, a file, is no traffic and
 * stands in none. What the browser asks for of its own accord (its clock, its updates) has no page for an initiator.
 */
function requestsOf(netLog: string): readonly string[] {
  const events = asList(asObject(JSON.parse(netLog)).events).map((event) => asObject(asObject(event).params));
  const asked = events.flatMap(({ url, initiator }) =>
    typeof url === 'string' && typeof initiator === 'string' && initiator !== 'not an origin' ? [url] : [],
  );
  return [...new Set(asked)].filter((url) => !url.startsWith('file:'));
}

function execute(binary: string, args: readonly string[]): Promise<{ readonly out: string; readonly said: string }> {
  return new Promise((resolve, reject) => {
    execFile(binary, [...args], { timeout: 90_000, maxBuffer: 64 << 20 }, (error, out, said) => {
      if (error) reject(new Error(`${binary} failed: ${error.message.slice(0, 300)}\n${said.slice(-500)}`));
      else resolve({ out, said });
    });
  });
}
