import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const KILL_AFTER_MS = 5_000;
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  // A guard is not killed: its standard input closes with this process, and then it ends its program.
  for (const child of alive) if (child.stdin === null) child.kill('SIGKILL');
});

/** A program of the lab, with its working folder and the files its two outputs go to. */
export interface ChildSpec {
  readonly binary: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program whose outputs are appended to files, and remembers it so that it never outlives this process. */
export function spawnToFiles(spec: ChildSpec): ChildProcess {
  const stdout = openSync(join(spec.folder, spec.stdout), 'a');
  const stderr = openSync(join(spec.folder, spec.stderr), 'a');
  const child = spawn(spec.binary, [...spec.args], { cwd: spec.folder, stdio: ['ignore', stdout, stderr] });
  closeSync(stdout);
  closeSync(stderr);
  return remember(child);
}

/**
 * Starts a program whose standard output is piped, under a shell that ends it when our end of its standard input closes:
 * the kernel closes it however this process dies. The pipe ends when the program itself ends.
 */
export function spawnGuarded(binary: string, args: readonly string[]): ChildProcess {
  const guard = '"$@" </dev/null & child=$!; exec >/dev/null 2>&1; cat; kill "$child"; wait "$child"';
  return remember(spawn('/bin/sh', ['-c', guard, 'guard', binary, ...args], { stdio: ['pipe', 'pipe', 'pipe'] }));
}

/** Ends a program politely, then by force; returns once it is gone. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (child.stdin === null) child.kill('SIGTERM');
  else child.stdin.end();
  const force = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  await gone;
  clearTimeout(force);
}

function remember(child: ChildProcess): ChildProcess {
  alive.add(child);
  const forget = (): void => {
    alive.delete(child);
  };
  child.once('exit', forget);
  child.once('error', forget);
  return child;
}
