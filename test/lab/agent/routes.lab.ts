import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asObject } from '../../../src/lib/json.ts';
import { readStat, waitUntil } from '../admin.ts';
import { type ShopCluster, startShopCluster } from '../kube/shop-cluster.ts';
import { type Lab, startStory } from '../story.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { openWay, type Way } from './way.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;
const WAIT_MS = 120_000;

let lab: Lab;
let cluster: ShopCluster;
let way: Way;
const agents: AgentProcess[] = [];

beforeAll(async () => {
  lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 2 });
  cluster = await startShopCluster(lab);
  way = await openWay(cluster, 'routes');
}, BUILD_MS);

afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.end()));
  await way?.stop();
  await cluster?.stop();
  await lab?.stop();
});

const requests = 'meshdoctor_route_requests_total';

/** The sum over all agents. */
async function counted(labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const counts = await Promise.all(agents.map((agent) => agent.metric(requests, labels)));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What the Envoys counted themselves. */
async function envoys(stat: string): Promise<number> {
  const counts = await Promise.all(lab.adminUrls.map((url) => readStat(url, stat)));
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

const total = () => envoys('http.ingress.downstream_rq_total');

describe('agents that follow the logs of their gateways', { timeout: 2 * WAIT_MS }, () => {
  let before = 0;

  it('tell each request once, by the object of its route, as Envoy counts them', async () => {
    const pods = await Promise.all(
      cluster.gatewayPods.map((pod) => cluster.client.must(`/api/v1/namespaces/shop/pods/${pod}`)),
    );
    const nodes = [...new Set(pods.map(({ spec }) => String(asObject(spec).nodeName)))];
    expect(nodes).toHaveLength(2);
    for (const node of nodes) {
      const flags = ['--kubeconfig', way.kubeconfig, '--name', `agent-${node}`, '--node', node, '--interval', '1s'];
      agents.push(await startAgent(flags));
    }
    // The first look says whose logs are followed; what came before is not counted.
    await Promise.all(agents.map((agent) => agent.line('look', ({ pods: seen }) => Number(seen) > 0)));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    before = await total();
    const [ok, refused] = [await envoys('http.ingress.downstream_rq_2xx'), await envoys('http.ingress.no_route')];
    await lab.send(180);
    await lab.send([{ path: '/no/such/route' }, { path: '/no/such/route' }, { path: '/no/such/route' }]);
    await waitUntil('all to be counted', async () => (await counted()) >= (await total()) - before, WAIT_MS);
    expect(await counted()).toBe((await total()) - before);
    expect(await counted({ class: '2xx' })).toBe((await envoys('http.ingress.downstream_rq_2xx')) - ok);
    expect(await counted({ cause: 'no-route' })).toBe((await envoys('http.ingress.no_route')) - refused);
    expect(await counted({ route: 'none', cause: 'no-route', by: 'gateway', class: '4xx' })).toBeGreaterThanOrEqual(3);
    expect(await counted({ route: 'other' })).toBe(0);
    const { items } = await cluster.client.must('/apis/appmesh.k8s.aws/v1beta2/gatewayroutes');
    const known = (items as { metadata: { namespace: string; name: string } }[]).map(
      ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
    );
    const told = (await Promise.all(agents.map(async (agent) => (await agent.page('/metrics')).text))).join('');
    const names = new Set(
      [...told.matchAll(/^meshdoctor_route_requests_total\{.*route="([^"]+)"/gm)].map(([, name]) => name),
    );
    names.delete('none');
    expect([...names].filter((name) => !known.includes(name ?? ''))).toEqual([]);
    expect(names.size).toBeGreaterThan(2);
    expect(told).not.toContain('/no/such');
  });

  it('tell how long they took', async () => {
    const measured = await Promise.all(agents.map((agent) => agent.metric('meshdoctor_gateway_latency_seconds_count')));
    expect(measured.reduce((sum, count) => sum + count, 0)).toBe(await counted());
  });

  it('go on where they were when the way to the API server broke, and count nothing twice', async () => {
    const trickle = lab.traffic(40);
    for (let cut = 0; cut < 3; cut += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      way.cut();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      way.mend();
    }
    await trickle.stop();
    expect(trickle.sent()).toBeGreaterThan(200);
    await waitUntil('all to be counted', async () => (await counted()) >= (await total()) - before, WAIT_MS);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await counted()).toBe((await total()) - before);
  });

  it('say which log does not come', async () => {
    const [agent] = agents;
    const from = agent?.lines.length;
    way.cut();
    const line = await agent?.line(
      'look',
      ({ troubles }) => JSON.stringify(troubles ?? '').includes('log of pod shop/'),
      from,
    );
    way.mend();
    expect(JSON.stringify(line)).toMatch(/log of pod shop\/edge-[^:]+: (?:the connection|connect)/);
  });
});

describe('an agent that reads the log files of its node', { timeout: 2 * WAIT_MS }, () => {
  it('tells each request once, as Envoy counts them, and asks the API server for no log', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-pods-'));
    const [pod = ''] = cluster.gatewayPods;
    const inside = join(folder, `shop_${pod}_9b1c`, 'envoy');
    await mkdir(inside, { recursive: true });
    await symlink(join(cluster.podsFolder, 'shop', pod, 'envoy.log'), join(inside, '0.log'));
    const { spec } = await cluster.client.must(`/api/v1/namespaces/shop/pods/${pod}`);
    const flags = ['--kubeconfig', way.kubeconfig, '--name', 'reader', '--node', String(asObject(spec).nodeName)];
    const since = (await cluster.audit()).length;
    // Those before it follow through the API server.
    await Promise.all(agents.map((agent) => agent.end()));
    const reader = await startAgent([...flags, '--interval', '1s', '--node-logs', folder]);
    agents.splice(0, agents.length, reader);
    await reader.line('look', ({ pods: seen }) => Number(seen) > 0);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const followed = (await cluster.audit()).length;
    const [url = ''] = lab.adminUrls;
    const [before = 0] = [await readStat(url, 'http.ingress.downstream_rq_total')];
    await lab.send(120);
    const served = async () => ((await readStat(url, 'http.ingress.downstream_rq_total')) ?? 0) - before;
    await waitUntil('all to be counted', async () => (await counted()) >= (await served()), WAIT_MS);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect([await counted(), await served()]).toEqual([120, 120]);
    const asked = (await cluster.audit()).slice(followed).map(({ resource }) => resource);
    expect(followed).toBeGreaterThan(since);
    expect(asked).not.toContain('pods/log');
    await rm(folder, { recursive: true });
  });
});
