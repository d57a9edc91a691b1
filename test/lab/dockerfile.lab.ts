import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hadolintBinary } from './install/install.ts';

/** What a linter says of it, by its codes. */
async function linted(path: string): Promise<readonly string[]> {
  const binary = await hadolintBinary();
  const text = await new Promise<string>((resolve) => {
    execFile(binary, ['--format', 'json', '--no-fail', path], (error, stdout) => resolve(error?.message ?? stdout));
  });
  const found = JSON.parse(text) as readonly { readonly code: string }[];
  return found.map(({ code }) => code);
}

it('a linter has nothing to say of the Dockerfile, and something of one without its versions', async () => {
  expect(await linted('Dockerfile')).toEqual([]);
  const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-dockerfile-'));
  const loose = join(folder, 'Dockerfile');
  await writeFile(loose, (await readFile('Dockerfile', 'utf8')).replaceAll(/node:\S+/g, 'node:latest'));
  expect(await linted(loose)).toContain('DL3007');
  await rm(folder, { recursive: true });
}, 600_000);
