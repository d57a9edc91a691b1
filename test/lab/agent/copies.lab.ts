import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApi } from '../../../src/agent/api.ts';
import { configMapStore } from '../../../src/agent/config-maps.ts';
import { collect } from '../../../src/collect/collect.ts';
import { emptyRequest } from '../../../src/collect/request.ts';
import { readRescueCopies } from '../../../src/collect/rescue-copies.ts';
import { asList, asObject, asText, type JsonObject } from '../../../src/lib/json.ts';
import type { Snapshot } from '../../../src/snapshot/snapshot.ts';
import { waitUntil } from '../admin.ts';
import { type AwsServer, startMoto } from '../aws/server.ts';
import { apply } from '../kube/apply.ts';
import { type ShopCluster, startShopCluster } from '../kube/shop-cluster.ts';
import { asServiceAccount } from '../kube/users.ts';
import { type Lab, startStory } from '../story.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { askedBy, grantedBy, manifests } from './printed.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;
const WAIT_MS = 240_000;

const run = promisify(execFile);

let lab: Lab;
let cluster: ShopCluster;
let server: AwsServer;
let client: S3Client;
const agents: AgentProcess[] = [];
const bucket = 'copies.of.shop';

beforeAll(async () => {
  lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 1 });
  cluster = await startShopCluster(lab);
  server = await startMoto();
  Object.assign(process.env, server.environment);
  client = new S3Client({ forcePathStyle: true });
  const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' as const };
  await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
  await lab.controlPlane.die();
}, BUILD_MS);

afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.end()));
  client?.destroy();
  await server?.stop();
  await cluster?.stop();
  await lab?.stop();
});

const flags = ['--mode', 'deployment', '--interval', '1s', '--no-logs'];

/** An agent that leads and made a copy. */
async function copyInto(place: string, ...more: readonly string[]): Promise<AgentProcess> {
  const agent = await startAgent([...flags, '--name', `keeper-${agents.length}`, '--rescue-copies', place, ...more], {
    env: server.environment,
  });
  agents.push(agent);
  const made = async () => agent.lines.some(({ event }) => event === 'rescue-copy');
  await waitUntil('a copy', made, 3 * WAIT_MS);
  await agent.line('rescue-copy', ({ gateway }) => gateway === 'shop/edge');
  // The next look reads what there is.
  await agent.line('look', () => true, agent.lines.length);
  await waitUntil(
    'its age',
    async () => (await agent.page('/metrics')).text.includes('meshdoctor_gateway_rescue_age_seconds{'),
    WAIT_MS,
  );
  return agent;
}

async function configMaps(): Promise<readonly JsonObject[]> {
  const { items } = await cluster.client.must('/api/v1/namespaces/meshdoctor/configmaps');
  return asList(items)
    .map(asObject)
    .filter(({ metadata }) => String(asObject(metadata).name).startsWith('rescue.'));
}

async function stored(): Promise<readonly string[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key = '' }) => Key);
}

/** What `rescue` would make of it. */
async function judged(bytes: Uint8Array) {
  const path = join(cluster.folder, 'judged.rescue.tar.gz');
  await writeFile(path, bytes);
  const { rescueCopies = [] } = await readRescueCopies([path], new Date().toISOString());
  return rescueCopies.map(({ fault, envoys }) => ({ fault, nodes: envoys.map(({ nodeId }) => nodeId) }));
}

/** Clusters and endpoints as Envoy prints them. */
function bodiesOf({ envoys: [envoy] }: Snapshot): readonly string[] {
  const bodies = [...(envoy?.bodies ?? [])].filter(([at]) => !at.includes('bootstrap') && !at.includes('secrets'));
  return bodies.map(([, body]) => JSON.stringify(body)).sort();
}

const good = [{ fault: null, nodes: ['mesh/shop/virtualGateway/edge_shop'] }];
const left = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('meshdoctor-rescue-'));

describe('rescue copies of a frozen gateway', { timeout: 4 * WAIT_MS }, () => {
  it('lie in ConfigMaps, the last three; each leader takes up what others kept', async () => {
    const all = await manifests(...['--mode', 'deployment', '--rescue-copies', 'configmap', '--via', 'port-forward']);
    for (const object of all.slice(0, -1)) await apply(cluster.client, object);
    const user = await asServiceAccount(cluster, 'meshdoctor', 'meshdoctor-agent');
    const since = (await cluster.audit()).length;
    const before = await left();
    for (let turn = 0; turn < 4; turn += 1) {
      const own = ['--kubeconfig', user.kubeconfig, '--lease-namespace', 'meshdoctor'];
      const agent = await copyInto('configmap', ...own);
      expect(await agent.end()).toBe(0);
    }
    const { all: asked, refused } = await askedBy(cluster, user.name, since);
    const ofConfigMaps = (one: string) => one.endsWith(' configmaps');
    expect(refused).toEqual([]);
    expect(asked.filter(ofConfigMaps).sort()).toEqual([...grantedBy(all)].filter(ofConfigMaps).sort());
    user.client.close();
    const copies = await configMaps();
    expect(copies).toHaveLength(3);
    for (const { binaryData } of copies) {
      const [[name, data] = ['', '']] = Object.entries(asObject(binaryData));
      expect(name).toMatch(/^shop\.edge\.\d{8}T\d{6}Z\.rescue\.tar\.gz$/);
      expect(await judged(Buffer.from(asText(data) ?? '', 'base64'))).toEqual(good);
    }
    // Nothing of it stays behind where the agent ran.
    expect(await left()).toEqual(before);
  });

  it('fill a ConfigMap to the last byte, and no further', async () => {
    const api = makeApi(cluster.kubeconfig, null, AbortSignal.timeout(60_000));
    const store = configMapStore(api, 'default');
    const name = 'shop.edge.20261127T000000Z.rescue.tar.gz';
    const most = randomBytes(1024 * 1024 - 1);
    await store.put(name, most);
    expect(most.equals(await store.get(name))).toBe(true);
    await store.remove(name);
    await expect(store.put(name, randomBytes(1024 * 1024))).rejects.toThrow('a ConfigMap takes less than 1024');
    api.close();
  });

  it('lie in S3, the last three', async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      const agent = await copyInto(`s3://${bucket}/prod/eu`, '--kubeconfig', cluster.kubeconfig);
      expect(await agent.end()).toBe(0);
    }
    const keys = await stored();
    expect(keys).toHaveLength(3);
    for (const Key of keys) {
      expect(Key).toMatch(/^prod\/eu\/shop\.edge\.\d{8}T\d{6}Z\.rescue\.tar\.gz$/);
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      expect(await judged((await Body?.transformToByteArray()) ?? new Uint8Array())).toEqual(good);
    }
  });

  it('of one that is too large for a call are made in parts, and rescue proves them', async () => {
    const folder = join(cluster.folder, 'in-parts');
    const own = ['--kubeconfig', cluster.kubeconfig, '--max-call', '2ms'];
    const agent = await copyInto(folder, ...own);
    expect(agent.lines.find(({ event }) => event === 'rescue-copy-begun')).toMatchObject({ gateway: 'shop/edge' });
    expect(await agent.end()).toBe(0);
    const [name = ''] = await readdir(folder);
    const copy = join(folder, name);
    expect(await judged(await readFile(copy))).toEqual(good);
    const asked = { ...emptyRequest, keep: true, whole: true };
    const [parts, whole] = await Promise.all([
      collect({ ...asked, bundles: [copy] }),
      collect({ ...asked, admin: [lab.adminUrls[0] ?? ''] }),
    ]);
    const { documents } = parts.snapshot;
    const cut = documents.filter(({ origin }) => /#in-\d+-parts$/.test(origin)).map(({ id }) => id.split('/').at(-1));
    expect(cut).toContain('config_dump-dynamic_active_clusters.json');
    expect(bodiesOf(parts.snapshot)).toEqual(bodiesOf(whole.snapshot));
    const rescued = await run(process.execPath, ['dist/main.js', 'rescue', copy, '-o', 'bootstrap']);
    expect(rescued.stderr).toMatch(/proved|proven|equal/);
  });

  it('say why they could not be kept', async () => {
    const asked = [...flags, '--kubeconfig', cluster.kubeconfig, '--rescue-copies', 's3://no-such-bucket'];
    const agent = await startAgent(asked, { env: server.environment });
    agents.push(agent);
    const unread = await agent.line('rescue-copies-unread');
    expect(unread.reason).toMatch(/s3:ListBucket: NoSuchBucket/);
    const failed = await agent.line('rescue-copy-failed');
    expect(failed).toMatchObject({ gateway: 'shop/edge', level: 'warning' });
    expect(failed.reason).toMatch(/s3:PutObject: NoSuchBucket/);
    await agent.end();
  });
});
