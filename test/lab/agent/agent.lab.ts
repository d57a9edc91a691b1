import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentContext } from '../../../src/collect/kubernetes/request.ts';
import { type CollectRequest, emptyRequest } from '../../../src/collect/request.ts';
import { readRescueCopies } from '../../../src/collect/rescue-copies.ts';
import { makeEngine } from '../../../src/engine/engine.ts';
import { asList, asObject, type JsonObject } from '../../../src/lib/json.ts';
import { readStat, waitUntil } from '../admin.ts';
import { apply } from '../kube/apply.ts';
import { type ShopCluster, startShopCluster } from '../kube/shop-cluster.ts';
import { type Lab, startStory } from '../story.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { openWay, type Way } from './way.ts';
import { ghost } from './ghost.ts';

/** A machine that never built the control plane needs ten minutes of two cores. */
const BUILD_MS = 1_800_000;
/** On a busy machine each call takes long, and an Envoy then rests two hundred times as long. */
const RESTED_MS = 240_000;

let lab: Lab;
let cluster: ShopCluster;
let way: Way;
const agents: AgentProcess[] = [];

beforeAll(async () => {
  lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 3 });
  cluster = await startShopCluster(lab);
  way = await openWay(cluster, 'agents');
}, BUILD_MS);

afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.end()));
  await way?.stop();
  await cluster?.stop();
  await lab?.stop();
});

async function start(name: string, flags: readonly string[]): Promise<AgentProcess> {
  const common = ['--kubeconfig', way.kubeconfig, '--name', name, '--interval', '1s', '--request-timeout', '5s'];
  const agent = await startAgent([...common, ...flags]);
  agents.push(agent);
  return agent;
}

async function nodes(): Promise<readonly string[]> {
  const pods = await Promise.all(
    cluster.gatewayPods.map((pod) => cluster.client.must(`/api/v1/namespaces/shop/pods/${pod}`)),
  );
  return [...new Set(pods.map(({ spec }) => String(asObject(spec).nodeName)))].sort();
}

/** What the Envoys counted themselves at their first listener. */
async function envoysCounted(what: string): Promise<number> {
  const counts = await Promise.all(lab.adminUrls.map((url) => readStat(url, `http.ingress.downstream_rq_${what}`)));
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

async function agentsCounted(
  of: readonly AgentProcess[],
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const counts = await Promise.all(of.map((agent) => agent.metric('meshdoctor_gateway_requests_total', labels)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function ourEvents(): Promise<readonly JsonObject[]> {
  const { items } = await cluster.client.must('/api/v1/events');
  return asList(items)
    .map(asObject)
    .filter(({ source }) => asObject(source).component === 'meshdoctor-agent');
}

const leaders = (of: readonly AgentProcess[]) =>
  Promise.all(of.map((agent) => agent.metric('meshdoctor_agent_leader')));
const reasonsOf = (events: readonly JsonObject[]) => events.map(({ reason }) => String(reason)).sort();
describe('an Envoy that is read again and again', () => {
  it('says what it says when it is read whole, for a fraction of the calls', async () => {
    const live = { ...currentContext, kubeconfig: cluster.kubeconfig, allNamespaces: true };
    const now = '2026-11-27T00:00:00Z';
    const request: CollectRequest = { ...emptyRequest, live, windowMs: 500, now };
    const look = async (engine: ReturnType<typeof makeEngine>, more: Partial<CollectRequest>) => {
      const { sources } = await engine.collect({ ...request, ...more });
      const pods = sources.filter(({ name }) => name.startsWith('pod '));
      const { findings, gaps } = await engine.diagnose({ rules: [], skip: [] });
      return { calls: pods.map(({ cost }) => cost.calls), findings: findings.map(({ id }) => id).sort(), gaps };
    };
    const whole = await look(makeEngine(), {});
    const engine = makeEngine();
    const pace = { maxCallMs: 300, light: false };
    const first = await look(engine, { pace });
    const rests = await look(engine, { pace });
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    const again = await look(engine, { pace });
    expect(first.calls.every((calls) => calls > 15)).toBe(true);
    expect(rests.calls).toEqual([0, 0, 0]);
    expect(again.calls).toEqual([6, 6, 6]);
    for (const one of [first, rests, again]) expect(one).toMatchObject({ findings: whole.findings, gaps: whole.gaps });
  });
});

describe('two agents of a DaemonSet', { timeout: 2 * RESTED_MS }, () => {
  let first: AgentProcess;
  let second: AgentProcess;
  const both = (): readonly AgentProcess[] => [first, second];

  it('count each request once, and one of them leads', async () => {
    const [one = '', other = ''] = await nodes();
    first = await start('agent-0', ['--node', one]);
    await first.line('leads');
    second = await start('agent-1', ['--node', other]);
    await Promise.all(both().map((agent) => agent.line('look')));
    expect((await first.page('/readyz')).status).toBe(200);
    const before = await agentsCounted(both());
    expect(before).toBe(0);
    const trickle = lab.traffic(30);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    await trickle.stop();
    await waitUntil(
      'the agents to count what the Envoys counted',
      async () => {
        return (await agentsCounted(both())) === trickle.sent() && trickle.sent() > 100;
      },
      RESTED_MS,
    );
    expect(await agentsCounted(both())).toBe(await envoysCounted('total'));
    expect(await agentsCounted(both(), { class: '2xx' })).toBe(await envoysCounted('2xx'));
    expect(await leaders(both())).toEqual([1, 0]);
    expect(await first.metric('meshdoctor_agent_envoy_read_seconds_count', {})).toBeGreaterThan(5);
  });

  it('tell a fault once, by an Event on its object, and when it is over', async () => {
    await apply(cluster.client, ghost());
    await first.line('finding-appeared', ({ rule }) => rule === 'target-service-missing');
    const ours = async () => (await ourEvents()).filter(({ reason }) => reason === 'TargetServiceMissing');
    await waitUntil('its Event', async () => (await ours()).length === 1);
    const [appeared] = await ours();
    expect(appeared).toMatchObject({
      type: 'Warning',
      count: 1,
      involvedObject: { kind: 'GatewayRoute', name: 'ghost' },
    });
    expect(asObject(appeared?.involvedObject).uid).toMatch(/^[0-9a-f-]{36}$/);
    await cluster.client.must(await cluster.client.pathOf(ghost()), { method: 'DELETE' });
    await first.line('finding-gone', ({ rule }) => rule === 'target-service-missing');
    await waitUntil('the Event of its end', async () => (await ours()).length === 2);
    expect((await ours()).map(({ type }) => type).sort()).toEqual(['Normal', 'Warning']);
    expect(second.lines.filter(({ event }) => String(event).startsWith('finding-'))).toEqual([]);
  });

  it('go on while the API server is away, and lose nothing', async () => {
    const sum = await agentsCounted(both());
    way.cut();
    await Promise.all(both().map((agent) => agent.line('look', ({ level }) => level === 'warning')));
    await lab.send(90);
    expect((await first.page('/healthz')).status).toBe(200);
    await waitUntil('the agent to say that it is blind', async () => (await first.page('/readyz')).status === 503);
    const at = both().map(({ lines }) => lines.length);
    way.mend();
    await Promise.all(both().map((agent, one) => agent.line('look', ({ level }) => level === 'info', at[one])));
    await waitUntil(
      'the agents to have counted all',
      async () => (await agentsCounted(both())) === sum + 90,
      RESTED_MS,
    );
    expect(second.lines.filter(({ event }) => event === 'finding-gone')).toEqual([]);
  });

  it('count an Envoy that began anew from its beginning', async () => {
    const sum = await agentsCounted(both());
    await lab.restartEnvoy(0);
    await cluster.refreshPorts();
    let served = 0;
    // What came while its listener was not there yet is in no counter, and all of it may have.
    await waitUntil('it to serve', async () => {
      await lab.send(48);
      served = (await readStat(lab.adminUrls[0] ?? '', 'http.ingress.downstream_rq_total')) ?? 0;
      return served > 0;
    });
    const counted = async () => (await agentsCounted(both())) === sum + served;
    await waitUntil('the agents to have counted it', counted, RESTED_MS);
  });

  it('a leader that dies is followed within two periods, and nothing is told twice', async () => {
    const events = await ourEvents();
    const from = second.lines.length;
    first.child.kill('SIGKILL');
    await second.line('leads', () => true, from);
    await second.line('look', ({ leader }) => leader === true, from);
    expect(reasonsOf(await ourEvents())).toEqual(reasonsOf(events));
    expect((await ourEvents()).map(({ count }) => count)).toEqual(events.map(({ count }) => count));
    expect(await second.metric('meshdoctor_agent_leader')).toBe(1);
  });

  it('one that is ended lets its Lease go', async () => {
    expect(await second.end()).toBe(0);
    expect(second.complaints()).toBe('');
    expect(second.lines.at(-1)).toMatchObject({ event: 'ended' });
    const lease = await cluster.client.must('/apis/coordination.k8s.io/v1/namespaces/default/leases/meshdoctor-agent');
    expect(asObject(lease.spec).holderIdentity ?? '').toBe('');
  });
});

describe('a frozen gateway', { timeout: 2 * RESTED_MS }, () => {
  it('is kept in copies that are good, and standing facts of it are logged and are no Event', async () => {
    await lab.controlPlane.die();
    const at = (await ourEvents()).length;
    const folder = join(cluster.folder, 'copies');
    const agent = await start('agent-2', ['--mode', 'deployment', '--rescue-copies', folder]);
    await agent.line('finding-appeared', ({ effect }) => effect === 'standing');
    await agent.line('rescue-copy', ({ gateway }) => gateway === 'shop/edge');
    const { rescueCopies } = await readRescueCopies([folder], new Date().toISOString());
    expect(rescueCopies).toMatchObject([{ fault: null, envoys: [{ nodeId: 'mesh/shop/virtualGateway/edge_shop' }] }]);
    const [copy] = await readdir(folder);
    expect((await stat(join(folder, copy ?? ''))).mode & 0o077).toBe(0);
    await waitUntil(
      'its age',
      async () => (await agent.page('/metrics')).text.includes('meshdoctor_gateway_rescue_age_seconds'),
      RESTED_MS,
    );
    const told = reasonsOf((await ourEvents()).slice(at));
    const standing = agent.lines.filter(({ effect }) => effect === 'standing').map(({ rule }) => String(rule));
    const words = standing.map((rule) => rule.replaceAll('-', '').toLowerCase());
    expect(told.filter((reason) => words.includes(reason.toLowerCase()))).toEqual([]);
    expect(await agent.metric('meshdoctor_gateway_pods', { pod: 'unseen' })).toBe(0);
  });
});
