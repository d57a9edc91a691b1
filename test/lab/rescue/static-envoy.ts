import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askAdmin, waitUntil } from '../admin.ts';
import { spawnToFiles, stopChild } from '../children.ts';
import { type EnvoyVersion, envoyBinary } from '../install/install.ts';

/** A real Envoy with a bootstrap of the test's own. */
export interface StaticEnvoy {
  readonly adminUrl: string;
  readonly pid: number;
  /** What it wrote to /dev/stdout. */
  readonly stdout: () => Promise<string>;
  readonly log: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts it and waits until it is LIVE; its admin moves to a socket in its own folder, so that many run side by side.
 */
export async function startStatic(version: EnvoyVersion, bootstrap: string): Promise<StaticEnvoy> {
  const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-static-'));
  const config = { ...JSON.parse(bootstrap), admin: { address: { pipe: { path: join(folder, 'admin.sock') } } } };
  await writeFile(join(folder, 'bootstrap.json'), JSON.stringify(config));
  const args = ['-c', 'bootstrap.json', '--use-dynamic-base-id', '--concurrency', '1', '-l', 'warning'];
  const quick = ['--file-flush-interval-msec', '100'];
  const binary = await envoyBinary(version);
  const child = spawnToFiles({ binary, args: [...args, ...quick], folder, stdout: 'out.log', stderr: 'envoy.log' });
  const adminUrl = `unix:${join(folder, 'admin.sock')}`;
  const log = (): Promise<string> => readFile(join(folder, 'envoy.log'), 'utf8');
  const stop = async (): Promise<void> => {
    await stopChild(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitUntil('Envoy to be LIVE', async () => {
      if (child.exitCode !== null) return true;
      return (await askAdmin(adminUrl, '/ready')).status === 200;
    });
    if (child.exitCode !== null) throw new Error(`Envoy ended: ${(await log()).slice(-3000)}`);
  } catch (error) {
    const said = await log().catch(() => '');
    await stop();
    throw new Error(`${error instanceof Error ? error.message : error}\n${said.slice(-3000)}`);
  }
  return { adminUrl, pid: child.pid ?? 0, stdout: () => readFile(join(folder, 'out.log'), 'utf8'), log, stop };
}
