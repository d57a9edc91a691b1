import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rightsOf } from '../../../src/collect/kubernetes/rights.ts';
import { asObject, type JsonObject } from '../../../src/lib/json.ts';
import { meshdoctor } from '../../support/built-program.ts';
import { type Lab, startStory } from '../story.ts';
import type { AuditEntry } from './api-server.ts';
import { apply } from './apply.ts';
import { type ShopCluster, startShopCluster } from './shop-cluster.ts';
import { asServiceAccount } from './users.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;

/** Each verb that asks a cluster, as the page lists them. */
const asking = {
  diagnose: ['diagnose', '-n', 'shop'],
  explain: ['explain', 'GET', 'http://www.shop.example.com:8088/cart/1', '--gateway', 'shop/edge'],
  collect: ['collect', '-n', 'shop', '--output-file', 'seen.tar.gz'],
  status: ['status', '--gateway', 'shop/edge'],
  rescue: ['rescue', '--gateway', 'shop/edge'],
  logs: ['logs', 'vgw/edge', '-n', 'shop'],
} as const;

/** The role manifests of docs/least-rights.md, given to a ServiceAccount of a real API server that heeds them. */
describe('the roles of docs/least-rights.md', () => {
  let lab: Lab;
  let cluster: ShopCluster;
  let folder = '';
  let roles: readonly (readonly JsonObject[])[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshdoctor-rights-'));
    lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 2 });
    cluster = await startShopCluster(lab);
    const page = await readFile('docs/least-rights.md', 'utf8');
    roles = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) =>
      parseAllDocuments(text).map((document) => asObject(document.toJS())),
    );
  }, BUILD_MS);
  afterAll(async () => {
    await cluster?.stop();
    await lab?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** What `kubectl create clusterrolebinding` and `rolebinding` of the page make, for a ServiceAccount of its own. */
  async function grant(name: string, manifests: readonly JsonObject[]): Promise<string> {
    await apply(cluster.client, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'shop' } });
    for (const role of manifests) {
      await apply(cluster.client, role);
      const { kind, metadata } = role;
      const { namespace } = asObject(metadata);
      await apply(cluster.client, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: `${String(kind)}Binding`,
        metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: asObject(metadata).name },
        subjects: [{ kind: 'ServiceAccount', name, namespace: 'shop' }],
      });
    }
    const user = await asServiceAccount(cluster, 'shop', name);
    user.client.close();
    return user.kubeconfig;
  }

  async function askedBy(name: string): Promise<readonly AuditEntry[]> {
    return (await cluster.audit()).filter(({ user }) => user === `system:serviceaccount:shop:${name}`);
  }

  const run = (verb: keyof typeof asking, kubeconfig: string) =>
    meshdoctor([...asking[verb], '--live', '--kubeconfig', kubeconfig, '--window', '1s'], { cwd: folder });

  it.each(Object.keys(asking) as (keyof typeof asking)[])(
    'let %s do all it does, and it asks no more',
    async (verb) => {
      const kubeconfig = await grant(`whole-${verb}`, roles[0] ?? []);
      const ran = await run(verb, kubeconfig);
      expect([0, 1], `${ran.stderr}${ran.stdout.slice(-500)}`).toContain(ran.code);
      const asked = await askedBy(`whole-${verb}`);
      expect(asked.length).toBeGreaterThan(20);
      expect(asked.filter(({ status }) => status >= 400)).toEqual([]);
      const named = rightsOf(verb).flatMap(({ verbs, resource }) => verbs.map((one) => `${one} ${resource}`));
      // Beside them only what every user may ask: which API groups there are.
      const allowed = new Set([...named, 'get ']);
      const more = asked.map((entry) => `${entry.verb} ${entry.resource}`).filter((one) => !allowed.has(one));
      expect(more).toEqual([]);
    },
  );

  it('without them everything is refused: the check above can fail', async () => {
    const kubeconfig = await grant('nobody', []);
    expect((await run('diagnose', kubeconfig)).code).toBe(3);
    expect((await askedBy('nobody')).some(({ status }) => status === 403)).toBe(true);
  });

  it('of one namespace alone let diagnose see that namespace whole', async () => {
    const kubeconfig = await grant('inside', roles[1] ?? []);
    const ran = await meshdoctor(
      [...asking.diagnose, '--live', '--kubeconfig', kubeconfig, '--window', '1s', '-o', 'json'],
      { cwd: folder },
    );
    expect([0, 1], ran.stderr).toContain(ran.code);
    expect(JSON.parse(ran.stdout)).toMatchObject({ gateways: [{ envoys: 2, live: 2 }] });
    const refused = (await askedBy('inside')).filter(({ status }) => status >= 400);
    // Listing over the cluster is tried first.
    expect(refused.filter(({ namespace, verb }) => namespace !== undefined || verb !== 'list')).toEqual([]);
  });
});
