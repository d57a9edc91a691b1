import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { asObject } from '../../src/lib/json.ts';
import { imageEnv, imageOptions } from '../lab/agent/agent-process.ts';

const run = promisify(execFile);

interface Step {
  readonly word: string;
  readonly rest: string;
}

async function steps(): Promise<readonly Step[]> {
  const lines = (await readFile('Dockerfile', 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => ({ word: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
}

const of = (all: readonly Step[], word: string) => all.filter((step) => step.word === word).map(({ rest }) => rest);

describe('the Dockerfile', () => {
  it('copies what there is, and what .dockerignore lets through', async () => {
    const sources = of(await steps(), 'COPY')
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(5);
    const ignored = (await readFile('.dockerignore', 'utf8')).split('\n');
    for (const source of sources) {
      await stat(source);
      expect(ignored).toContain(`!${source}`);
    }
  });

  it('runs scripts that there are', async () => {
    const { scripts } = asObject(JSON.parse(await readFile('package.json', 'utf8')));
    const runs = of(await steps(), 'RUN');
    for (const [, script] of runs.flatMap((rest) => [...rest.matchAll(/npm run ([\w:-]+)/g)]))
      expect(Object.keys(asObject(scripts))).toContain(script);
    expect(runs).toContain('npm ci --no-audit --no-fund');
  });

  it('names exact images, and does not run as root', async () => {
    const all = await steps();
    for (const image of of(all, 'FROM')) expect(image).toMatch(/^node:24\.\d+\.\d+-bookworm-slim( AS \w+)?$/);
    expect(of(all, 'USER')).toEqual(['1000:1000']);
    const last = all.findLastIndex(({ word }) => word === 'FROM');
    expect(all.slice(last).some(({ word }) => word === 'USER')).toBe(true);
  });

  it('starts the program as the lab and the benchmarks start an agent', async () => {
    const [entry = ''] = of(await steps(), 'ENTRYPOINT');
    const set = Object.entries(imageEnv).map(([name, value]) => `${name}=${value}`);
    expect(of(await steps(), 'ENV')).toEqual([set.join(' ')]);
    expect(JSON.parse(entry)).toEqual(['node', ...imageOptions, '/app/dist/main.js']);
  });

  it('holds all that the program needs: it runs with nothing beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-image-'));
    await cp('dist', join(folder, 'dist'), { recursive: true });
    await cp('package.json', join(folder, 'package.json'));
    const main = join(folder, 'dist/main.js');
    const shown = await run(process.execPath, [main, 'demo'], { cwd: folder });
    expect(shown.stdout).toContain('ERROR');
    const env = { PATH: process.env.PATH ?? '', KUBECONFIG: join(folder, 'none') };
    const agent = run(process.execPath, [main, 'agent', '--node', 'n', '--listen', '127.0.0.1:0'], {
      env,
      timeout: 10_000,
    });
    agent.child.stdout?.once('data', () => agent.child.kill());
    const failed: unknown = await agent.catch((error: unknown) => error);
    expect(asObject(failed).stdout).toContain('"event":"started"');
    expect(asObject(failed).stderr).toBe('');
    await rm(folder, { recursive: true });
  });
});
