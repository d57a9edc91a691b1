import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { usualTimes } from '../agent/election.ts';
import type { AgentOptions } from '../agent/options.ts';
import { startEngine } from '../engine/client.ts';
import { type AgentFlags, nameless, nodeLogsFolder, rescuePlace, usualProxyPort } from './agent-options.ts';
import type { Configured } from './config/apply.ts';
import { Failure } from './failure.ts';
import { holdLittleGarbage } from './heap.ts';
import { hasDefaultCluster, noLiveFlags } from './live-options.ts';

/** The flags of the running agent. */
export interface RunningFlags extends AgentFlags {
  readonly node?: string;
  readonly name?: string;
  readonly leaseNamespace?: string;
  readonly leaseName: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly requestTimeout: number;
  readonly cost: boolean;
}

/** `meshdoctor agent`: looks again and again until it is ended. */
export async function agent(flags: RunningFlags & Configured): Promise<void> {
  if (flags.cost) return (await import('./agent-cost.ts')).printCost(flags);
  holdLittleGarbage();
  const options = await optionsFrom(flags);
  const [{ runAgent }, { makeLog }, { startMetrics }] = await Promise.all([
    import('../agent/agent.ts'),
    import('../agent/log.ts'),
    import('../export/metrics.ts'),
  ]);
  const log = makeLog(options.name, (text) => process.stdout.write(text));
  const ended = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ended.abort());
  const metrics = await startMetrics({
    cluster: flags.cluster ?? (await clusterName(flags)),
    prometheus: true,
    otlp: flags.otlp === undefined ? null : { url: flags.otlp, instance: options.name },
    cloudWatch:
      flags.cloudwatch === 'off' || flags.cloudwatchProfile === 'off'
        ? null
        : {
            by: flags.cloudwatch,
            profile: flags.cloudwatchProfile,
            maxSeries: flags.maxSeries,
            spoolFolder: flags.spool ?? null,
          },
    // A state must outlive the time to the next look, and one that is missed.
    holdMs: Math.max(300_000, 3 * flags.interval),
    report: (reason) => log({ level: 'warning', event: 'metrics', reason }),
  });
  try {
    const worker = new URL('./worker.js', import.meta.url);
    await runAgent(options, { startEngine: () => startEngine(worker), metrics, log, signal: ended.signal });
  } catch (error) {
    await metrics.stop();
    const { host, port } = options.listen;
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw new Failure(`cannot listen on ${host}:${port}: somebody else does; give another --listen`, 2);
    throw error;
  } finally {
    const { rescue } = options;
    if (rescue && rescue.place.kind !== 'folder') await rm(rescue.folder, { recursive: true, force: true });
  }
}

async function optionsFrom(flags: RunningFlags & Configured): Promise<AgentOptions> {
  const inside = process.env.KUBERNETES_SERVICE_HOST !== undefined;
  if (!inside && !hasDefaultCluster({ ...noLiveFlags, ...(flags.kubeconfig ? { kubeconfig: flags.kubeconfig } : {}) }))
    throw new Failure('the agent needs a cluster: it runs in a pod, or is given --kubeconfig', 2);
  if (inside && flags.cloudwatch !== 'off' && flags.cluster === undefined) throw new Failure(nameless, 2);
  const node = flags.node || process.env.NODE_NAME || null;
  if (flags.mode === 'daemonset' && node === null)
    throw new Failure('with --mode daemonset the agent must know its node: give --node, or NODE_NAME in its pod', 2);
  const userRules = flags.userRules?.length
    ? await (await import('./user-rules.ts')).loadUserRules(flags.userRules)
    : [];
  const named = [...flags.rule, ...flags.skipRule];
  if (named.length > 0) (await import('./rules.ts')).checkRuleNames(named, userRules);
  return {
    mode: flags.mode,
    name: flags.name || process.env.POD_NAME || hostname(),
    node,
    live: {
      kubeconfig: flags.kubeconfig ?? null,
      contexts: flags.context === undefined ? [] : [flags.context],
      namespace: flags.onlyNamespace ?? null,
      allNamespaces: flags.onlyNamespace === undefined,
      selector: null,
      gateways: [],
      as: null,
      via: flags.via,
      adminPort: flags.adminPort,
      maxPods: flags.maxPods,
      targets: false,
    },
    lease: { namespace: flags.leaseNamespace || process.env.POD_NAMESPACE || 'default', name: flags.leaseName },
    times: usualTimes,
    intervalMs: flags.interval,
    listen: flags.listen,
    // Outside a pod loopback is everybody's on that machine: there it is opened only where it is asked for.
    adminProxyPort: flags.adminProxy === 'off' ? null : (flags.adminProxy ?? (inside ? usualProxyPort : null)),
    requestTimeoutMs: flags.requestTimeout,
    maxCallMs: flags.maxCall,
    rescue: await rescueOptions(flags),
    diagnose: { rules: flags.rule, skip: flags.skipRule, suppressions: flags.suppressions ?? [], userRules },
    logs: flags.logs,
    nodeLogs: nodeLogsFolder(flags),
    events: flags.events,
  };
}

/** What lies elsewhere is read in a folder of this process alone. */
async function rescueOptions(flags: RunningFlags): Promise<AgentOptions['rescue']> {
  const place = rescuePlace(flags);
  if (place === null) return null;
  return { place, folder: place.kind === 'folder' ? place.path : await mkdtemp(join(tmpdir(), 'meshdoctor-rescue-')) };
}

async function clusterName({ kubeconfig, context }: RunningFlags): Promise<string> {
  const { openCluster } = await import('../collect/kubernetes/cluster.ts');
  const asked = { kubeconfig: kubeconfig ?? null, context: context ?? null, as: null, requestTimeoutMs: 5_000 };
  const cluster = await openCluster({ ...asked, signal: AbortSignal.timeout(5_000) });
  if (typeof cluster === 'string') return 'unknown';
  cluster.close();
  return cluster.name;
}
