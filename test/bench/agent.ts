import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AgentProcess, startAgent } from '../lab/agent/agent-process.ts';
import { askAdmin } from '../lab/admin.ts';
import { stopChild } from '../lab/children.ts';
import type { Envoy } from '../lab/envoy.ts';
import { otelcolBinary } from '../lab/install/install.ts';
import { type Fleet, node, startFleet } from './fleet.ts';
import type { Row } from './table.ts';

/** What reading a fleet again and again took: MiB, shares of one core. */
interface Taken {
  readonly mib: number;
  readonly share: number;
  /** Of the main thread of the Envoy that it took most of, beyond what one that nobody reads takes. */
  readonly ofEnvoy: number;
}

/** How much is measured. */
interface AgentSizes {
  readonly gateways: number;
  readonly routes: number;
  readonly clusters: number;
  readonly seconds: number;
  readonly intervalSeconds: number;
  readonly looks: number;
}

const whole: AgentSizes = {
  ...{ gateways: 10, routes: 1_000, clusters: 10_000 },
  ...{ seconds: 300, intervalSeconds: 60, looks: 1_440 },
};
const small: AgentSizes = { gateways: 2, routes: 20, clusters: 100, seconds: 5, intervalSeconds: 2, looks: 12 };

/** The agent beside its limits, and beside a collector: only where all is measured, since a collector builds for long. */
export async function agentRows(folder: string, smoke: boolean): Promise<readonly Row[]> {
  const { gateways, routes, intervalSeconds, seconds } = sizesOf(smoke);
  const fleet = await startFleet(folder);
  try {
    const envoys: Envoy[] = [];
    for (let at = 0; at < gateways; at += 1) envoys.push(await fleet.add(`team-${at}`, routes));
    // Its pod is in no namespace that is read: what it takes is what Envoys take that nobody asks.
    const idle = await fleet.add('idle', routes);
    await fleet.cluster.client.must('/api/v1/namespaces/idle/pods/edge-0?gracePeriodSeconds=0', { method: 'DELETE' });
    const agent = await start(fleet, ['--interval', `${intervalSeconds}s`]);
    // From when it leads and has judged everything once.
    await agent.line('look', ({ read, findings }) => Number(read) >= gateways && findings !== null);
    const taken = await take(agent.child, { envoys, idle }, seconds);
    await agent.end();
    const theirs = smoke ? null : await ofCollector(folder, { envoys, idle }, { intervalSeconds, seconds });
    return rowsOf(`\`agent\`, ${gateways} gateways of ${routes} routes`, taken, theirs);
  } finally {
    await fleet.stop();
  }
}

async function ofCollector(
  folder: string,
  read: Parameters<typeof take>[1],
  { intervalSeconds, seconds }: Pick<AgentSizes, 'intervalSeconds' | 'seconds'>,
): Promise<Taken> {
  const collector = await scraping(folder, read.envoys, intervalSeconds);
  await sleep(intervalSeconds * 1000);
  const taken = await take(collector, read, seconds);
  await stopChild(collector);
  return taken;
}

/** `theirs`: what a collector takes; null: none was measured. */
function rowsOf(what: string, ours: Taken, theirs: Taken | null): readonly Row[] {
  const beside = (told: (taken: Taken) => string): string =>
    theirs ? `${told(ours)} (\`otelcol\` that scrapes the same: ${told(theirs)})` : told(ours);
  const [mib, core, main] = [
    beside((taken) => `${taken.mib.toFixed(0)} MiB`),
    beside(({ share }) => percent(share)),
    beside(({ ofEnvoy }) => percent(ofEnvoy)),
  ];
  return [
    row(`${what}: memory`, mib, '160 MiB', ours.mib < 160),
    row(`${what}: of one core`, core, '5 %', ours.share <= 0.05),
    row(`${what}: of the main thread of an Envoy, the most`, main, '0.5 %', ours.ofEnvoy <= 0.005),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function row(what: string, measured: string, limit: string, holds: boolean): Row {
  return { what, measured, limit, holds };
}

/** How long a large Envoy keeps its probe waiting: the agent reads it for the first time, and makes a rescue copy of it. */
export async function largeRows(folder: string, smoke: boolean): Promise<readonly Row[]> {
  const sizes = sizesOf(smoke);
  const fleet = await startFleet(folder);
  try {
    const { alone, read, copied, good, copySeconds } = await large(fleet, join(folder, 'copies'), sizes);
    const slowest = `\`agent\`: the slowest \`/ready\` of an Envoy of ${sizes.clusters} clusters`;
    const came = `${good ? 'a good copy' : 'no copy'} after ${(copySeconds / 60).toFixed(1)} min`;
    return [
      row(
        `${slowest} that it reads for the first time`,
        `${read.toFixed(0)} ms (${alone.toFixed(0)} ms where nobody reads)`,
        '300 ms',
        read < 300,
      ),
      row(
        `${slowest} while a rescue copy of it is made`,
        `${copied.toFixed(0)} ms (${came})`,
        '300 ms',
        copied < 300 && good,
      ),
    ];
  } finally {
    await fleet.stop();
  }
}

/** A day's looks. V8 has its code and its heap after some 900 of them: halves are compared. */
export async function dayRows(folder: string, smoke: boolean): Promise<readonly Row[]> {
  const fleet = await startFleet(folder);
  try {
    const { before, after: later, looks } = await aDay(fleet, sizesOf(smoke).looks);
    return [
      row(
        `\`agent\`, as many looks as in a day (${looks}), routes come and go: memory in the first half and after`,
        `at most ${before.toFixed(0)} MiB, then ${later.toFixed(0)} MiB`,
        'a twentieth more',
        later <= before * 1.05,
      ),
    ];
  } finally {
    await fleet.stop();
  }
}

function sizesOf(smoke: boolean): AgentSizes {
  return smoke ? small : whole;
}

function start({ cluster }: Fleet, more: readonly string[]): Promise<AgentProcess> {
  const flags = ['--kubeconfig', cluster.kubeconfig, '--node', node, '--name', 'bench', '--max-pods', '20'];
  return startAgent([...flags, '--via', 'direct', '--no-events', ...more]);
}

/** As many looks as an agent makes in a day, one after the other, while routes come and go. */
async function aDay(
  fleet: Fleet,
  looks: number,
): Promise<{ readonly before: number; readonly after: number; readonly looks: number }> {
  await fleet.add('day', 100);
  const agent = await start(fleet, ['--interval', '300ms']);
  const made = (): number => agent.lines.filter(({ event }) => event === 'look').length;
  const samples: number[] = [];
  const path = '/apis/appmesh.k8s.aws/v1beta2/namespaces/day/gatewayroutes';
  const { spec } = await fleet.cluster.client.must(`${path}/route-1`);
  for (let turn = 0; made() < looks; turn += 1) {
    const metadata = { name: `again-${turn}`, namespace: 'day' };
    const body = { apiVersion: 'appmesh.k8s.aws/v1beta2', kind: 'GatewayRoute', metadata, spec };
    await fleet.cluster.client.must(path, { method: 'POST', body });
    await sleep(2_000);
    await fleet.cluster.client.must(`${path}/again-${turn}`, { method: 'DELETE' });
    samples.push(residentMib(agent.child.pid ?? 0));
  }
  await agent.end();
  const half = Math.ceil(samples.length / 2);
  return { before: Math.max(...samples.slice(0, half)), after: Math.max(...samples.slice(half)), looks: made() };
}

/** Milliseconds of the slowest `/ready`: nobody reads, the agent does, and it makes a rescue copy; whether that is good, and its seconds. */
interface Large {
  readonly alone: number;
  readonly read: number;
  readonly copied: number;
  readonly good: boolean;
  readonly copySeconds: number;
}

/** How long an Envoy of many clusters keeps its probe waiting while the agent reads it for the first time, again, and whole. */
async function large(fleet: Fleet, copies: string, { clusters, seconds }: AgentSizes): Promise<Large> {
  const envoy = await fleet.addLarge('large', clusters);
  const flags = ['--interval', '1s', '--only-namespace', 'large'];
  const alone = await slowest(envoy, after(seconds / 5));
  const agent = await start(fleet, flags);
  const read = await slowest(envoy, after(seconds / 5));
  await agent.line('look', ({ read: seen }) => Number(seen) === 1);
  await agent.end();
  const begun = performance.now();
  const keeper = await start(fleet, [...flags, '--rescue-copies', copies]);
  const told = (event: string): boolean => keeper.lines.some((line) => line.event === event);
  const late = after(mostCopySeconds);
  const copied = await slowest(envoy, () => told('rescue-copy') || told('rescue-copy-failed') || late());
  const copySeconds = (performance.now() - begun) / 1000;
  await keeper.end();
  return { alone, read, copied, good: told('rescue-copy'), copySeconds };
}

const mostCopySeconds = 3_600;

function after(seconds: number): () => boolean {
  const until = performance.now() + seconds * 1000;
  return () => performance.now() >= until;
}

async function slowest({ adminUrl }: Envoy, isOver: () => boolean): Promise<number> {
  let most = 0;
  while (!isOver()) {
    const begun = performance.now();
    await askAdmin(adminUrl, '/ready');
    most = Math.max(most, performance.now() - begun);
    await sleep(20);
  }
  return most;
}

/** A collector that scrapes what the Envoys tell of themselves, and throws it away. */
async function scraping(folder: string, envoys: readonly Envoy[], seconds: number): Promise<ChildProcess> {
  const file = join(folder, 'otelcol.yaml');
  const targets = envoys.map(({ adminUrl }) => new URL(adminUrl).host);
  const scrape = { job_name: 'envoy', metrics_path: '/stats/prometheus', static_configs: [{ targets }] };
  const every = `${seconds}s`;
  const config = { global: { scrape_interval: every, scrape_timeout: every }, scrape_configs: [scrape] };
  const pipelines = { metrics: { receivers: ['prometheus'], exporters: ['nop'] } };
  const telemetry = { metrics: { level: 'none' }, logs: { level: 'error' } };
  const service = { pipelines, telemetry };
  await writeFile(file, JSON.stringify({ receivers: { prometheus: { config } }, exporters: { nop: {} }, service }));
  return spawn(await otelcolBinary(), [`--config=${file}`], { stdio: 'ignore' });
}

async function take(
  { pid = 0 }: ChildProcess,
  { envoys, idle }: { readonly envoys: readonly Envoy[]; readonly idle: Envoy },
  seconds: number,
): Promise<Taken> {
  const mainThread = (of: Envoy): number => cpuSeconds(`${of.pid}/task/${of.pid}`);
  const counted = [...envoys, idle];
  const [begun, from, before] = [performance.now(), cpuSeconds(String(pid)), counted.map(mainThread)];
  let mib = 0;
  for (const until = begun + seconds * 1000; performance.now() < until; await sleep(500))
    mib = Math.max(mib, residentMib(pid));
  const passed = (performance.now() - begun) / 1000;
  const shares = counted.map((envoy, at) => (mainThread(envoy) - (before[at] ?? 0)) / passed);
  const alone = shares.at(-1) ?? 0;
  return { mib, share: (cpuSeconds(String(pid)) - from) / passed, ofEnvoy: Math.max(...shares.slice(0, -1)) - alone };
}

/** Seconds of processor time so far: ticks of Linux are hundredths. */
function cpuSeconds(of: string): number {
  const fields = readFileSync(`/proc/${of}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMib(pid: number): number {
  const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return (Number(pages) * 4096) / 2 ** 20;
}
