import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asObject } from '../../../src/lib/json.ts';
import { waitUntil } from '../admin.ts';
import { apply } from '../kube/apply.ts';
import { type ShopCluster, startShopCluster } from '../kube/shop-cluster.ts';
import { type Lab, startStory } from '../story.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { openWay, type Way } from './way.ts';
import { ghost } from './ghost.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;

let lab: Lab;
let cluster: ShopCluster;
let way: Way;
let agent: AgentProcess;

beforeAll(async () => {
  lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 1 });
  cluster = await startShopCluster(lab);
  way = await openWay(cluster, 'watch');
}, BUILD_MS);

afterAll(async () => {
  await agent?.end();
  await way?.stop();
  await cluster?.stop();
  await lab?.stop();
});

/** What was asked since, by verb. */
async function asked(from: number): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { verb, resource } of (await cluster.audit()).slice(from)) {
    if (/leases|pods\/(?:log|portforward)/.test(resource)) continue;
    counts[verb] = (counts[verb] ?? 0) + 1;
  }
  return counts;
}

const looks = (): number => agent.lines.filter(({ event }) => event === 'look').length;

describe('an agent that leads', { timeout: 240_000 }, () => {
  it('lists once, and in a steady cluster never again', async () => {
    const flags = ['--kubeconfig', way.kubeconfig, '--name', 'watcher', '--mode', 'deployment', '--interval', '1s'];
    agent = await startAgent(flags);
    await agent.line('look', ({ leader }) => leader === true);
    const steady = looks();
    await waitUntil('a look more', async () => looks() > steady + 1, 60_000);
    const from = (await cluster.audit()).length;
    const before = looks();
    await waitUntil('five looks more', async () => looks() >= before + 5, 60_000);
    expect(await asked(from)).not.toHaveProperty('list');
  });

  it('sees a change within seconds, though its interval is ten minutes', async () => {
    await agent.end();
    const flags = ['--kubeconfig', way.kubeconfig, '--name', 'slow', '--mode', 'deployment', '--interval', '10m'];
    agent = await startAgent([...flags, '--no-events']);
    await agent.line('look', ({ leader }) => leader === true);
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    const begun = Date.now();
    await apply(cluster.client, ghost('/ghost'));
    await agent.line('finding-appeared', ({ rule }) => rule === 'target-service-missing');
    expect(Date.now() - begun).toBeLessThan(20_000);
    const at = agent.lines.length;
    await cluster.client.must(await cluster.client.pathOf(ghost('/')), { method: 'DELETE' });
    await agent.line('finding-gone', ({ rule }) => rule === 'target-service-missing', at);
  });

  it('goes on after its watches broke, and hears what changed meanwhile', async () => {
    way.cut();
    await apply(cluster.client, ghost('/meanwhile'));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const at = agent.lines.length;
    way.mend();
    const line = await agent.line('finding-appeared', ({ rule }) => rule === 'target-service-missing', at);
    expect(JSON.stringify(line)).toContain('shop/ghost');
    expect(asObject(line).level).toBeDefined();
  });
});
