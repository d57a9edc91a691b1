import { access, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnGuarded, stopChild } from '../children.ts';
import { cache, exists, hashOfSources, installed } from './install.ts';

const sources = fileURLToPath(new URL('../kube/control-plane', import.meta.url));
const WAIT_MS = 500;

/** Version texts that Kubernetes' own build sets; without inlining a cold build takes a quarter less. */
const version = 'k8s.io/component-base/version';
const flags = [
  ...['-trimpath', '-buildvcs=false', '-gcflags=all=-l'],
  ...['-ldflags', `-s -w -X ${version}.gitVersion=v1.34.4 -X ${version}.gitTreeState=archive`],
];

/**
 * etcd, kube-apiserver and a kubelet's endpoints in one program, built anew whenever its sources change. The first
 * build of a machine takes some ten minutes of two cores: who comes while another process builds waits for it.
 */
export function controlPlaneBinary(): Promise<string> {
  return builtByOne(undefined);
}

/** Begins the build without waiting for it; `stop` gives up what is unfinished. A failure is told to who needs it. */
export function startControlPlaneBuild(): { readonly stop: () => Promise<void> } {
  const ended = new AbortController();
  const build = builtByOne(ended.signal).catch(() => undefined);
  return {
    stop: async () => {
      ended.abort(new Error('The build of the control plane was given up.'));
      await build;
    },
  };
}

async function builtByOne(signal: AbortSignal | undefined): Promise<string> {
  const name = `control-plane-${await hashOfSources(sources)}`;
  const lock = join(cache, `${name}.lock`);
  await mkdir(cache, { recursive: true });
  while (!(await exists(join(cache, name)))) {
    signal?.throwIfAborted();
    if (await take(lock)) {
      try {
        await installed(name, (target) => build(target, signal));
      } finally {
        await rm(lock, { force: true });
      }
    } else {
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
  return join(cache, name, 'control-plane');
}

/** Whether this process is the one that builds: the file names it from the first, and is void once it is gone. */
async function take(lock: string): Promise<boolean> {
  const mine = `${lock}.${process.pid}`;
  try {
    await writeFile(mine, String(process.pid));
    await link(mine, lock);
    return true;
  } catch {
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder > 0 && !isRunning(holder)) await rm(lock, { force: true });
    return false;
  } finally {
    await rm(mine, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Behind everything else that wants the processor; Go's temporary files go with the folder when it is given up. */
async function build(target: string, signal: AbortSignal | undefined): Promise<void> {
  const output = join(target, 'control-plane');
  const temporary = join(target, 'temporary');
  await mkdir(temporary);
  const go = ['go', 'build', '-C', sources, ...flags, '-o', output, '.'];
  const child = spawnGuarded('env', ['CGO_ENABLED=0', `GOTMPDIR=${temporary}`, 'nice', '-n', '10', ...go]);
  const stop = (): void => void stopChild(child);
  signal?.addEventListener('abort', stop);
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    if (complaints.length < 5_000) complaints += chunk.toString('utf8');
  });
  child.stdout?.resume();
  await new Promise<void>((resolve) => child.stdout?.once('close', () => resolve()));
  await stopChild(child);
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  await rm(temporary, { recursive: true, force: true });
  await access(output).catch(() => {
    throw new Error(`The lab needs Go and the Go module proxy: ${go.join(' ')} failed:\n${complaints}`);
  });
}
