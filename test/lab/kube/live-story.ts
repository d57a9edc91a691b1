import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { expect } from 'vitest';
import { listedKinds, listPath } from '../../../src/collect/kubernetes/kinds.ts';
import { awsRights, rightsOf } from '../../../src/collect/kubernetes/rights.ts';
import { currentContext, type LiveRequest } from '../../../src/collect/kubernetes/request.ts';
import { type CollectRequest, emptyRequest } from '../../../src/collect/request.ts';
import { makeEngine } from '../../../src/engine/engine.ts';
import { asList, asObject, asTexts } from '../../../src/lib/json.ts';
import { rightsYaml } from '../../../src/report/rights.ts';
import type { ReportDocument, ReportFinding } from '../../../src/report/document.ts';
import { type Lab, plantIncident, type StoryName, startStory } from '../story.ts';
import { type ShopCluster, startShopCluster } from './shop-cluster.ts';
import type { PolicyRule } from './users.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
export const BUILD_MS = 1_800_000;
export const now = '2026-11-27T00:00:00Z';

export let lab: Lab;
export let cluster: ShopCluster;
export let folder = '';

export async function start(story: StoryName): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-live-'));
  lab = await startStory(story, { envoyVersion: '1.40.0', replicas: 2 });
  if (story === 'incident') await plantIncident(lab);
  cluster = await startShopCluster(lab);
}

export async function stop(): Promise<void> {
  await cluster?.stop();
  await lab?.stop();
  if (folder !== '') await rm(folder, { recursive: true });
}

export async function diagnose(request: Partial<CollectRequest>) {
  const engine = makeEngine();
  const summary = await engine.collect({ ...emptyRequest, windowMs: 1000, now, ...request });
  return { engine, summary, report: await engine.diagnose({ rules: [], skip: [] }) };
}

export const live = (more: Partial<LiveRequest> = {}): { readonly live: LiveRequest } => ({
  live: { ...currentContext, kubeconfig: cluster.kubeconfig, namespace: 'shop', ...more },
});

/** What an operator would have saved with kubectl: every kind, whole. */
export async function exported(): Promise<string> {
  const items: unknown[] = [];
  for (const kind of listedKinds) {
    const { status, body } = await cluster.client.call(listPath(kind, kind.versions[0] ?? 'v1', null));
    if (status !== 200) continue;
    const { apiVersion } = asObject(body);
    items.push(...asList(asObject(body).items).map((item) => ({ ...asObject(item), apiVersion, kind: kind.kind })));
  }
  const path = join(folder, 'everything.json');
  await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  return path;
}

export const told = ({ findings }: ReportDocument) => findings.map(essence).sort();
export const essence = ({ id, rule, severity, effect, objects }: ReportFinding) =>
  JSON.stringify([id, rule, severity, effect, objects.map(({ kind, namespace, name }) => [kind, namespace, name])]);

export async function expectTheSameAsFiles(): Promise<ReportDocument> {
  const direct = await diagnose({ admin: [...lab.adminUrls], files: [await exported()], closed: true });
  const { report } = await diagnose(live({ allNamespaces: true }));
  expect(told(report)).toEqual(told(direct.report));
  expect(report.gaps).toEqual([]);
  return report;
}

/** What `meshdoctor rights diagnose -o yaml` prints. */
export function readRules(): readonly PolicyRule[] {
  const text = rightsYaml(rightsOf('diagnose'), awsRights, null);
  return asList(asObject(parse(text)).rules).map((rule) => {
    const { apiGroups, resources, verbs } = asObject(rule);
    return { apiGroups: asTexts(apiGroups), resources: asTexts(resources), verbs: asTexts(verbs) };
  });
}
