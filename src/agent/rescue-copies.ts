import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../collect/describe-error.ts';
import { expectedMs } from '../collect/envoy-admin/pacing.ts';
import type { CollectRequest } from '../collect/request.ts';
import { readRescueCopies } from '../collect/rescue-copies.ts';
import type { PodMeasure } from '../diagnose/measured.ts';
import type { EngineClient } from '../engine/client.ts';
import type { Log } from './log.ts';

/** Where copies are kept, and how they are read. */
export interface KeeperOptions {
  readonly folder: string;
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
}

const dayMs = 86_400_000;
/** After a copy that failed. */
const againMs = 600_000;
const kept = 3;

/** When a copy of each gateway is due; `mark` is what its configuration was last seen to be. */
export interface CopyState {
  readonly mark: string;
  readonly dueAt: number;
}

/** Whether a copy is due. */
export function isDue(state: CopyState | undefined, mark: string, now: number): boolean {
  return !state || now >= state.dueAt || (mark !== '' && mark !== state.mark);
}

/** Makes a keeper; the folder is made where there is none. */
export function makeKeeper(options: KeeperOptions): Keeper {
  const states = new Map<string, CopyState>();
  const { folder, log } = options;
  return {
    async keep(frozen, measures, now) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
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
        const trouble = tooLarge(serving, options.maxCallMs) ?? (await copy(gateway, options));
        states.set(gateway, { mark, dueAt: now + (trouble === null ? dayMs : againMs) });
        if (trouble === null) log({ level: 'info', event: 'rescue-copy', gateway, folder });
        else log({ level: 'warning', event: 'rescue-copy-failed', gateway, reason: trouble });
      }
    },
  };
}

function tooLarge(pods: readonly PodMeasure[], maxCallMs: number): string | null {
  const clusters = Math.max(0, ...pods.map(({ read }) => read?.targets.length ?? 0));
  const ms = expectedMs('/config_dump?resource=dynamic_active_clusters', clusters);
  if (ms <= maxCallMs) return null;
  return `reading it whole would block its Envoy for about ${Math.round(ms)} ms: allow it with --max-call ${Math.ceil(ms / 1000)}s, or make one by hand when it is quiet`;
}

/** Reads one gateway whole, writes the copy beside the others and looks at it; null where it is good, else why not. */
async function copy(gateway: string, { folder, request, startEngine }: KeeperOptions): Promise<string | null> {
  const engine = startEngine();
  const name = `${gateway.replace('/', '.')}.${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}.rescue.tar.gz`;
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
      timeoutMs: 120_000,
    });
    await writeFile(unfinished, await engine.bundle(), { mode: 0o600 });
    const { rescueCopies } = await readRescueCopies([unfinished], new Date().toISOString());
    const fault = rescueCopies ? rescueCopies[0]?.fault : 'it could not be read again';
    if (fault) return fault;
    await rename(unfinished, join(folder, name));
    await prune(folder, gateway);
    return null;
  } catch (error) {
    return describeError(error);
  } finally {
    await rm(unfinished, { force: true });
    await engine.close();
  }
}

/** The newest three of each gateway stay. */
async function prune(folder: string, gateway: string): Promise<void> {
  const prefix = `${gateway.replace('/', '.')}.`;
  const own = (await readdir(folder)).filter(
    (name) => name.startsWith(prefix) && /^\d{8}T\d{6}Z\.rescue\.tar\.gz$/.test(name.slice(prefix.length)),
  );
  for (const name of own.sort().slice(0, -kept)) await rm(join(folder, name));
}
