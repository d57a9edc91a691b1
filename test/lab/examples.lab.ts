import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { examples } from '../../src/cli/examples.ts';
import { shellWords } from '../../src/cli/request/shell-words.ts';
import { meshdoctor as run } from '../support/built-program.ts';
import { gatewayRoute } from '../support/shop.ts';

/** As Envoy writes it by default. */
const logLine =
  '[2026-11-22T10:00:00.000Z] "GET /payments/1 HTTP/1.1" 503 UF 0 91 3 - "-" "curl/8" "6f1d" "shop.example.com" "10.0.0.9:8080"';

let folder = '';

const meshdoctor = (...args: readonly string[]) => run(args, { cwd: folder });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-examples-'));
  const dump = 'test/fixtures/envoy-1.40.0-incident/config_dump.json';
  await cp('test/lab/stories/incident/manifests', join(folder, 'manifests'), { recursive: true });
  await cp('src/demo/incident.tar.gz', join(folder, 'edge.tar.gz'));
  await cp(dump, join(folder, 'config_dump.json'));
  await writeFile(join(folder, 'change.yaml'), gatewayRoute('new', 'cart'));
  await writeFile(join(folder, 'requests.jsonl'), '{"url":"http://shop.example.com/cart/1"}\n');
  await writeFile(join(folder, 'access.log'), `${logLine}\n`);
  await meshdoctor(
    'collect',
    '--config-dump',
    'config_dump.json',
    '--for-rescue',
    '--output-file',
    'edge.rescue.tar.gz',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const all = Object.entries(examples).flatMap(([verb, list]) => list.map(({ command }) => ({ verb, command })));
/** The others look at a cluster or a running Envoy: test/lab/kube/live.lab.ts runs them. */
const fromFiles = all.filter(({ command }) => !/ (--admin|--live|--check|-A|-n) ?/.test(command));

// The screen and the agent go on until they are ended: test/lab/agent runs the agent with these flags.
it.each(fromFiles.filter(({ verb }) => verb !== 'watch' && verb !== 'agent'))('$command', async ({ command }) => {
  const [program, ...args] = shellWords(command) ?? [];
  expect(program).toBe('meshdoctor');
  const { code, stdout, stderr } = await meshdoctor(...args);
  expect([0, 1, 3], stderr).toContain(code);
  expect(stderr).not.toMatch(/fault of meshdoctor|^error:/m);
  if (!args.includes('--output-file')) expect(stdout).not.toBe('');
});
