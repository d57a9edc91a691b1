import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AdminUrl, askAdmin, waitUntil } from './admin.ts';
import { type BootstrapOptions, writeBootstrap } from './bootstrap.ts';
import { spawnToFiles, stopChild } from './children.ts';

/** How to start one Envoy of a gateway. */
export interface EnvoyOptions extends BootstrapOptions {
  readonly binary: string;
  /** The folder Envoy works in; its bootstrap, logs and socket lie there. */
  readonly folder: string;
  /** Beside what every bootstrap has: static resources. */
  readonly more?: object;
}

/** A running Envoy; killed at the latest when the thread that started it ends, because Envoy asks the kernel for that (PR_SET_PDEATHSIG). */
export interface Envoy {
  readonly adminUrl: AdminUrl;
  readonly pid: number;
  /** What the gateway wrote to /dev/stdout: the access log. */
  readonly accessLog: string;
  /** Envoy's own log. */
  readonly log: string;
  readonly stop: () => Promise<void>;
}

const BOOTSTRAP_FILE = 'bootstrap.json';
const ADMIN_ADDRESS_FILE = 'admin-address.txt';

/** Starts Envoy and waits until its admin answers; whether it becomes LIVE depends on the control plane (`waitForLive`). */
export async function startEnvoy(options: EnvoyOptions): Promise<Envoy> {
  const { binary, folder, adminSocket, more } = options;
  const bootstrap = { ...writeBootstrap(options), ...more };
  await writeFile(join(folder, BOOTSTRAP_FILE), `${JSON.stringify(bootstrap, null, 2)}\n`);
  await rm(join(folder, ADMIN_ADDRESS_FILE), { force: true });
  const child = spawnToFiles({ binary, args: envoyArgs(), folder, stdout: 'access.log', stderr: 'envoy.log' });
  const log = join(folder, 'envoy.log');
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended = `ended with ${signal ?? code}`;
  });
  let adminUrl = adminSocket === undefined ? '' : `unix:${join(folder, adminSocket)}`;
  const answers = async (): Promise<boolean> => {
    if (ended !== undefined) return true;
    if (adminSocket === undefined) adminUrl = `http://${await readAdminAddress(folder)}`;
    return (await askAdmin(adminUrl, '/ready')).status > 0;
  };
  try {
    await waitUntil('the admin of Envoy to answer', answers, 30_000);
    if (ended !== undefined) throw new Error(`Started ${binary}: it ${ended}.\n${await lastLines(log)}`);
  } catch (error) {
    await stopChild(child);
    throw error;
  }
  return {
    adminUrl,
    pid: child.pid ?? 0,
    accessLog: join(folder, 'access.log'),
    log,
    stop: () => stopChild(child),
  };
}

/** Waits until `/ready` answers 200. */
export function waitForLive(envoy: Envoy): Promise<void> {
  return waitUntil('Envoy to be LIVE', async () => (await askAdmin(envoy.adminUrl, '/ready')).status === 200);
}

function envoyArgs(): readonly string[] {
  return [
    ...['-c', BOOTSTRAP_FILE],
    ...['--admin-address-path', ADMIN_ADDRESS_FILE],
    '--use-dynamic-base-id',
    ...['--concurrency', '1'],
    ...['--log-level', 'info'],
    ...['--file-flush-interval-msec', '100'],
    ...['--drain-time-s', '1'],
    ...['--parent-shutdown-time-s', '2'],
  ];
}

async function readAdminAddress(folder: string): Promise<string> {
  const address = (await readFile(join(folder, ADMIN_ADDRESS_FILE), 'utf8')).trim();
  if (address === '') throw new Error('Envoy has not written its admin address yet.');
  return address;
}

async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').slice(-10).join('\n');
}
