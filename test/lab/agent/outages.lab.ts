import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asList, asObject } from '../../../src/lib/json.ts';
import { readStat, waitUntil } from '../admin.ts';
import { metricSums } from '../aws/metrics.ts';
import { type AwsServer, startCloudWatch } from '../aws/server.ts';
import { type FaultyWay, openFaultyWay } from '../export/faulty-way.ts';
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
/** CloudWatch is told once a minute, at a second that each agent draws for itself. */
const TOLD_MS = 150_000;
const periodMs = 60_000;
/** What the clock of the second agent is ahead by. */
const aheadMs = 5 * periodMs;

let lab: Lab;
let cluster: ShopCluster;
let way: Way;
let server: AwsServer;
let toCloudWatch: FaultyWay;
let client: CloudWatchClient;
let nodes: readonly string[] = [];
let first: AgentProcess;
let second: AgentProcess;
/** What Envoys counted that are gone. */
let former = 0;

beforeAll(async () => {
  lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 3 });
  cluster = await startShopCluster(lab);
  way = await openWay(cluster, 'outages');
  server = await startCloudWatch();
  toCloudWatch = await openFaultyWay(server.environment.AWS_ENDPOINT_URL ?? '');
  Object.assign(process.env, server.environment);
  client = new CloudWatchClient({});
  const pods = cluster.gatewayPods.map((pod) => cluster.client.must(`/api/v1/namespaces/shop/pods/${pod}`));
  nodes = [...new Set((await Promise.all(pods)).map(({ spec }) => String(asObject(spec).nodeName)))].sort();
}, BUILD_MS);

afterAll(async () => {
  toCloudWatch.way = 'open';
  await Promise.all([first?.end(), second?.end()]);
  client?.destroy();
  await toCloudWatch?.stop();
  await server?.stop();
  await way?.stop();
  await cluster?.stop();
  await lab?.stop();
});

const spoolOf = (name: string): string => join(cluster.folder, `spool-${name}`);

/** The second's spool lies on a disk of 64 KiB that is full, and its clock is wrong. */
async function start(name: 'one' | 'two', node: string): Promise<AgentProcess> {
  const spool = spoolOf(name);
  await mkdir(spool, { recursive: true });
  const flags = ['--kubeconfig', way.kubeconfig, '--name', name, '--node', node, '--interval', '1s'];
  const cloudWatch = [
    '--request-timeout',
    '5s',
    '--cloudwatch',
    'put',
    '--cloudwatch-profile',
    'all',
    '--cluster',
    'c',
  ];
  const env = { ...server.environment, AWS_ENDPOINT_URL: toCloudWatch.url };
  const skew = `const { now } = Date; Date.now = () => now() + ${aheadMs}; globalThis.Date = class extends Date {
    constructor(...given) { super(...(given.length > 0 ? given : [Date.now()])); } };`;
  const full = `mount -t tmpfs -o size=64k none '${spool}'; cat /dev/zero > '${spool}/filler' 2>&-; exec "$@"`;
  const under = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', full, 'sh'];
  return startAgent(
    [...flags, ...cloudWatch, '--spool', spool],
    name === 'one'
      ? { env }
      : { env: { ...env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(skew)}` }, under },
  );
}

/** What the Envoys counted since they were started, those that are gone among them. */
async function envoysCounted(): Promise<number> {
  const counts = lab.adminUrls.map((url) => readStat(url, 'http.ingress.downstream_rq_total'));
  return (await Promise.all(counts)).reduce<number>((sum, count) => sum + (count ?? 0), former);
}

/** What the Envoys of one node counted. */
async function ofNode(node: number): Promise<number> {
  const pods = cluster.gatewayPods.map((pod) => cluster.client.must(`/api/v1/namespaces/shop/pods/${pod}`));
  const names = (await Promise.all(pods)).map(({ spec }) => asObject(spec).nodeName);
  const urls = lab.adminUrls.filter((_, at) => names[at] === nodes[node]);
  const counts = urls.map((url) => readStat(url, 'http.ingress.downstream_rq_total'));
  return (await Promise.all(counts)).reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

async function agentsCounted(): Promise<number> {
  const counts = [first, second].map((agent) => agent.metric('meshdoctor_gateway_requests_total'));
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function cloudWatchHolds(): Promise<number> {
  const sums = await metricSums(client, 'meshdoctor', 'gateway.requests');
  return Object.values(sums).reduce((all, { sum }) => all + sum, 0);
}

async function counted(): Promise<void> {
  const equal = async () => (await agentsCounted()) === (await envoysCounted());
  await waitUntil('the agents to have counted all', equal, RESTED_MS);
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

async function ghostEvents(): Promise<readonly string[]> {
  const { items } = await cluster.client.must('/api/v1/events');
  return asList(items)
    .map(asObject)
    .filter(({ reason, source }) => reason === 'TargetServiceMissing' && asObject(source).component !== undefined)
    .map(({ type, count }) => `${type} ${count}`)
    .sort();
}

describe('two agents, an API server, three Envoys and a CloudWatch', { timeout: 3 * RESTED_MS }, () => {
  it('each of which is away in turn, with a full disk: the sums are the same everywhere in the end', async () => {
    expect(nodes).toHaveLength(2);
    first = await start('one', nodes[0] ?? '');
    await first.line('leads');
    second = await start('two', nodes[1] ?? '');
    await Promise.all([first, second].map((agent) => agent.line('look', ({ read }) => Number(read) > 0)));
    await second.line('clock', ({ aheadSeconds }) => Math.abs(Number(aheadSeconds) - aheadMs / 1000) < 30);
    expect(await second.metric('meshdoctor_agent_clock_skew_seconds')).toBeGreaterThan(60);
    expect(first.lines.some(({ event }) => event === 'clock')).toBe(false);
    toCloudWatch.way = 'cut';
    const trickle = lab.traffic(20);
    await seconds(2);
    way.cut();
    await seconds(4);
    way.mend();
    await seconds(3);
    way.silence();
    // Longer than a call may take.
    await seconds(8);
    way.mend();
    await seconds(3);
    await trickle.stop();
    await counted();
    const before = (await readStat(lab.adminUrls[1] ?? '', 'http.ingress.downstream_rq_total')) ?? 0;
    expect(before).toBeGreaterThan(50);
    former += before;
    await lab.restartEnvoy(1);
    await cluster.refreshPorts();
    const again = lab.traffic(20);
    await seconds(5);
    await again.stop();
    await counted();
    // Both were refused by CloudWatch, and the second by its disk too.
    await waitUntil('a minute on disk', async () => (await readdir(spoolOf('one'))).length > 0, TOLD_MS);
    await second.line('metrics', ({ reason }) => String(reason).includes('wait in memory instead'));
    await second.line('metrics', ({ reason }) => String(reason).startsWith('CloudWatch took no metrics'));
    expect(await cloudWatchHolds()).toBe(0);
    await rm(`/proc/${second.child.pid}/root${spoolOf('two')}/filler`);
    toCloudWatch.way = 'open';
    const total = await envoysCounted();
    await waitUntil('CloudWatch to have it all', async () => (await cloudWatchHolds()) >= total, TOLD_MS);
    expect([await cloudWatchHolds(), await agentsCounted()]).toEqual([total, total]);
    for (const agent of [first, second]) expect(await agent.metric('meshdoctor_agent_points_lost_total')).toBe(0);
  });

  it('two that lead for a moment, one of them with a wrong clock, tell a fault once', async () => {
    const from = [first.lines.length, second.lines.length] as const;
    first.child.kill('SIGSTOP');
    try {
      await second.line('leads', () => true, from[1]);
      await apply(cluster.client, ghost());
      await second.line('finding-appeared', ({ rule }) => rule === 'target-service-missing', from[1]);
      await waitUntil('its Event', async () => (await ghostEvents()).length > 0);
    } finally {
      first.child.kill('SIGCONT');
    }
    await first.line('follows', () => true, from[0]);
    await first.line('look', ({ leader }) => leader === false, from[0]);
    await seconds(5);
    expect(await ghostEvents()).toEqual(['Warning 1']);
    await cluster.client.must(await cluster.client.pathOf(ghost()), { method: 'DELETE' });
    await second.line('finding-gone', ({ rule }) => rule === 'target-service-missing', from[1]);
    await waitUntil('the Event of its end', async () => (await ghostEvents()).length > 1);
    expect(await ghostEvents()).toEqual(['Normal 1', 'Warning 1']);
    expect(first.lines.slice(from[0]).filter(({ event }) => String(event).startsWith('finding-'))).toEqual([]);
  });

  it('one whose node is drained sends what it has and lets its Lease go', async () => {
    await lab.send(40);
    await counted();
    const from = first.lines.length;
    expect(await second.end()).toBe(0);
    await first.line('leads', () => true, from);
    await first.line('look', ({ leader }) => leader === true, from);
    second = await start('two', nodes[1] ?? '');
    await second.line('look', ({ read }) => Number(read) > 0);
  });

  it('a leader that is killed comes back and leads: what is lost is of its Envoys and its last minute alone', async () => {
    const all = async () => ({ first: await ofNode(0), second: await ofNode(1) });
    const [begun, began] = [await all(), await cloudWatchHolds()];
    const trickle = lab.traffic(20);
    await seconds(3);
    first.child.kill('SIGKILL');
    await trickle.stop();
    first = await start('one', nodes[0] ?? '');
    await first.line('leads');
    await first.line('look', ({ read }) => Number(read) > 0);
    const back = await all();
    const again = lab.traffic(20);
    await seconds(3);
    await again.stop();
    const end = await all();
    const since = async (agent: AgentProcess, grown: number) =>
      waitUntil(
        'all to be counted',
        async () => (await agent.metric('meshdoctor_gateway_requests_total')) >= grown,
        RESTED_MS,
      );
    await Promise.all([since(first, end.first - back.first), since(second, end.second - begun.second)]);
    expect(await Promise.all([first.end(), second.end()])).toEqual([0, 0]);
    const sent = (await cloudWatchHolds()) - began;
    expect(sent).toBeGreaterThanOrEqual(end.second - begun.second + end.first - back.first);
    expect(sent).toBeLessThanOrEqual((await envoysCounted()) - began);
  });

  it('never was silent for longer than two periods, whoever led', () => {
    for (const name of ['gateway.pods.serving', 'gateway.config.drift']) {
      const told = toCloudWatch.calls.filter(({ plain }) => plain.includes(name)).map(({ at }) => at);
      const gaps = told.slice(1).map((at, one) => at - (told[one] ?? 0));
      expect(told.length, name).toBeGreaterThan(3);
      // One is told in each period: with two missing, three lie between.
      expect(Math.max(...gaps), name).toBeLessThanOrEqual(3 * periodMs);
    }
  });
});
