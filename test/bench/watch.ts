import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeConfigDump } from './inputs.ts';
import { median } from './measure.ts';

/** What the terminal UI was measured at. Milliseconds, shares of one core, MiB. */
export interface WatchMeasured {
  /** From the start of the process to the first frame, and to the first one with a gateway in it. */
  readonly firstFrameMs: number;
  readonly firstRowMs: number;
  readonly keyMs: KeyTimes;
  /** Of keys that sort by what changes each second. */
  readonly sortMs: KeyTimes;
  readonly idleShare: number;
  /** Memory of an hour, medians: of ten minutes once all that is remembered was seen (20 minutes), and of the last ten. */
  readonly memory: { readonly early: number; readonly late: number; readonly lines: number };
}

interface KeyTimes {
  readonly p50: number;
  readonly p99: number;
  readonly presses: number;
}

const columns = 120;
const rows = 40;

/** The terminal UI in a real terminal (`script` makes one). */
class Watched {
  readonly #child: ChildProcess;
  readonly #pidFile: string;
  readonly begun = performance.now();
  #text = '';
  #hears: (() => void)[] = [];

  constructor(folder: string, args: readonly string[], node: readonly string[] = []) {
    this.#pidFile = join(folder, 'watch.pid');
    rmSync(this.#pidFile, { force: true });
    const words = [process.execPath, ...node, 'dist/main.js', 'watch', ...args].map((word) => `'${word}'`).join(' ');
    const command = `stty cols ${columns} rows ${rows}; echo $$ > '${this.#pidFile}'; exec ${words}`;
    const env = { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
    this.#child = spawn('script', ['-qfec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('utf8');
      for (const hear of this.#hears) hear();
    });
  }

  /** Milliseconds until what is written from now on has this. */
  async until(what: RegExp, mostMs = 60_000): Promise<number> {
    const from = performance.now();
    this.#text = '';
    return this.sees(what, from, mostMs);
  }

  async sees(what: RegExp, from: number, mostMs = 30_000): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#hears = this.#hears.filter((one) => one !== hear);
        settle();
      };
      const hear = (): void => {
        if (what.test(this.#text)) end(resolve);
      };
      const timer = setTimeout(
        () =>
          end(() => reject(new Error(`the screen never had ${what}, but: ${JSON.stringify(this.#text.slice(-1500))}`))),
        mostMs,
      );
      this.#hears.push(hear);
      hear();
    });
    return performance.now() - from;
  }

  press(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  get #pid(): string {
    return readFileSync(this.#pidFile, 'utf8').trim();
  }

  /** Seconds of processor time it took so far: ticks of Linux are hundredths. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.#pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  residentMib(): number {
    const [, pages = '0'] = readFileSync(`/proc/${this.#pid}/statm`, 'utf8').split(' ');
    return (Number(pages) * 4096) / 2 ** 20;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.press('q');
    const timer = setTimeout(() => this.#child.kill('SIGTERM'), 5_000);
    await gone;
    clearTimeout(timer);
  }
}

/** Measures `meshdoctor watch`; `small` proves that it can be measured. */
export async function measureWatch(folder: string, small: boolean): Promise<WatchMeasured> {
  const starts: { readonly frame: number; readonly row: number }[] = [];
  for (let round = 0; round < (small ? 1 : 5); round += 1) {
    const watched = new Watched(folder, ['--bundle', 'src/demo/incident.tar.gz']);
    const frame = await watched.sees(/meshdoctor {2}gateways/, watched.begun);
    starts.push({ frame, row: await watched.sees(/shop\/edge/, watched.begun) });
    await watched.close();
  }
  return {
    firstFrameMs: median(starts.map(({ frame }) => frame)),
    firstRowMs: median(starts.map(({ row }) => row)),
    idleShare: await idle(folder, small ? 2 : 30),
    ...(await keys(folder, small ? 300 : 10_000, small ? 20 : 1_000)),
    memory: await hour(folder, small ? 20_000 : 7_200_000, small ? 8 : 80),
  };
}

async function idle(folder: string, seconds: number): Promise<number> {
  const watched = new Watched(folder, ['--bundle', 'src/demo/incident.tar.gz']);
  await watched.sees(/node-port-mismatch/, watched.begun);
  await sleep(5_000);
  const [from, begun] = [watched.cpuSeconds(), performance.now()];
  await sleep(seconds * 1000);
  const share = (watched.cpuSeconds() - from) / ((performance.now() - begun) / 1000);
  await watched.close();
  return share;
}

/** Steps through so many routes while 2,000 lines a second arrive, and screens change; then sorts them by their rates, up and down. */
async function keys(folder: string, routes: number, presses: number): Promise<Pick<WatchMeasured, 'keyMs' | 'sortMs'>> {
  const [dump, log] = [join(folder, 'watched-dump.json'), join(folder, 'watched.log')];
  writeConfigDump(dump, routes, true);
  writeFileSync(log, '');
  const writer = startWriter(log, routes, 2_000);
  const watched = new Watched(folder, ['--config-dump', dump, '--access-log', log]);
  try {
    await watched.sees(/▸ [^\r\n]*edge/, watched.begun);
    await sleep(1_000);
    watched.press('\r');
    await watched.sees(/▸ +8088 +0 /, watched.begun);
    // The report has come, and lines have been read for a while.
    await watched.sees(/\d+ error/, watched.begun);
    await sleep(2_000);
    const answered = async (key: string, what: RegExp): Promise<number> => {
      const waiting = watched.until(what);
      watched.press(key);
      const ms = await waiting;
      await sleep(40);
      return ms;
    };
    const steps: number[] = [];
    for (let at = 1; at <= presses; at += 1) steps.push(await answered('j', new RegExp(`▸ +8088 +${at} `)));
    // The fifth column is the rate.
    watched.press('>>>>>');
    await watched.sees(/\/MIN↑/, watched.begun);
    const sorts: number[] = [];
    for (let at = 0; at < presses / 2; at += 1) sorts.push(await answered('o', at % 2 === 0 ? /\/MIN↓/ : /\/MIN↑/));
    return { keyMs: timesOf(steps), sortMs: timesOf(sorts) };
  } finally {
    writer.kill();
    await watched.close();
  }
}

function timesOf(times: readonly number[]): KeyTimes {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), presses: sorted.length };
}

/** Writes lines into a log, so many a second, from a process of its own. */
function startWriter(log: string, routes: number, perSecond: number): ChildProcess {
  return spawn(
    process.execPath,
    ['--import', 'tsx', 'test/bench/write-log.ts', log, String(routes), String(perSecond)],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
}

/** The clock of a process and its threads stands in a file: an hour passes as quickly as lines are read. */
function clockIn(file: string): string {
  const read = `Number(readFileSync(${JSON.stringify(file)},"utf8"))`;
  const script = [
    'import{readFileSync}from"node:fs"',
    `let now=${read}`,
    `setInterval(()=>{now=${read}||now},20).unref()`,
    'Date.now=()=>now',
  ].join(';');
  return `data:text/javascript,${encodeURIComponent(script)}`;
}

const hourMs = 3_600_000;

/** An hour of as many lines, in so many pieces, as quickly as they are read. */
async function hour(folder: string, lines: number, pieces: number): Promise<WatchMeasured['memory']> {
  const [dump, log, clock] = [join(folder, 'watched-dump.json'), join(folder, 'watched.log'), join(folder, 'clock')];
  writeConfigDump(dump, 500, true);
  writeFileSync(log, '');
  const from = Date.now();
  writeFileSync(clock, String(from));
  const args = ['--config-dump', dump, '--access-log', log];
  const watched = new Watched(folder, args, ['--import', clockIn(clock)]);
  try {
    await watched.sees(/\d+ error/, watched.begun);
    watched.press(':logs\r');
    const { linesFor } = await import('./write-log.ts');
    const samples: number[] = [];
    const count = lines / pieces;
    for (let piece = 0; piece < pieces; piece += 1) {
      const at = (line: number): number => from + (line / lines) * hourMs;
      appendFileSync(log, linesFor(piece * count, count, 500, at));
      writeFileSync(clock, String(at((piece + 1) * count)));
      await watched.sees(new RegExp(`logs \\(${numberText((piece + 1) * count)} lines\\)`), performance.now());
      samples.push(watched.residentMib());
      // What was read need not lie on the disk: another file takes its place, as where logs are rotated.
      rmSync(log);
      writeFileSync(log, '');
      await sleep(600);
    }
    const sixth = (at: number): number => median(samples.slice(Math.floor((pieces * at) / 6), (pieces * (at + 1)) / 6));
    return { early: sixth(2), late: sixth(5), lines };
  } finally {
    await watched.close();
  }
}

function numberText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
