import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../collect/describe-error.ts';
import { type CallLimit, expectedMs } from '../collect/envoy-admin/pacing.ts';
import type { CollectRequest } from '../collect/request.ts';
import { readRescueCopies } from '../collect/rescue-copies.ts';
import type { PodMeasure } from '../diagnose/measured.ts';
import type { EngineClient } from '../engine/client.ts';
import type { AgentApi } from './api.ts';
import type { CopyPlace, CopyStore } from './copy-place.ts';
import type { Log } from './log.ts';

/** Where copies are kept, and how they are read. */
export interface KeeperOptions {
  readonly folder: string;
  /** Where copies are kept beside the folder, which is then but what is read of it; null: the folder is a volume. */
  readonly store: CopyStore | null;
  readonly maxCallMs: number;
  /** The request of a look; the keeper asks for one gateway of it, whole. */
  readonly request: CollectRequest;
  readonly startEngine: () => EngineClient;
  readonly log: Log;
}

/** Keeps validated copies of frozen gateways. */
export interface Keeper {
  /** Makes the copies that are due: of a gateway without a good one here, whose configuration changed, or once a day. */
  readonly keep: (frozen: readonly string[], measures: readonly PodMeasure[], now: number) => Promise<void>;
  /** Gives up the copy that is being made. */
  readonly close: () => void;
}

const dayMs = 86_400_000;
/** After a copy that failed. */
const againMs = 600_000;
const kept = 3;
/** A copy that takes longer is given up; one with rests may rest so many times as long as its calls take, and begin anew twice. */
const usualCopyMs = 120_000;
const mostRest = 2_000;

/** When a copy of each gateway is due; `mark` is what its configuration was last seen to be. */
export interface CopyState {
  readonly mark: string;
  readonly dueAt: number;
}

/** Whether a copy is due. */
export function isDue(state: CopyState | undefined, mark: string, now: number): boolean {
  return !state || now >= state.dueAt || (mark !== '' && mark !== state.mark);
}

/** Opens the place where copies are kept beside the folder they are read from; null: it is that folder. */
export async function openStore(place: CopyPlace, api: AgentApi, namespace: string): Promise<CopyStore | null> {
  if (place.kind === 'folder') return null;
  if (place.kind === 'config-maps') return (await import('./config-maps.ts')).configMapStore(api, namespace);
  return (await import('../collect/aws/bucket.ts')).openBucket(place.bucket, place.prefix);
}

/** Makes a keeper; the folder is made where there is none. */
export function makeKeeper(options: KeeperOptions): Keeper {
  const states = new Map<string, CopyState>();
  const { folder, store, log } = options;
  let fetched = store === null;
  let large: LargeCopy | null = null;
  const settle = (gateway: string, mark: string, now: number, trouble: string | null): void => {
    states.set(gateway, { mark, dueAt: now + (trouble === null ? dayMs : againMs) });
    if (trouble === null) log({ level: 'info', event: 'rescue-copy', gateway, folder });
    else log({ level: 'warning', event: 'rescue-copy-failed', gateway, reason: trouble });
  };
  return {
    close() {
      large?.end();
      large = null;
    },
    async keep(frozen, measures, now) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (store && !fetched) {
        const trouble = await fetchCopies(folder, store);
        fetched = trouble === null;
        if (trouble !== null) log({ level: 'warning', event: 'rescue-copies-unread', reason: trouble });
      }
      for (const gateway of frozen) {
        const pods = measures.filter((pod) => pod.gateway === gateway);
        const serving = pods.filter(({ use }) => use === 'serving' || use === 'threatened');
        const mark =
          serving
            .flatMap(({ configuredAt }) => configuredAt ?? [])
            .sort()
            .at(-1) ?? '';
        // A copy of an empty pod is none: it waits for one that serves.
        if (serving.length === 0 || !isDue(states.get(gateway), mark, now)) continue;
        const limit = limitOf(serving, options.maxCallMs);
        if (limit === null) {
          settle(gateway, mark, now, await copy(gateway, options));
          continue;
        }
        // In parts, with rests, it takes minutes: looks go on meanwhile.
        if (large) continue;
        const one = copyLarge(gateway, options, limit);
        large = one;
        log({ level: 'info', event: 'rescue-copy-begun', gateway, clusters: limit.clusters });
        void one.made.then((trouble) => {
          if (large !== one) return;
          large = null;
          settle(gateway, mark, Date.now(), trouble);
        });
      }
    },
  };
}

/** What an Envoy of so many clusters is read within; null: all of it takes no longer than one call may. */
function limitOf(pods: readonly PodMeasure[], maxCallMs: number): CallLimit | null {
  // Of one whose counters would take too long nobody knows how many clusters it has: the reading finds out.
  const unknown = pods.some(({ read }) => read === null);
  const limit = { maxCallMs, clusters: Math.max(0, ...pods.map(({ read }) => read?.clusters ?? 0)) };
  return unknown || wholeMs(limit) > maxCallMs ? limit : null;
}

/** Milliseconds that all of an Envoy's configuration is expected to take of it. */
function wholeMs({ clusters }: Pick<CallLimit, 'clusters'>): number {
  return expectedMs('/config_dump?include_eds', clusters);
}

/** A copy that takes minutes. */
interface LargeCopy {
  /** Why there is none; null: there is. */
  readonly made: Promise<string | null>;
  readonly end: () => void;
}

function copyLarge(gateway: string, options: KeeperOptions, limit: CallLimit): LargeCopy {
  const engine = options.startEngine();
  const made = copy(gateway, { ...options, startEngine: () => engine }, limit);
  return { made, end: () => void engine.close() };
}

/** Brings what other leaders kept into the folder; null where all came, else why not. */
async function fetchCopies(folder: string, store: CopyStore): Promise<string | null> {
  try {
    for await (const { name, bytes } of store.all()) {
      if (!copyName.test(name) || name.includes('/')) continue;
      const unfinished = join(folder, `${name}.unfinished`);
      await writeFile(unfinished, bytes, { mode: 0o600 });
      await rename(unfinished, join(folder, name));
    }
    return null;
  } catch (error) {
    return describeError(error);
  }
}

/** Reads one gateway whole, writes the copy beside the others and looks at it; null where it is good, else why not. */
async function copy(
  gateway: string,
  { folder, store, request, startEngine }: KeeperOptions,
  limit: CallLimit | null = null,
): Promise<string | null> {
  const engine = startEngine();
  const name = `${ownName(gateway)}.${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}.rescue.tar.gz`;
  const unfinished = join(folder, `${name}.unfinished`);
  try {
    if (!request.live) return 'no cluster is read';
    const { pace: _, ...whole } = request;
    const live = { ...request.live, gateways: [gateway], maxPods: 1 };
    await engine.collect({
      ...whole,
      live,
      gateways: [gateway],
      rescueCopies: [],
      keep: true,
      whole: true,
      ...(limit ? { limit } : {}),
      timeoutMs: Math.max(usualCopyMs, limit ? mostRest * wholeMs(limit) : 0),
    });
    await writeFile(unfinished, await engine.bundle(), { mode: 0o600 });
    const { rescueCopies } = await readRescueCopies([unfinished], new Date().toISOString());
    const fault = rescueCopies ? rescueCopies[0]?.fault : 'it could not be read again';
    if (fault) return fault;
    if (store) await storeWhole(store, name, await readFile(unfinished));
    await rename(unfinished, join(folder, name));
    await prune(folder, store, gateway);
    return null;
  } catch (error) {
    return describeError(error);
  } finally {
    await rm(unfinished, { force: true });
    await engine.close();
  }
}

/** A copy counts where what lies in the store is what was sent. */
async function storeWhole(store: CopyStore, name: string, bytes: Buffer): Promise<void> {
  await store.put(name, bytes);
  if (bytes.equals(await store.get(name))) return;
  await store.remove(name);
  throw new Error('what was read back is not what was written');
}

const copyName = /\.\d{8}T\d{6}Z\.rescue\.tar\.gz$/;

/** The newest three of each gateway stay. */
async function prune(folder: string, store: CopyStore | null, gateway: string): Promise<void> {
  const own = (await readdir(folder)).filter(
    (name) => copyName.test(name) && name.replace(copyName, '') === ownName(gateway),
  );
  for (const name of own.sort().slice(0, -kept)) {
    await store?.remove(name);
    await rm(join(folder, name));
  }
}

function ownName(gateway: string): string {
  return gateway.replace('/', '.');
}
