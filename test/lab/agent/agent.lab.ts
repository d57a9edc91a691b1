import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asList, asObject } from '../../../src/lib/json.ts';
import { readStat, waitUntil } from '../admin.ts';
import { type Lab, startStory } from '../story.ts';
import { type ShopCluster, startShopCluster } from '../kube/shop-cluster.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;

let lab: Lab;
let cluster: ShopCluster;
const agents: AgentProcess[] = [];

async function start(flags: readonly string[]): Promise<AgentProcess> {
  const agent = await startAgent(['--kubeconfig', cluster.kubeconfig, '--interval', '2s', ...flags]);
  agents.push(agent);
  return agent;
}

async function nodeOf(pod: string): Promise<string> {
  const object = await cluster.client.must(`/api/v1/namespaces/shop/pods/${pod}`);
  return String(asObject(object.spec).nodeName);
}

/** What the Envoys counted themselves, first listener alone. */
async function envoysCounted(what: string): Promise<number> {
  const { adminUrls } = lab;
  const counts = await Promise.all(adminUrls.map((url) => readStat(url, `http.ingress.downstream_rq_${what}`)));
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

beforeAll(async () => {
  lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 3 });
  cluster = await startShopCluster(lab);
}, BUILD_MS);

afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.end()));
  await cluster?.stop();
  await lab?.stop();
});

describe('two agents of a DaemonSet', () => {
  it('look', async () => {
    const nodes = [...new Set(await Promise.all(cluster.gatewayPods.map(nodeOf)))].sort();
    console.log(nodes);
    const [first, second] = await Promise.all(
      nodes.map((node, at) => start(['--node', node, '--name', `agent-${at}`])),
    );
    await first!.line('look');
    await second!.line('look');
    await lab.send(60);
    await new Promise((r) => setTimeout(r, 15000));
    console.log(JSON.stringify(first!.lines, null, 0), first!.complaints());
    console.log(JSON.stringify(second!.lines, null, 0), second!.complaints());
    console.log((await first!.page('/metrics')).text);
    console.log(await envoysCounted('total'), await envoysCounted('2xx'));
    const events = await cluster.client.must('/api/v1/events');
    console.log(JSON.stringify(asList(events.items).filter((one) => JSON.stringify(one).includes('meshdoctor')), null, 1));
    console.log(await waitUntil('x', async () => true));
  });
});
