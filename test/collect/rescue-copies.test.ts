import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../src/collect/collect.ts';
import { writeBundle } from '../../src/collect/bundle/write.ts';
import { emptyRequest } from '../../src/collect/request.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

const full = `
connected: false
listeners: [{ name: lds_ingress_0.0.0.0_8088 }]
routes: { rds_ingress_http_8088: { self_redirect: [{ prefix: /cart }] } }`;

describe('rescue copies', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'copies-'));
    const write = async (name: string, envoy: string): Promise<void> => {
      const bytes = await writeBundle(snapshotOf({ envoy, now: '2026-11-24T01:00:00Z' }), { version: 'test' });
      await writeFile(join(folder, name), bytes);
    };
    await write('edge.rescue.tar.gz', full);
    await write('empty.rescue.tar.gz', 'connected: false\nstate: PRE_INITIALIZING');
    await writeFile(join(folder, 'torn.tar.gz'), 'not a bundle');
    await writeFile(join(folder, 'notes.txt'), 'not looked at');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are read from a folder: whose, from when, and whether they can be used', async () => {
    const { snapshot } = await collect({ ...emptyRequest, rescueCopies: [folder], now: '2026-11-24T03:00:00Z' });
    expect(
      snapshot.rescueCopies?.map(({ path, takenAt, fault, envoys }) => ({
        name: path.slice(folder.length + 1),
        takenAt,
        usable: fault === null,
        envoys,
      })),
    ).toEqual([
      {
        name: 'edge.rescue.tar.gz',
        takenAt: '2026-11-24T01:00:00Z',
        usable: true,
        envoys: [{ nodeId: 'mesh/shop/virtualGateway/edge_shop', listeners: 1, routes: 1 }],
      },
      {
        name: 'empty.rescue.tar.gz',
        takenAt: '2026-11-24T01:00:00Z',
        usable: false,
        envoys: [{ nodeId: 'mesh/shop/virtualGateway/edge_shop', listeners: 0, routes: 0 }],
      },
      { name: 'torn.tar.gz', takenAt: null, usable: false, envoys: [] },
    ]);
    expect(snapshot.takenAt).toBe('2026-11-24T03:00:00Z');
    expect(snapshot.envoys).toEqual([]);
  });

  it('one file is a copy too, and a place that is not there is said', async () => {
    const one = await collect({ ...emptyRequest, rescueCopies: [join(folder, 'edge.rescue.tar.gz')] });
    expect(one.snapshot.rescueCopies).toHaveLength(1);
    const none = await collect({ ...emptyRequest, rescueCopies: [join(folder, 'gone')] });
    expect(none.snapshot.rescueCopies).toBeNull();
    expect(none.snapshot.sources[0]).toMatchObject({ state: 'failed', trouble: 'nothing-readable' });
  });
});
