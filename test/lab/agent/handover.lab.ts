import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asList, asObject, asText } from '../../../src/lib/json.ts';
import { readStat, waitUntil } from '../admin.ts';
import { type ShopCluster, startShopCluster } from '../kube/shop-cluster.ts';
import { type Lab, startStory } from '../story.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;
/** On a busy machine each call takes long, and an Envoy then rests two hundred times as long. */
const RESTED_MS = 240_000;
/** A member that is not heard of for so long is gone (`usualTimes`), and looks come after. */
const GONE_MS = 60_000;

let lab: Lab;
let cluster: ShopCluster;
const agents = new Map<string, AgentProcess>();

beforeAll(async () => {
  lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 2 });
  cluster = await startShopCluster(lab);
}, BUILD_MS);

afterAll(async () => {
  await Promise.all([...agents.values()].map((agent) => agent.end()));
  await cluster?.stop();
  await lab?.stop();
});

async function start(name: string): Promise<void> {
  const flags = ['--kubeconfig', cluster.kubeconfig, '--mode', 'deployment', '--interval', '1s', '--no-events'];
  agents.set(name, await startAgent([...flags, '--name', name]));
}

const counts = (agent: AgentProcess) => agent.metric('meshdoctor_gateway_requests_total');

/** Those that counted the gateway's pods at their last look. */
function owners(): readonly string[] {
  return [...agents].flatMap(([name, { lines }]) =>
    Number(lines.findLast(({ event }) => event === 'look')?.pods ?? 0) > 0 ? [name] : [],
  );
}

async function envoysCounted(): Promise<number> {
  const all = await Promise.all(lab.adminUrls.map((url) => readStat(url, 'http.ingress.downstream_rq_total')));
  return all.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/** Three looks of each. */
async function looks(): Promise<void> {
  await Promise.all([...agents.values()].map((agent) => agent.line('look', () => true, agent.lines.length + 2)));
}

async function oneOwner(): Promise<string> {
  await waitUntil('one agent to count the gateway', async () => owners().length === 1, GONE_MS);
  return owners()[0] ?? '';
}

async function members(): Promise<readonly string[]> {
  const { items } = await cluster.client.must('/apis/coordination.k8s.io/v1/namespaces/default/leases');
  return asList(items)
    .map((lease) => asText(asObject(asObject(lease).metadata).name) ?? '')
    .filter((name) => name.startsWith('meshdoctor-agent-'))
    .sort();
}

describe('two agents of a Deployment', { timeout: 3 * RESTED_MS }, () => {
  it('hand a gateway over at once when one is ended, which leaves nothing behind', async () => {
    await Promise.all([start('red'), start('blue')]);
    await waitUntil('both to know of each other', async () => (await members()).length === 2, GONE_MS);
    await looks();
    const name = await oneOwner();
    const ended = Date.now();
    expect(await agents.get(name)?.end()).toBe(0);
    agents.delete(name);
    await oneOwner();
    // Far less than a Lease that stands still would take, on a busy machine too.
    expect(Date.now() - ended).toBeLessThan(25_000);
    expect((await members()).some((one) => one.endsWith(name))).toBe(false);
    await start(name);
    await waitUntil('it to be there again', async () => (await members()).length === 2, GONE_MS);
  });

  it('hand it over when one is killed: nothing twice, and lost is only what came meanwhile', async () => {
    await looks();
    const name = await oneOwner();
    const owner = agents.get(name)!;
    const [other] = [...agents].flatMap(([one, agent]) => (one === name ? [] : [agent]));
    const [first, before] = [await counts(owner), await envoysCounted()];
    await lab.send(60);
    await waitUntil('them to be counted', async () => (await counts(owner)) - first >= 60, RESTED_MS);
    expect((await envoysCounted()) - before).toBe(60);
    expect(await counts(other!)).toBe(0);
    owner.child.kill('SIGKILL');
    agents.delete(name);
    const trickle = lab.traffic(10);
    await oneOwner();
    await other?.line('look', ({ read }) => Number(read) === 2, other.lines.length);
    const meanwhile = trickle.sent();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await trickle.stop();
    const after = trickle.sent() - meanwhile;
    await waitUntil('the other to have counted since', async () => (await counts(other!)) >= after, RESTED_MS);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await counts(other!)).toBeLessThanOrEqual(trickle.sent());
  });

  it('hand it over when one stands still, and count nothing twice when it goes on', async () => {
    for (const name of ['red', 'blue']) if (!agents.has(name)) await start(name);
    await waitUntil('both to know of each other', async () => (await members()).length === 2, GONE_MS);
    await looks();
    const name = await oneOwner();
    const owner = agents.get(name)!;
    const [other] = [...agents].flatMap(([one, agent]) => (one === name ? [] : [agent]));
    const counted = async () => (await counts(owner)) + (await counts(other!));
    const logged = async () =>
      (await Promise.all([owner, other!].map((agent) => agent.metric('meshdoctor_route_requests_total')))).reduce(
        (sum, count) => sum + count,
        0,
      );
    const [first, second, routed] = [await counted(), await counts(other!), await logged()];
    owner.child.kill('SIGSTOP');
    try {
      await other!.line('look', ({ read }) => Number(read) === 2, other!.lines.length);
      await lab.send(60);
      await waitUntil('them to be counted', async () => (await counts(other!)) - second >= 60, RESTED_MS);
    } finally {
      owner.child.kill('SIGCONT');
    }
    await waitUntil('it to have its Lease again', async () => (await members()).length === 2, GONE_MS);
    await looks();
    expect(await oneOwner()).toBe(name);
    await looks();
    expect((await counted()) - first).toBe(60);
    const lines = (await logged()) - routed;
    expect(lines).toBeGreaterThan(0);
    expect(lines).toBeLessThanOrEqual(60);
    await lab.send(40);
    await waitUntil('those to be counted too', async () => (await counted()) - first >= 100, RESTED_MS);
    expect((await counted()) - first).toBe(100);
  });
});
