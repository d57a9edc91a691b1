import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayRoute, virtualService } from '../support/shop.ts';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program as a user would. */
function meshdoctor(args: readonly string[], stdin = '', env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['dist/main.js', ...args],
      { timeout: 30_000, env: { ...process.env, ...env } },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(stdin);
  });
}

const fixture = 'test/fixtures/envoy-1.40.0-incident';
const saved = [
  ...['--config-dump', `${fixture}/config_dump.json`, '--clusters', `${fixture}/clusters.json`],
  ...[
    '--stats',
    `${fixture}/stats-1.json`,
    '--stats',
    `${fixture}/stats-2.json`,
    '--server-info',
    `${fixture}/server_info.json`,
  ],
];
const manifests = ['-f', 'test/lab/stories/incident/manifests'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-e2e-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const findingsOf = ({ stdout }: Ran): readonly { readonly id: string; readonly rule: string }[] =>
  (JSON.parse(stdout) as { findings: { id: string; rule: string }[] }).findings.map(({ id, rule }) => ({ id, rule }));

describe('meshdoctor', () => {
  it('demo names the planted faults and exits 0', async () => {
    const { code, stdout, stderr } = await meshdoctor(['demo']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    const roots = [...stdout.matchAll(/^(?:ERROR|WARN|INFO) +(\S+)$/gm)].map((match) => match[1]);
    expect(roots).toEqual([
      'node-port-mismatch',
      'target-service-missing',
      'target-service-no-provider',
      'config-rejected',
    ]);
    expect(stdout).toContain('has no control plane any more');
  });

  it('diagnoses saved pages and manifests; a bundle of them gives the same findings and ids, with the same bytes each time', async () => {
    const direct = await meshdoctor([
      'diagnose',
      ...saved,
      ...manifests,
      '-o',
      'json',
      '--now',
      '2026-11-24T12:00:00Z',
    ]);
    expect(direct.code).toBe(1);
    const bundles = [join(folder, '1.tar.gz'), join(folder, '2.tar.gz')];
    for (const path of bundles) {
      const collected = await meshdoctor([
        'collect',
        ...saved,
        ...manifests,
        '--now',
        '2026-11-24T12:00:00Z',
        '--output-file',
        path,
      ]);
      expect(collected).toMatchObject({ code: 0, stdout: '' });
    }
    const [first, second] = await Promise.all(bundles.map((path) => readFile(path)));
    expect(second && first?.equals(second)).toBe(true);
    const replayed = await meshdoctor(['diagnose', '--bundle', bundles[0] ?? '', '-o', 'json']);
    expect(findingsOf(replayed)).toEqual(findingsOf(direct));
    expect(findingsOf(direct).map(({ rule }) => rule)).toContain('node-port-mismatch');
  });

  it('reads stdin, and exits 0 where nothing is at or above --fail-on', async () => {
    const text = gatewayRoute('search') + virtualService('search');
    const args = ['diagnose', '-f', '-', '--now', '2026-06-01T00:00:00Z'];
    expect((await meshdoctor(args, text)).code).toBe(1);
    expect((await meshdoctor([...args, '--fail-on', 'never'], text)).code).toBe(0);
    expect((await meshdoctor([...args, '--skip-rule', 'target-service-no-provider'], text)).code).toBe(0);
  });

  it.each<readonly [string, () => Promise<readonly string[]>, number, RegExp]>([
    ['no source', async () => [], 2, /nothing to look at: name a source/],
    ['an unknown flag', async () => ['--nope'], 2, /unknown option '--nope'/],
    ['a file that is not there', async () => ['-f', join(folder, 'gone.yaml')], 2, /there is no such file or folder/],
    ['HTML', async () => ['-f', await file('a.yaml', '<html></html>')], 2, /a\.yaml:1:1: it is HTML or XML/],
    ['zero bytes', async () => ['-f', await file('b.yaml', 'kind: \0')], 2, /it is not text/],
    ['an empty folder', async () => ['-f', await mkdtemp(join(folder, 'empty-'))], 2, /holds no \*\.yaml/],
    [
      'half a JSON',
      async () => ['--config-dump', await file('c.json', '{"configs": [')],
      2,
      /nothing readable.*c\.json/,
    ],
    ['the wrong page', async () => ['--config-dump', `${fixture}/clusters.json`], 2, /nothing readable.*clusters/],
    [
      'Prometheus text',
      async () => ['--stats', await file('p.txt', '# TYPE envoy_x counter\nenvoy_x 1\n')],
      2,
      /nothing readable.*Prometheus/i,
    ],
    ['a foreign bundle', async () => ['--bundle', await file('d.tar.gz', 'x')], 2, /it is not gzipped/],
    ['an Envoy that is not there', async () => ['--admin', 'http://127.0.0.1:1'], 3, /connection refused/],
  ])('says in one line what is wrong: %s', async (_, args, code, words) => {
    const ran = await meshdoctor(['diagnose', ...(await args())]);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toMatch(words);
    expect(ran.stderr).not.toContain('    at ');
  });

  it('reads the good documents beside a broken one, and exits 3', async () => {
    const path = await file('e.yaml', `${virtualService('a')}\nkind: [1,\nb: }\n---\n${virtualService('b')}`);
    const { code, stderr, stdout } = await meshdoctor(['diagnose', '-f', path, '-o', 'json', '--fail-on', 'never']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/e\.yaml:\d+:\d+: /);
    expect((JSON.parse(stdout) as { sources: { detail: string }[] }).sources[0]?.detail).toContain('2 objects');
  });

  it('lets no planted secret out: not into a bundle, not into a report', async () => {
    const secret = await file(
      'secret.yaml',
      'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { k: CANARY-manifest }\n',
    );
    const page = (name: string): string => `test/fixtures/envoy-1.40.0-static/${name}`;
    expect(await readFile(page('config_dump.json'), 'utf8')).toContain('CANARY-');
    const sources = ['--config-dump', page('config_dump.json'), '--clusters', page('clusters.json'), '-f', secret];
    const bundle = join(folder, 'canary.tar.gz');
    await meshdoctor(['collect', ...sources, '--output-file', bundle]);
    const held = gunzipSync(await readFile(bundle)).toString('utf8');
    expect(held).toContain('BootstrapConfigDump');
    expect(held).not.toContain('CANARY-');
    const report = await meshdoctor(['diagnose', ...sources, '-o', 'json']);
    expect(report.stdout + report.stderr).not.toContain('CANARY-');
  });

  it('resolves references by --base, judges only -f, and lets -f replace what the base has', async () => {
    const base = await file('base.yaml', `${virtualService('search')}${gatewayRoute('other', 'search')}`);
    const route = await file('route.yaml', gatewayRoute('search'));
    const args = [
      'diagnose',
      '-f',
      route,
      '--base',
      base,
      '--closed',
      '--now',
      '2026-06-01T00:00:00Z',
      '-o',
      'json',
      '--fail-on',
      'never',
    ];
    expect(findingsOf(await meshdoctor([...args, '--rule', 'target-service-missing']))).toEqual([]);
    const better = await file('better.yaml', virtualService('search', { node: 'search' }));
    const replaced = await meshdoctor([...args, '-f', better, '--rule', 'target-service-no-provider']);
    expect(findingsOf(replaced)).toEqual([]);
    const kept = await meshdoctor([...args, '--rule', 'node-missing']);
    expect(findingsOf(kept)).toEqual([]);
    const broken = await file('broken.yaml', gatewayRoute('gone'));
    const standingBy = await meshdoctor([...args, '--base', broken, '--rule', 'target-service-missing']);
    expect(findingsOf(standingBy)).toEqual([]);
  });

  it('draws plain ASCII where the terminal is not UTF-8, and no colour under NO_COLOR', async () => {
    const { stdout } = await meshdoctor(['demo'], '', { LC_ALL: 'C', NO_COLOR: '1' });
    expect(stdout).toMatch(/^[\n -~]*$/);
  });

  it('refuses 50 MB of noise quickly', async () => {
    const path = await file('noise.yaml', Buffer.alloc(50_000_000, 'kind: x {[ \n- &a *b "'));
    const { code, stderr } = await meshdoctor(['diagnose', '-f', path]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/nothing readable/);
  });

  it('shows the catalogue and a page, offline', async () => {
    expect((await meshdoctor(['rules'])).stdout).toContain('target-service-missing');
    expect((await meshdoctor(['rules', 'target-service-missing'])).stdout).toContain('Route targets a VirtualService');
    expect(await meshdoctor(['rules', 'target-service-mising'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('target-service-missing'),
    });
  });
});
