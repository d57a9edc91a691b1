import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

/** How a run of the program ended, and what it wrote. */
export interface Ran {
  /** The exit code; -1: it was ended by a signal, or by the time it was given. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run is given beside its arguments. */
export interface Around {
  readonly stdin?: string;
  /** Beside the variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const main = resolve('dist/main.js');

/** Runs the built program as a user would. */
export function meshdoctor(args: readonly string[], { stdin = '', env = {}, cwd }: Around = {}): Promise<Ran> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      { timeout: 60_000, maxBuffer: 64 << 20, env: { ...process.env, ...env }, cwd },
      (_, stdout, stderr) => done({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(stdin);
  });
}
