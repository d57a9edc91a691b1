import { podLogGap, podsLeft } from '../../collect/kubernetes/pod-log-gaps.ts';
import type { CollectRequest, LogsRequest, PodLogsWanted } from '../../collect/request.ts';
import { groupBy } from '../../lib/memo.ts';
import { buildModel, type Model } from '../../model/model.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import type { Snapshot, SourceReport } from '../../snapshot/snapshot.ts';
import { GatewayLogs } from './gateway-logs.ts';
import { nameOf } from './gateway-name.ts';
import { fileLogs, type SourceLog } from './sources.ts';
import { viewOf } from './view.ts';

/** The second round: access logs, decided by what the first one read, become what rules see of the traffic. */
export async function addTraffic(snapshot: Snapshot, request: CollectRequest, signal: AbortSignal): Promise<Snapshot> {
  const { logs, live } = request;
  const bundled = snapshot.documents.some(({ kind }) => kind === 'access_log');
  if (!logs || !(logs.paths.length > 0 || (logs.pods && live) || bundled)) return snapshot;
  const model = buildModel(snapshot);
  const opened = await podLogs(model, request, logs.pods, signal);
  const all = [...fileLogs(model, logs.paths, request.gateways), ...opened.logs];
  const sources: SourceReport[] = [];
  const folding = { ...logs, by: 'route', envoyVersion: null } as const;
  const views: ReturnType<typeof viewOf>[] = [];
  for (const [gateway, mine] of groupBy(all, (one) => one.gateway)) {
    // Where nobody knows who wrote them no configuration decides, unless there is but one.
    const gathered = new GatewayLogs(model, gateway, folding);
    const read: SourceReport[] = [];
    for (const { log } of mine) read.push(troubled(await gathered.read(log), logs.paths.includes(log.name)));
    sources.push(...read);
    // A log that could not be read says nothing: not that nothing happened.
    if (read.every(({ state }) => state === 'failed')) continue;
    const whole = opened.gaps.length === 0 && read.every(({ state }) => state === 'ok');
    const folded = gathered.end();
    const asked = logs.pods && mine.some(({ log }) => log.pod) ? askedOf(logs, model.now) : folded.asked;
    const judging = { model, gateway, envoyVersion: null, position: snapshot.position, index: views.length };
    views.push(viewOf({ ...folded, asked, whole }, judging));
  }
  opened.close();
  return {
    ...withTraffic(snapshot, views),
    gaps: [
      ...snapshot.gaps,
      ...opened.gaps,
      ...sources.flatMap((source) => (source.trouble === undefined ? podLogGap(source) : [])),
    ],
    sources: [...snapshot.sources, ...sources],
  };
}

/** The snapshot, and what its logs say. */
export function withTraffic(snapshot: Snapshot, views: readonly ReturnType<typeof viewOf>[]): Snapshot {
  return {
    ...snapshot,
    documents: [...snapshot.documents, ...views.map(({ document }) => document)],
    traffic: views.length === 0 ? null : views.map(({ view }) => view),
  };
}

function askedOf({ since, until, pods }: LogsRequest, now: string) {
  const from = pods?.since ?? since;
  return {
    from: from === null ? null : new Date(from).toISOString(),
    to: until === null ? now : new Date(until).toISOString(),
  };
}

/** The logs of gateway pods, and what of them is not seen. */
export interface OpenedPodLogs {
  readonly logs: readonly SourceLog[];
  readonly gaps: readonly Gap[];
  readonly close: () => void;
}

/** Opens the logs of the gateway pods in scope; none where no cluster is read, or they are not wanted. */
export async function podLogs(
  { snapshot, gateways }: Model,
  { live, requestTimeoutMs }: Pick<CollectRequest, 'live' | 'requestTimeoutMs'>,
  wanted: PodLogsWanted | null,
  signal: AbortSignal,
): Promise<OpenedPodLogs> {
  if (!live || !wanted) return { logs: [], gaps: [], close: () => {} };
  const { openPodLogs } = await import('../../collect/kubernetes/pod-logs.ts');
  const [context = null] = live.contexts;
  const opened = await openPodLogs(snapshot.objects, { live, context, requestTimeoutMs, signal }, wanted);
  if (typeof opened === 'string') {
    return { logs: [], gaps: [{ missing: 'logs of gateway pods', reason: opened, remedy: null }], close: () => {} };
  }
  const logs = opened.logs.map(({ pod, gateway, pieces }) => ({
    gateway: gateways.find((one) => nameOf(one) === gateway) ?? null,
    log: { name: `log of pod ${pod.namespace}/${pod.name}`, pod: pod.name, pieces },
  }));
  return { logs, gaps: podsLeft(opened.left), close: opened.close };
}

/** A file that was named must be readable; a pod's log that is not is a gap. */
function troubled(source: Omit<SourceReport, 'trouble'>, isFile: boolean): SourceReport {
  if (source.state === 'ok') return source;
  if (!isFile) return source;
  return { ...source, trouble: source.state === 'failed' ? 'nothing-readable' : 'part-unreadable' };
}
