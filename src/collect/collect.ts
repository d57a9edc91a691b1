import { type InTurn, makeTurns } from '../lib/at-once.ts';
import { assembleSnapshot } from '../snapshot/assemble.ts';
import { narrowed } from '../snapshot/narrow.ts';
import type { Harvest, Snapshot } from '../snapshot/snapshot.ts';
import { type AskedSource, type ReadSource, readOnce } from './arrivals.ts';
import type { EnvoyAdminRequest } from './envoy-admin/reading.ts';
import type { PacedReading } from './kubernetes/request.ts';
import type { CollectRequest } from './request.ts';

/** A snapshot, and whether the time for the whole run ended before every source was read. */
export interface Collected {
  readonly snapshot: Snapshot;
  readonly timedOut: boolean;
}

const envoysAtOnce = 3;

/** What is remembered from one reading to the next, for requests with a pace; `memories`: of Envoys in pods. */
export interface Remembered extends Pick<PacedReading, 'memories' | 'list' | 'kinds'> {
  /** Of Envoys whose admin endpoints are named. */
  readonly named: PacedReading['memories'];
}

/**
 * Reads every source a request names and joins what they brought. A source that fails is reported, and the others are read.
 * `remembered`: of the same cluster, where it is read again and again.
 */
export async function collect(request: CollectRequest, remembered: Remembered | null = null): Promise<Collected> {
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const readAt = request.now ?? new Date().toISOString();
  const harvests = await readSources(request, { remembered, readAt, deadline, source: readOnce });
  return { snapshot: snapshotOf(request, harvests, readAt), timedOut: deadline.aborted };
}

/** How sources are read. */
export interface Reading {
  readonly remembered: Remembered | null;
  /** ISO 8601. */
  readonly readAt: string;
  /** Ends the reading of all. */
  readonly deadline: AbortSignal;
  readonly source: ReadSource;
}

/** What was read, joined. */
export function snapshotOf(request: CollectRequest, harvests: readonly Harvest[], readAt: string): Snapshot {
  const takenAt = request.now ?? harvests.find((harvest) => harvest.takenAt !== undefined)?.takenAt ?? readAt;
  return narrowed(assembleSnapshot(harvests, takenAt), request.gateways);
}

/** Reads the sources of a request: none waits for another but where it needs what that one brings. */
export async function readSources(request: CollectRequest, reading: Reading): Promise<readonly Harvest[]> {
  const files = await readFiles(request, reading);
  const inTurn = makeTurns(envoysAtOnce);
  const [cluster, admin, aws] = await Promise.all([
    readKubernetes(request, reading, inTurn),
    readLive(request, reading, inTurn, countEnvoys(files)),
    readAws(request, reading),
  ]);
  // Files overlay the cluster: what is about to be applied is judged as if it were.
  const harvests = [...cluster, ...files, ...admin, ...aws];
  harvests.push(...(await readTraces(request, reading, harvests)));
  harvests.push(...(await readAccessLogs(request, harvests, reading)));
  return harvests;
}

async function readFiles(request: CollectRequest, { readAt, source }: Reading): Promise<readonly Harvest[]> {
  const harvests: Harvest[] = [];
  if (request.bundles.length > 0) {
    const { readBundle } = await import('./bundle/read.ts');
    // What is read beside it brings documents of the same names.
    const others = request.live !== null || request.aws || request.accessLogs.paths.length > 0;
    for (const [index, path] of request.bundles.entries()) {
      const prefix = index === 0 && !others ? '' : `bundle-${index}/`;
      const { keep, whole } = request;
      harvests.push(await source(fileSource(path), () => readBundle(path, { keep, whole, prefix })));
    }
  }
  if (request.rescueCopies.length > 0) {
    const { readRescueCopies } = await import('./rescue-copies.ts');
    harvests.push(await source(fileSource('rescue copies'), () => readRescueCopies(request.rescueCopies, readAt)));
  }
  if (request.files.length + request.base.length > 0) {
    const { readManifests } = await import('./manifests/read.ts');
    const { files: paths, recursive, base, closed, namespace, keep } = request;
    const idFrom = harvests.reduce((sum, { manifests }) => sum + (manifests?.length ?? 0), 0);
    const read = (): Promise<Harvest> =>
      readManifests({
        ...{ paths, recursive, base, closed, namespace, keep, idFrom, now: readAt },
        readStdin: async () => request.stdin ?? '',
      });
    harvests.push(await source(fileSource('manifests'), read));
  }
  if (Object.values(request.saved).some((paths) => paths.length > 0)) {
    const { readAdminFiles } = await import('./admin-files.ts');
    const { saved, keep, whole } = request;
    const keyFrom = countEnvoys(harvests);
    const read = async (): Promise<Harvest> => readAdminFiles({ ...saved, keyFrom, keep, whole, now: readAt });
    harvests.push(await source(fileSource('saved admin pages'), read));
  }
  return harvests;
}

function fileSource(name: string): AskedSource {
  return { kind: 'files', id: `files ${name}`, name };
}

async function readAws(
  { aws, keep }: CollectRequest,
  { readAt: now, deadline: signal, source }: Reading,
): Promise<readonly Harvest[]> {
  if (!aws) return [];
  const { readCloudWatch } = await import('./aws/cloudwatch.ts');
  const asked = { kind: 'aws', id: 'cloudwatch', name: 'CloudWatch' } as const;
  return [await source(asked, () => readCloudWatch({ now, keep, signal }))];
}

async function readTraces(
  { traces }: CollectRequest,
  { readAt: now, deadline: signal, source }: Reading,
  harvests: readonly Harvest[],
): Promise<readonly Harvest[]> {
  const read: Harvest[] = [];
  if (traces.paths.length > 0) {
    const { readSavedTraces } = await import('./traces.ts');
    read.push(await source(fileSource('traces'), () => readSavedTraces(traces.paths, now)));
  }
  const { xraySince: since } = traces;
  if (since !== null) {
    const { readXRay, segmentNames } = await import('./aws/xray.ts');
    const asked = { kind: 'traces', id: 'xray', name: 'X-Ray' } as const;
    read.push(await source(asked, () => readXRay({ now, since, services: segmentNames(harvests), signal })));
  }
  return read;
}

async function readAccessLogs(
  { accessLogs, live, requestTimeoutMs }: CollectRequest,
  harvests: readonly Harvest[],
  { readAt: now, deadline: signal }: Reading,
): Promise<readonly Harvest[]> {
  const { paths, format, since, pods } = accessLogs;
  if (paths.length === 0 && !(live && pods)) return [];
  const [{ harvestLogs }, { readLines }] = await Promise.all([
    import('./access-log/harvest.ts'),
    import('./access-log/lines.ts'),
  ]);
  const envoys = harvests.flatMap((harvest) => harvest.envoys);
  const objects = harvests.flatMap((harvest) => harvest.objects);
  const how = { format, since, read: { envoys, objects }, now };
  const files = paths.map((path) => ({ name: path, envoy: null, pieces: readLines(path) }));
  const read = files.length > 0 ? [await harvestLogs({ ...how, logs: files, idFrom: 0 })] : [];
  if (!live || !pods) return read;
  const { keepPodLogs } = await import('./kubernetes/keep-pod-logs.ts');
  const [context = null] = live.contexts;
  return [
    ...read,
    await keepPodLogs({ live, context, requestTimeoutMs, signal }, pods, { ...how, idFrom: files.length }),
  ];
}

function countEnvoys(harvests: readonly Harvest[]): number {
  return harvests.reduce((sum, { envoys }) => sum + envoys.length, 0);
}

async function readKubernetes(
  { live, keep, whole, windowMs, requestTimeoutMs, pace, limit }: CollectRequest,
  { remembered, readAt, deadline: signal, source }: Reading,
  inTurn: InTurn,
): Promise<readonly Harvest[]> {
  if (!live) return [];
  const { readCluster } = await import('./kubernetes/read.ts');
  const [context = null] = live.contexts;
  const paced = pace && remembered ? { paced: { ...pace, ...remembered } } : {};
  const asked = { live, context, keep, whole, windowMs, requestTimeoutMs, readAt, signal, source, inTurn };
  return readCluster({ ...asked, ...paced, ...(limit ? { limit } : {}) });
}

/** How one Envoy is read: once, or as one that is read again and again. */
async function envoyReader(
  pace: CollectRequest['pace'],
  remembered: Remembered | null,
): Promise<(asked: EnvoyAdminRequest) => Promise<Harvest>> {
  if (!pace || !remembered) return (await import('./envoy-admin/read.ts')).readEnvoyAdmin;
  const { readAgain } = await import('./envoy-admin/paced.ts');
  return (asked) => readAgain(asked, pace, remembered.named);
}

async function readLive(
  { admin, keep, whole, windowMs: window, requestTimeoutMs, pace, limit }: CollectRequest,
  { deadline: signal, source, remembered }: Reading,
  inTurn: InTurn,
  keyFrom: number,
): Promise<readonly Harvest[]> {
  if (admin.length === 0) return [];
  const read = await envoyReader(pace, remembered);
  return Promise.all(
    admin.map((target, index) => {
      const key = `envoy/${keyFrom + index}`;
      const how = { keep, whole, window, requestTimeoutMs, signal, ...(limit ? { limit } : {}) };
      const asked = { ...how, target, key, now: () => new Date() };
      return source({ kind: 'envoy', id: key, name: `the Envoy at ${target}` }, (soFar) =>
        inTurn(() => read({ ...asked, soFar })),
      );
    }),
  );
}
