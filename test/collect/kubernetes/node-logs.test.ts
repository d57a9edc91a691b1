import { appendFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { logsOfNode } from '../../../src/collect/kubernetes/node-logs.ts';

let folder: string;
let ended: AbortController;
let lines: string[];
let troubles: (string | null)[];
const began = Date.parse('2026-11-27T10:00:00Z');
const log = { namespace: 'shop', name: 'edge-0', container: 'envoy', from: began };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-node-logs-'));
  ended = new AbortController();
  lines = [];
  troubles = [];
});

afterEach(async () => {
  ended.abort();
  await rm(folder, { recursive: true });
});

const container = (uid = 'f00d') => join(folder, `shop_edge-0_${uid}`, 'envoy');
const line = (text: string, second = 1) => `${new Date(began + second * 1000).toISOString()} stdout F ${text}\n`;
const texts = () => lines.map((one) => one.split(' ').slice(3).join(' '));

function follow(): void {
  void (async () => {
    const ears = { signal: ended.signal, trouble: (reason: string | null) => troubles.push(reason) };
    for await (const some of logsOfNode(folder)(log, ears)) lines.push(...some);
  })();
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 150 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
}

it('reads what comes from its beginning on, whole lines alone', async () => {
  await mkdir(container(), { recursive: true });
  await writeFile(join(container(), '0.log'), line('long ago', -9) + line('before', -1) + line('a') + line('b', 0));
  follow();
  await until(() => lines.length >= 2);
  const whole = line('ünï ü');
  const bytes = Buffer.from(whole);
  // Within a letter of two bytes.
  const half = bytes.indexOf(0xc3) + 1;
  await appendFile(join(container(), '0.log'), bytes.subarray(0, half));
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(texts()).toEqual(['a', 'b']);
  await appendFile(join(container(), '0.log'), bytes.subarray(half));
  await until(() => lines.length >= 3);
  expect(texts()).toEqual(['a', 'b', 'ünï ü']);
});

it('goes on across a rotation, a restart and another pod of the same name, each line once', async () => {
  const path = join(container(), '0.log');
  await mkdir(container(), { recursive: true });
  await writeFile(path, line('one'));
  follow();
  await until(() => lines.length >= 1);
  await rename(path, `${path}.20261127-100100`);
  // The runtime writes on into the file it holds until it is told, and then begins the new one.
  await appendFile(`${path}.20261127-100100`, line('two'));
  await writeFile(path, line('three'));
  await until(() => lines.length >= 3);
  await appendFile(path, line('four'));
  await writeFile(join(container(), '1.log'), line('five'));
  await until(() => lines.length >= 5);
  await mkdir(container('beef'), { recursive: true });
  const real = join(folder, 'docker-json.log');
  await writeFile(real, line('six'));
  await symlink(real, join(container('beef'), '0.log'));
  await until(() => lines.length >= 6);
  expect(texts()).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
});

it('says why nothing comes, and begins once it can', async () => {
  follow();
  await until(() => troubles.length > 0);
  expect(troubles[0]).toMatch(/holds no folder shop_edge-0_…/);
  await mkdir(container(), { recursive: true });
  await until(() => String(troubles.at(-1)).includes('holds no log'));
  await writeFile(join(container(), '0.log'), line('late'));
  await until(() => lines.length >= 1);
  expect([texts(), troubles.at(-1)]).toEqual([['late'], null]);
});
