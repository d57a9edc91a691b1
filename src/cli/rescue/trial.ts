import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { judge, placeTrial, type Trial, type TrialAnswer } from '../../rescue/trial.ts';
import type { Answer } from './send.ts';
import { sendAll } from './send.ts';
import { startStandIns } from './stand-in.ts';
import { throwawayCertificate } from './throwaway-certificate.ts';

/** How a trial went. */
export interface TrialReport {
  readonly version: string;
  readonly asked: number;
  /** Requests whose answer hangs on what no configuration tells. */
  readonly skipped: number;
  /** In a person's words, the first few; empty: every answer was the expected one. */
  readonly wrong: readonly string[];
}

const startMs = 30_000;
const mostShown = 5;
/** A port found free may be taken before Envoy binds it: then others. */
const mostStarts = 3;

/**
 * Starts an Envoy on this machine with the rescued configuration, stand-ins behind its clusters, and asks it. The
 * running gateway gets no request. Must be called from the main thread: Envoy ends with the thread that started it.
 */
export async function runTrial(envoy: string, trial: Trial): Promise<TrialReport> {
  const version = await versionOf(envoy);
  for (let started = 1; ; started += 1) {
    try {
      return { version, ...(await tryOnce(envoy, trial)) };
    } catch (error) {
      if (started === mostStarts || !(error instanceof Error && /Address already in use/.test(error.message)))
        throw error;
    }
  }
}

async function tryOnce(envoy: string, trial: Trial): Promise<Omit<TrialReport, 'version'>> {
  const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-'));
  const sockets = new Map(trial.clusters.map((name, index) => [name, join(folder, `${index}.sock`)]));
  const free = await freePorts(trial.ports.length);
  const portOf = (port: number): number => free[trial.ports.indexOf(port)] ?? 0;
  const adminSocket = join(folder, 'admin.sock');
  const standIns = await startStandIns([...sockets].map(([name, path]) => ({ name, path })));
  let child: ChildProcess | null = null;
  try {
    const socketOf = (name: string): string => sockets.get(name) ?? '';
    const placed = placeTrial(trial.bootstrap, { adminSocket, portOf, socketOf, ...throwawayCertificate() });
    await writeFile(join(folder, 'bootstrap.json'), JSON.stringify(placed), { mode: 0o600 });
    child = start(envoy, folder);
    await waitForLive(child, adminSocket, folder);
    const answers = await sendAll(
      '127.0.0.1',
      trial.cases.map(({ request }) => request),
      portOf,
    );
    return tally(trial, answers);
  } finally {
    await end(child);
    standIns.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function tally({ cases }: Trial, answers: readonly Answer[]): Omit<TrialReport, 'version'> {
  const wrong: string[] = [];
  let skipped = 0;
  for (const [index, one] of cases.entries()) {
    const answer = answers[index];
    const verdict = answer ? judge(one, read(answer)) : 'no answer';
    if (verdict === 'skipped') skipped += 1;
    else if (verdict !== null) wrong.push(verdict);
  }
  const shown =
    wrong.length > mostShown ? [...wrong.slice(0, mostShown), `and ${wrong.length - mostShown} more`] : wrong;
  return { asked: cases.length, skipped, wrong: shown };
}

function read({ status, headers }: Answer): TrialAnswer {
  const cluster = headers['x-trial-cluster'];
  const path = decodeURI(String(headers['x-trial-path'] ?? '')).replace(/\?.*$/s, '');
  const upstream =
    typeof cluster === 'string' ? { cluster, path, host: decodeURI(String(headers['x-trial-host'] ?? '')) } : null;
  return { status, location: headers.location ?? null, upstream };
}

function start(envoy: string, folder: string): ChildProcess {
  const args = ['-c', 'bootstrap.json', '--use-dynamic-base-id', '--concurrency', '1', '--log-level', 'error'];
  const child = spawn(envoy, [...args, '--log-path', join(folder, 'envoy.log')], { cwd: folder, stdio: 'ignore' });
  child.once('error', () => undefined);
  return child;
}

async function waitForLive(child: ChildProcess, adminSocket: string, folder: string): Promise<void> {
  for (const until = Date.now() + startMs; Date.now() < until; await sleep(50)) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    if (await isLive(adminSocket)) return;
  }
  const log = await readFile(join(folder, 'envoy.log'), 'utf8').catch(() => '');
  throw new Error(`Envoy did not start with it: ${log.trim().split('\n').slice(-3).join(' ') || 'it said nothing'}`);
}

function isLive(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = get({ socketPath, path: '/ready', timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(false));
  });
}

async function end(child: ChildProcess | null): Promise<void> {
  if (!child || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(force);
}

function versionOf(envoy: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(envoy, ['--version'], { timeout: startMs }, (error, stdout) => {
      const version = /\/(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
      if (version !== undefined) resolve(version);
      else reject(new Error(`${envoy} is no Envoy that runs here: ${error?.message ?? stdout.slice(0, 200)}`));
    });
  });
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    [...Array(count)].map(
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
