import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { packTar } from 'modern-tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack, unpack } from '../../../src/collect/bundle/container.ts';
import { readBundle } from '../../../src/collect/bundle/read.ts';
import { writeBundle } from '../../../src/collect/bundle/write.ts';
import { diagnose } from '../../../src/diagnose/run.ts';
import { buildModel } from '../../../src/model/model.ts';
import { assembleSnapshot } from '../../../src/snapshot/assemble.ts';
import { catalogue } from '../../../rules/index.ts';
import { gatewayRoute, runningHosts, virtualService } from '../../support/shop.ts';
import { snapshotOf } from '../../support/snapshot-of.ts';

const snapshot = snapshotOf({
  manifests: `${gatewayRoute('search')}${virtualService('search')}${gatewayRoute('gone')}`,
  closed: true,
  envoy: `${runningHosts({ 'search.shop': false })}\nwithout: [ready]`,
});
const rules = catalogue.map(({ rule }) => rule);
let folder = '';
let good: Uint8Array = new Uint8Array();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-bundle-'));
  good = await writeBundle(snapshot, { version: '0' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function readBytes(bytes: Uint8Array | string) {
  const path = join(folder, 'b.tar.gz');
  await writeFile(path, bytes);
  return readBundle(path, { keep: true, prefix: '' });
}

const tar = async (entries: Parameters<typeof packTar>[0]): Promise<Uint8Array> => gzipSync(await packTar(entries));
const file = (name: string, text = '{}') => ({
  header: { name, size: text.length, type: 'file' as const },
  body: text,
});

describe('a bundle', () => {
  it('gives the same diagnosis, ids and coverage, and the same bytes when it is written again', async () => {
    const harvest = await readBytes(good);
    const again = assembleSnapshot([harvest], harvest.takenAt ?? '');
    const before = diagnose(buildModel(snapshot), rules);
    const after = diagnose(buildModel(again), rules);
    expect(before.findings.length).toBeGreaterThan(2);
    expect(after.findings).toEqual(before.findings);
    expect(after.checks).toEqual(before.checks);
    expect(again.coverage).toEqual(snapshot.coverage);
    expect(Buffer.compare(await writeBundle(snapshot, { version: '0' }), good)).toBe(0);
    expect(Buffer.compare(await writeBundle(again, { version: '0' }), good)).toBe(0);
  });

  it('keeps default namespaces, places and what only stood by', async () => {
    const harvest = await readBytes(good);
    expect(harvest.manifests).toEqual(snapshot.manifests);
    const place = harvest.objects[0]?.place ?? { document: '', pointer: '' };
    expect(harvest.position?.(place)).toEqual(snapshot.position(place));
  });

  it.each<readonly [string, () => Promise<Uint8Array | string>, string]>([
    ['HTML', async () => '<html></html>', 'not gzipped'],
    ['gzipped noise', async () => gzipSync('x'.repeat(5000)), 'no readable tar'],
    ['another archive', () => tar([file('readme.md')]), 'no bundle of meshdoctor'],
    ['a truncated one', async () => good.slice(0, good.length / 2), 'cut off'],
    ['a path out of its folder', () => tar([file('../../evil')]), 'outside its folder'],
    ['an absolute path', () => tar([file('/etc/passwd')]), 'absolute path'],
    [
      'a link',
      () => tar([{ header: { name: 'a', size: 0, type: 'symlink', linkname: '/etc/passwd' } }]),
      'holds a symlink',
    ],
    ['the same file twice', () => tar([file('a'), file('a')]), 'twice'],
    [
      'a newer format',
      () => tar([file('bundle.json', '{"format":"meshdoctor-bundle","formatVersion":2}')]),
      'use a newer meshdoctor',
    ],
    ['broken JSON', () => tar([file('bundle.json', '{')]), 'is damaged'],
    [
      'wrong types',
      () => tar([file('bundle.json', '{"format":"meshdoctor-bundle","formatVersion":1,"documents":[7]}')]),
      'is damaged',
    ],
  ])('refuses %s in one line', async (_, bytes, words) => {
    const { sources, objects } = await readBytes(await bytes());
    expect(objects).toEqual([]);
    expect(sources).toEqual([expect.objectContaining({ state: 'failed', trouble: 'nothing-readable' })]);
    expect(sources[0]?.detail).toContain(words);
    expect(sources[0]?.detail).not.toContain('\n');
  });

  it('refuses a document that was changed or is missing', async () => {
    const files = new Map(await unpacked(good));
    const [id = ''] = [...files.keys()].filter((name) => name.startsWith('manifests/'));
    expect((await readBytes(await pack(new Map([...files, [id, 'kind: x']])))).sources[0]?.detail).toContain(
      'was changed',
    );
    files.delete(id);
    expect((await readBytes(await pack(files))).sources[0]?.detail).toContain('lacks its file');
  });

  it('refuses a bomb before it unpacks it', async () => {
    const zeros = gzipSync(Buffer.alloc(1024 * 1024 * 64), { level: 9 });
    const bomb = Buffer.concat(Array.from({ length: 20 }, () => zeros));
    expect(await unpack(bomb)).toContain('more than 1 GiB');
  });

  it('never throws on damage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = Uint8Array.from(good);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const result = await unpack(bytes);
        expect(typeof result === 'string' || result.size >= 0).toBe(true);
      }),
      { seed: 2, numRuns: 150 },
    );
  });
});

async function unpacked(bytes: Uint8Array): Promise<ReadonlyMap<string, string>> {
  const files = await unpack(bytes);
  if (typeof files === 'string') throw new Error(files);
  return files;
}
