import { type ChildProcess, spawn } from 'node:child_process';
import { asObject, type JsonObject } from '../../../src/lib/json.ts';
import { waitUntil } from '../admin.ts';

/** An agent as it runs in a pod. */
export interface AgentProcess {
  readonly child: ChildProcess;
  /** What it logged so far. */
  readonly lines: readonly JsonObject[];
  readonly complaints: () => string;
  /** Waits for a line of this event that holds. */
  readonly line: (event: string, holds?: (line: JsonObject) => boolean, from?: number) => Promise<JsonObject>;
  readonly page: (path: string) => Promise<{ readonly status: number; readonly text: string }>;
  /** The sum of a counter or gauge over the series whose labels hold all of this. */
  readonly metric: (name: string, labels?: Readonly<Record<string, string>>) => Promise<number>;
  /** SIGTERM, and the exit code. */
  readonly end: () => Promise<number | null>;
}

/** How it is run beside its flags. */
export interface AgentSurroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** A command that becomes the agent: the words before its own. */
  readonly under?: readonly string[];
}

/** The options of Node that the image starts it with, and its environment. */
export const imageOptions = ['--single-threaded-gc', '--optimize-for-size'];
export const imageEnv = { NODE_ENV: 'production', MALLOC_ARENA_MAX: '1' };

/** Starts the built agent, as the image does. */
export async function startAgent(
  flags: readonly string[],
  { env = {}, under = [] }: AgentSurroundings = {},
): Promise<AgentProcess> {
  // Without a guard before it: it must get its signals itself.
  // In a pod nothing says CI, where no verb falls back on the current context.
  const words = [
    ...under,
    process.execPath,
    ...imageOptions,
    'dist/main.js',
    'agent',
    '--listen',
    '127.0.0.1:0',
    ...flags,
  ];
  const child = spawn(words[0] ?? '', words.slice(1), { env: { ...process.env, CI: '', ...imageEnv, ...env } });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const lines: JsonObject[] = [];
  let rest = '';
  let complaints = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) lines.push(asObject(JSON.parse(part)));
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString('utf8');
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const line: AgentProcess['line'] = async (event, holds = () => true, from = 0) => {
    const find = (): JsonObject | undefined => lines.slice(from).find((one) => one.event === event && holds(one));
    await waitUntil(`the agent to say ${event}`, async () => find() !== undefined || child.exitCode !== null, 90_000);
    const found = find();
    if (!found)
      throw new Error(`The agent ended before it said ${event}.\n${complaints}${JSON.stringify(lines.slice(-5))}`);
    return found;
  };
  const { port } = await line('started');
  const page = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000) });
    return { status: response.status, text: await response.text() };
  };
  return {
    child,
    lines,
    complaints: () => complaints,
    line,
    page,
    metric: async (name, labels = {}) => sumOf((await page('/metrics')).text, name, labels),
    end: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(kill, 20_000);
      const code = await exited;
      clearTimeout(late);
      return code;
    },
  };
}

function sumOf(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  let sum = 0;
  for (const one of text.split('\n')) {
    const match = /^([a-z_]+)(?:\{(.*)\})? ([0-9.e+-]+)/.exec(one);
    if (match?.[1] !== name) continue;
    const said = match[2] ?? '';
    if (Object.entries(labels).every(([key, value]) => said.includes(`${key}="${value}"`))) sum += Number(match[3]);
  }
  return sum;
}
