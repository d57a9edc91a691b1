import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBundle } from '../../src/collect/bundle/read.ts';
import { writeBundle } from '../../src/collect/bundle/write.ts';
import { readEnvoyAdmin } from '../../src/collect/envoy-admin/read.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { startAdmin } from '../support/admin-server.ts';

const canary = 'Bearer canary-0f8c1d2e3a4b5c6d';
const story = { listeners: [{ name: 'lds_ingress_0.0.0.0_8088', rds: 'rds_ingress_http_8088' }] };
const routes = {
  name: 'rds_ingress_http_8088',
  virtual_hosts: [
    { name: 'v', domains: ['*'], request_headers_to_add: [{ header: { key: 'authorization', value: canary } }] },
  ],
};

async function read(whole: boolean) {
  const dump = JSON.stringify({ configs: [{ route_config: routes }] });
  const server = await startAdmin(story, {
    '/config_dump?resource=dynamic_route_configs': (_, response) => response.end(dump),
  });
  try {
    const harvest = await readEnvoyAdmin({
      target: server.url,
      key: 'envoy/0',
      keep: true,
      whole,
      window: 1,
      requestTimeoutMs: 2000,
      signal: AbortSignal.timeout(10_000),
      now: () => new Date('2026-11-23T03:00:00Z'),
    });
    return { asked: server.asked, snapshot: assembleSnapshot([harvest], '2026-11-23T03:00:00Z') };
  } finally {
    await server.close();
  }
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-copy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a rescue copy', () => {
  it('is read from Envoy with the whole bootstrap and no counters, GET alone', async () => {
    const { asked } = await read(true);
    expect(asked.every((line) => line.startsWith('GET '))).toBe(true);
    expect(asked).toContain('GET /config_dump?mask=bootstrap&name_regex=%5E%24');
    expect(asked.filter((line) => line.startsWith('GET /stats')).every((line) => line.includes('TextReadouts'))).toBe(
      true,
    );
  });

  it('keeps what a plain bundle hides, and says so', async () => {
    const plain = (await read(false)).snapshot;
    const whole = (await read(true)).snapshot;
    const texts = (snapshot: typeof plain): string => snapshot.documents.map((document) => document.text()).join('\n');
    expect(texts(plain)).not.toContain('canary');
    expect(texts(whole)).toContain(canary);
  });

  it('gives its secrets to rescue alone: whoever reads it for anything else gets them hidden', async () => {
    const { snapshot } = await read(true);
    const path = join(folder, 'edge.rescue.tar.gz');
    await writeFile(path, await writeBundle(snapshot, { version: '0', whole: true }));
    const said = async (whole: boolean): Promise<string> => {
      const { documents, envoys } = await readBundle(path, { keep: true, whole, prefix: '' });
      return documents.map((document) => document.text()).join('\n') + JSON.stringify(envoys);
    };
    expect(await said(true)).toContain(canary);
    expect(await said(false)).not.toContain('canary');
    expect(await said(false)).toContain('[redacted]');
  });
});
