import { mapAtOnce } from '../lib/at-once.ts';
import { assembleSnapshot } from '../snapshot/assemble.ts';
import { narrowed } from '../snapshot/narrow.ts';
import type { Harvest, Snapshot } from '../snapshot/snapshot.ts';
import type { PacedReading } from './kubernetes/request.ts';
import type { CollectRequest } from './request.ts';

/** A snapshot, and whether the time for the whole run ended before every source was read. */
export interface Collected {
  readonly snapshot: Snapshot;
  readonly timedOut: boolean;
}

const envoysAtOnce = 3;

/** What is remembered from one reading of a cluster to the next, for requests with a pace. */
export type Remembered = Pick<PacedReading, 'memories' | 'list'>;

/**
 * Reads every source a request names and joins what they brought. A source that fails is reported, and the others are read.
 * `remembered`: of the same cluster, where it is read again and again.
 */
export async function collect(request: CollectRequest, remembered: Remembered | null = null): Promise<Collected> {
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const startedAt = new Date();
  const readAt = request.now ?? startedAt.toISOString();
  const files = await readFiles(request, readAt);
  const cluster = await readKubernetes(request, remembered, deadline, readAt);
  // Files overlay the cluster: what is about to be applied is judged as if it were.
  const read = [...cluster, ...files];
  const harvests = [...read, ...(await readLive(request, deadline, countEnvoys(read)))];
  if (request.aws) {
    const { readCloudWatch } = await import('./aws/cloudwatch.ts');
    harvests.push(await readCloudWatch({ now: readAt, keep: request.keep, signal: deadline }));
  }
  harvests.push(...(await readTraces(request, deadline, harvests, readAt)));
  if (request.accessLogs.paths.length > 0) harvests.push(await readAccessLogs(request, harvests, readAt));
  const takenAt = request.now ?? harvests.find((harvest) => harvest.takenAt !== undefined)?.takenAt ?? readAt;
  return { snapshot: narrowed(assembleSnapshot(harvests, takenAt), request.gateways), timedOut: deadline.aborted };
}

async function readFiles(request: CollectRequest, readAt: string): Promise<readonly Harvest[]> {
  const harvests: Harvest[] = [];
  if (request.bundles.length > 0) {
    const { readBundle } = await import('./bundle/read.ts');
    // What is read beside it brings documents of the same names.
    const others = request.live !== null || request.aws || request.accessLogs.paths.length > 0;
    for (const [index, path] of request.bundles.entries()) {
      harvests.push(
        await readBundle(path, {
          keep: request.keep,
          whole: request.whole,
          prefix: index === 0 && !others ? '' : `bundle-${index}/`,
        }),
      );
    }
  }
  if (request.rescueCopies.length > 0) {
    const { readRescueCopies } = await import('./rescue-copies.ts');
    harvests.push(await readRescueCopies(request.rescueCopies, readAt));
  }
  if (request.files.length + request.base.length > 0) {
    const { readManifests } = await import('./manifests/read.ts');
    harvests.push(
      await readManifests({
        paths: request.files,
        recursive: request.recursive,
        base: request.base,
        closed: request.closed,
        namespace: request.namespace,
        keep: request.keep,
        idFrom: harvests.reduce((sum, { manifests }) => sum + (manifests?.length ?? 0), 0),
        now: readAt,
        readStdin: async () => request.stdin ?? '',
      }),
    );
  }
  if (Object.values(request.saved).some((paths) => paths.length > 0)) {
    const { readAdminFiles } = await import('./admin-files.ts');
    harvests.push(
      readAdminFiles({
        ...request.saved,
        keyFrom: countEnvoys(harvests),
        keep: request.keep,
        whole: request.whole,
        now: readAt,
      }),
    );
  }
  return harvests;
}

async function readTraces(
  { traces }: CollectRequest,
  signal: AbortSignal,
  harvests: readonly Harvest[],
  now: string,
): Promise<readonly Harvest[]> {
  const read: Harvest[] = [];
  if (traces.paths.length > 0) {
    const { readSavedTraces } = await import('./traces.ts');
    read.push(await readSavedTraces(traces.paths, now));
  }
  if (traces.xraySince !== null) {
    const { readXRay, segmentNames } = await import('./aws/xray.ts');
    read.push(await readXRay({ now, since: traces.xraySince, services: segmentNames(harvests), signal }));
  }
  return read;
}

async function readAccessLogs(
  { accessLogs }: CollectRequest,
  harvests: readonly Harvest[],
  now: string,
): Promise<Harvest> {
  const { harvestLogs } = await import('./access-log/harvest.ts');
  const envoys = harvests.flatMap((harvest) => harvest.envoys);
  const objects = harvests.flatMap((harvest) => harvest.objects);
  return harvestLogs({ ...accessLogs, read: { envoys, objects }, now });
}

function countEnvoys(harvests: readonly Harvest[]): number {
  return harvests.reduce((sum, { envoys }) => sum + envoys.length, 0);
}

async function readKubernetes(
  { live, keep, whole, windowMs, requestTimeoutMs, pace }: CollectRequest,
  remembered: Remembered | null,
  signal: AbortSignal,
  readAt: string,
): Promise<readonly Harvest[]> {
  if (!live) return [];
  const { readCluster } = await import('./kubernetes/read.ts');
  const [context = null] = live.contexts;
  const paced = pace && remembered ? { paced: { ...pace, ...remembered } } : {};
  return readCluster({ live, context, keep, whole, windowMs, requestTimeoutMs, readAt, signal, ...paced });
}

async function readLive(request: CollectRequest, deadline: AbortSignal, keyFrom: number): Promise<readonly Harvest[]> {
  if (request.admin.length === 0) return [];
  const { readEnvoyAdmin } = await import('./envoy-admin/read.ts');
  return mapAtOnce(request.admin, envoysAtOnce, (target, index) =>
    readEnvoyAdmin({
      target,
      key: `envoy/${keyFrom + index}`,
      keep: request.keep,
      whole: request.whole,
      window: request.windowMs,
      requestTimeoutMs: request.requestTimeoutMs,
      signal: deadline,
      now: () => new Date(),
    }),
  );
}
