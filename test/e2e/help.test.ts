import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../../src/cli/examples.ts';
import { meshdoctor as run } from '../support/built-program.ts';

let folder = '';

const meshdoctor = (...args: readonly string[]) => run(args, { cwd: folder });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-help-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// The lab runs each of them: test/lab/examples.lab.ts.
describe('the examples under --help', () => {
  it('stand under every verb, as they are written', async () => {
    const { stdout } = await meshdoctor('--help');
    const verbs = [...stdout.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, verb]) => verb).filter((verb) => verb !== 'help');
    expect(verbs.sort()).toEqual(Object.keys(examples).sort());
    for (const [verb, list] of Object.entries(examples)) {
      const { stdout: help } = await meshdoctor(verb, '--help');
      for (const { command } of list) expect(help).toContain(`\n  ${command}\n`);
    }
  });

  it('end quietly where their reader has enough', async () => {
    const read = await new Promise<readonly [string, string]>((done) => {
      const command = `"${process.execPath}" "${resolve('dist/main.js')}" demo -o json | head -n 1`;
      execFile('sh', ['-c', command], (_, stdout, stderr) => done([stdout, stderr]));
    });
    expect(read).toEqual(['{\n', '']);
  });

  it('watch says that it needs a terminal', async () => {
    expect(await meshdoctor('watch', '--bundle', 'edge.tar.gz')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'meshdoctor: watch needs a terminal; for a report use meshdoctor diagnose\n',
    });
  });
});

describe('completion', () => {
  const completed = async (...words: readonly string[]): Promise<readonly string[]> =>
    (await meshdoctor('complete', '--', ...words)).stdout
      .split('\n')
      .flatMap((line) => /^[^:\t]+/.exec(line)?.[0] ?? []);

  it.each(['bash', 'zsh', 'fish'])('prints what %s reads', async (shell) => {
    const { code, stdout } = await meshdoctor('completion', shell);
    expect(code).toBe(0);
    expect(stdout).toContain('meshdoctor');
    if (shell !== 'bash') return;
    await writeFile(join(folder, 'completion.bash'), stdout);
    const parsed = await new Promise((done) => execFile('bash', ['-n', 'completion.bash'], { cwd: folder }, done));
    expect(parsed).toBeNull();
  });

  it('refuses a shell it does not know', async () => {
    expect(await meshdoctor('completion', 'tcsh')).toMatchObject({ code: 2, stdout: '' });
  });

  it.each<readonly [readonly string[], readonly string[]]>([
    [['co'], ['collect', 'completion']],
    [['diagnose', '--fail-on', 'w'], ['warning']],
    [
      ['diagnose', '--rule', 'gateway-pod-'],
      ['gateway-pod-empty', 'gateway-pod-failing'],
    ],
    [['rules', 'weights-'], ['weights-zero']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['explain', '--proto'], ['--protocol']],
    [['diagnose', '--no-such-flag', '\u0000$(id)`'], []],
  ])('offers for %j', async (words, offered) => {
    const got = await completed(...words.filter((word) => !word.includes('\u0000')));
    for (const one of offered) expect(got).toContain(one);
    expect(got.length >= offered.length && got.length < 20).toBe(true);
  });
});
