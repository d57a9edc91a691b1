import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asList, asObject, type JsonObject } from '../../../src/lib/json.ts';
import { apply, writeStatus } from '../kube/apply.ts';
import { writePorts } from '../kube/pod-files.ts';
import { type ShopCluster, startShopCluster } from '../kube/shop-cluster.ts';
import { addUser, type RestrictedUser } from '../kube/users.ts';
import { type Lab, startStory } from '../story.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { manifests } from './printed.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;

let lab: Lab;
let cluster: ShopCluster;
let agent: AgentProcess;
let viewer: RestrictedUser;
let proxy = 0;

beforeAll(async () => {
  lab = await startStory('incident', { envoyVersion: '1.40.0', replicas: 2 });
  cluster = await startShopCluster(lab);
  const flags = ['--kubeconfig', cluster.kubeconfig, '--mode', 'deployment', '--interval', '5s', '--no-logs'];
  agent = await startAgent([...flags, '--no-events', '--admin-proxy', '0']);
  proxy = Number((await agent.line('started')).adminProxy);
  await agent.line('look', ({ read }) => read === 2);
  await addAgentPod();
  viewer = await addUser(cluster, { name: 'viewer', rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['list'] }] });
  await addUser(cluster, {
    ...{ name: 'viewer', within: 'meshdoctor' },
    rules: [{ apiGroups: [''], resources: ['pods/portforward'], verbs: ['get', 'create'] }],
  });
}, BUILD_MS);

afterAll(async () => {
  viewer?.client.close();
  await agent?.end();
  await cluster?.stop();
  await lab?.stop();
});

/** The pod of the printed manifests, of which the agent of this test is the process. */
async function addAgentPod(): Promise<void> {
  const all = await manifests('--mode', 'deployment');
  for (const object of all.slice(0, -1)) await apply(cluster.client, object);
  const template = asObject(asObject(all.at(-1)?.spec).template);
  const gateway = await cluster.client.must(`/api/v1/namespaces/shop/pods/${cluster.gatewayPods[0]}`);
  const metadata = { ...asObject(template.metadata), name: 'meshdoctor-agent-0', namespace: 'meshdoctor' };
  const spec = { ...asObject(template.spec), nodeName: asObject(gateway.spec).nodeName };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
  await apply(cluster.client, pod);
  await writeStatus(cluster.client, pod, { phase: 'Running' });
  const place = { namespace: 'meshdoctor', pod: 'meshdoctor-agent-0' };
  await writePorts(cluster.podsFolder, place, { 9903: `127.0.0.1:${proxy}` });
}

function run(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['dist/main.js', ...args], { maxBuffer: 1 << 27 }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

const asViewer = () => ['--live', '-A', '--kubeconfig', viewer.kubeconfig];

function asked(path: string, method = 'GET'): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: proxy, path, method, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('--via agent', { timeout: 240_000 }, () => {
  it('diagnoses as whoever may forward to gateways does, for one who may forward to the agent alone', async () => {
    const refused = await run('diagnose', ...asViewer(), '-o', 'json', '--no-logs', '--via', 'port-forward');
    expect(refused.out).toContain('not allowed: create pods/portforward in namespace shop');
    const admin = ['--live', '-A', '--kubeconfig', cluster.kubeconfig];
    const whole = await run('diagnose', ...admin, '-o', 'json', '--no-logs', '--via', 'port-forward');
    const seen = await run('diagnose', ...asViewer(), '-o', 'json', '--no-logs', '--via', 'agent');
    expect(seen.err).toBe('');
    const findings = (text: string) =>
      asList(asObject(JSON.parse(text)).findings)
        .map(asObject)
        .map(({ id, rule }) => `${rule} ${id}`)
        .sort();
    expect(findings(seen.out)).toEqual(findings(whole.out));
    expect(findings(seen.out).length).toBeGreaterThan(3);
    expect(seen.code).toBe(whole.code);
  });

  it('explains and collects', async () => {
    const explained = await run(
      'explain',
      'http://shop.example.com:8088/search',
      ...asViewer(),
      '--via',
      'agent',
      '-o',
      'json',
    );
    expect(explained.err).toBe('');
    const { status, hops } = JSON.parse(explained.out) as JsonObject;
    expect([status, asList(hops).length > 0]).toEqual([404, true]);
    const bundle = `${cluster.folder}/via-agent.tar.gz`;
    const collected = await run('collect', ...asViewer(), '--via', 'agent', '--for-rescue', '--output-file', bundle);
    expect([collected.code, collected.err]).toMatchObject([0, expect.not.stringContaining('not seen')]);
    expect((await run('rescue', bundle, '--gateway', 'shop/edge')).code).toBe(0);
  });

  it('asks nothing of an Envoy but what meshdoctor reads, and only of gateways', async () => {
    const [pod] = cluster.gatewayPods;
    expect(JSON.parse((await asked('/envoys')).text)).toEqual(cluster.gatewayPods.map((name) => `shop/${name}`));
    expect(await asked(`/envoy/shop/${pod}/ready`)).toMatchObject({ status: 200, text: 'LIVE\n' });
    expect((await asked(`/envoy/shop/${pod}/ready`, 'POST')).status).toBe(405);
    for (const path of ['/quitquitquit', '/config_dump', '/ready?x', '/ready/../quitquitquit', '/logging', '/'])
      expect([path, (await asked(`/envoy/shop/${pod}${path}`)).status]).toEqual([path, 403]);
    expect((await asked('/envoy/shop/cart-0/ready')).status).toBe(404);
    expect((await asked('/envoy/kube-system/x/ready')).status).toBe(404);
    expect((await asked('/metrics')).status).toBe(403);
    // Its pages for probes and Prometheus, which anybody reaches, lead to no Envoy.
    expect((await agent.page(`/envoy/shop/${pod}/ready`)).status).toBe(404);
  });

  it('asks one Envoy one thing at a time, and says why it cannot be asked', async () => {
    const [pod] = cluster.gatewayPods;
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => asked(`/envoy/shop/${pod}/stats?format=json&usedonly`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    await writePorts(cluster.podsFolder, { namespace: 'shop', pod: pod ?? '' }, { 9901: '127.0.0.1:1' });
    expect((await asked(`/envoy/shop/${pod}/ready`)).status).toBe(502);
    await cluster.refreshPorts();
    expect((await asked(`/envoy/shop/${pod}/ready`)).status).toBe(200);
  });

  it('says what is missing where no agent is there', async () => {
    await cluster.client.must('/api/v1/namespaces/meshdoctor/pods/meshdoctor-agent-0?gracePeriodSeconds=0', {
      method: 'DELETE',
    });
    const { code, out } = await run('diagnose', ...asViewer(), '--no-logs', '--via', 'agent');
    expect(code).toBe(3);
    expect(out).toContain('no pod of the agent that offers it is among those that were read');
  });
});
