import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { collect } from '../../src/collect/collect.ts';
import { emptyRequest } from '../../src/collect/request.ts';
import { buildModel } from '../../src/model/model.ts';
import { compareTables } from '../../src/routing/compare/compare.ts';
import { gatewayTables, supersededTables } from '../../src/routing/gateway-tables.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';

const saved = { ...emptyRequest.saved, configDump: ['test/fixtures/envoy-1.40.0-incident/config_dump.json'] };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-lately-'));
  await cp('test/lab/stories/incident/manifests', folder, { recursive: true });
});

afterEach(() => rm(folder, { recursive: true }));

/** One look: what is asked, and what runs. What did not change since another look is the same as it gave. */
async function look(same: Partial<Pick<Snapshot, 'envoys' | 'objects'>> = {}): Promise<Snapshot> {
  const { snapshot } = await collect({ ...emptyRequest, files: [folder], recursive: true, saved, closed: true });
  return { ...snapshot, ...same };
}

const tables = (snapshot: Snapshot) => {
  const model = buildModel(snapshot);
  const [runs, asked] = [gatewayTables(model)[0]?.table, supersededTables(model)[0]?.table];
  if (!runs || !asked) throw new Error('no tables');
  return { runs, asked };
};

it('what an Envoy runs is compiled once, while it does not change; what was found out about tables holds', async () => {
  const first = await look();
  const before = tables(first);
  const { envoys, objects } = first;
  expect(tables(await look({ envoys, objects })).runs).toBe(before.runs);
  const compared = compareTables(before.runs, before.asked, 'drift');
  expect(compareTables(before.runs, before.asked, 'drift')).toBe(compared);
  expect(compareTables(before.runs, before.asked, 'all')).not.toBe(compared);
});

it('and compiled anew where a section is another; what the objects ask for is what they ask for now', async () => {
  const first = await look();
  const before = tables(first);
  const path = join(folder, 'cart.yaml');
  await writeFile(path, (await readFile(path, 'utf8')).replace('prefix: /cart', 'prefix: /basket'));
  const after = tables(await look({ envoys: first.envoys }));
  expect(after.runs).toBe(before.runs);
  expect(compareTables(after.runs, after.asked, 'drift').differences.length).toBeGreaterThan(
    compareTables(before.runs, before.asked, 'drift').differences.length,
  );
  const [envoy] = first.envoys;
  const { clusterConfig } = envoy!;
  const clusters =
    clusterConfig.state === 'listed' ? { ...clusterConfig, value: clusterConfig.value.slice(1) } : clusterConfig;
  const changed = tables({ ...first, envoys: [{ ...envoy!, clusterConfig: clusters }] });
  expect(changed.runs).not.toBe(before.runs);
  expect(changed.runs.clusters?.size).toBe((before.runs.clusters?.size ?? 0) - 1);
});
