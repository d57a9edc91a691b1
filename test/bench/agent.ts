import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../src/lib/json.ts';
import { stopChild } from '../lab/children.ts';
import type { Envoy } from '../lab/envoy.ts';
import { otelcolBinary } from '../lab/install/install.ts';
import { type AgentSizes, residentMib, row, sizesOf, startOn } from './agent-parts.ts';
import { startFleet } from './fleet.ts';
import type { Row } from './table.ts';

/** What reading a fleet again and again took: MiB, shares of one core. */
interface Taken {
  /** On average. */
  readonly mib: number;
  readonly share: number;
  /** Of the main thread of the Envoy that it took most of, beyond what one that nobody reads takes. */
  readonly ofEnvoy: number;
}

/** What `install` lets an agent take. */
const limitOfManifest = '512 MiB';

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
    const agent = await startOn(fleet, ['--interval', `${intervalSeconds}s`]);
    // Its start is from nothing until it leads, has judged everything once, and has looked again.
    const isWhole = ({ read, findings }: JsonObject): boolean => Number(read) >= gateways && findings !== null;
    await agent.line('look', isWhole);
    await agent.line('look', isWhole, agent.lines.length);
    const taken = await take(agent.child, { envoys, idle }, seconds);
    const mostMib = mostResidentMib(agent.child.pid ?? 0);
    await agent.end();
    const theirs = smoke ? null : await ofCollector(folder, { envoys, idle }, { intervalSeconds, seconds });
    const what = `\`agent\`, ${gateways} gateways of ${routes} routes`;
    return [
      ...rowsOf(what, taken, theirs),
      row(`${what}: memory, the most since its start`, `${mostMib.toFixed(0)} MiB`, limitOfManifest, mostMib < 512),
    ];
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
    row(`${what}: memory, on average`, mib, '160 MiB', ours.mib < 160),
    row(`${what}: of one core, on average`, core, '5 %', ours.share <= 0.05),
    row(`${what}: of the main thread of an Envoy, the most`, main, '0.5 %', ours.ofEnvoy <= 0.005),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
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
  const held: number[] = [];
  for (const until = begun + seconds * 1000; performance.now() < until; await sleep(500)) held.push(residentMib(pid));
  const mib = held.reduce((sum, one) => sum + one, 0) / held.length;
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

/** The most it ever had. */
function mostResidentMib(pid: number): number {
  const [, kib = '0'] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}
