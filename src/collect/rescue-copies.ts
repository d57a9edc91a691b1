import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDocument } from '../snapshot/document.ts';
import type { EnvoyView } from '../snapshot/envoy/view.ts';
import type { CopiedEnvoy, RescueCopy } from '../snapshot/rescue-copy.ts';
import { emptyHarvest, type Harvest } from '../snapshot/snapshot.ts';
import { readBundle } from './bundle/read.ts';
import { manifestName } from './bundle/format.ts';
import { describeError } from './describe-error.ts';

const documentId = 'rescue-copies';

/** Reads the bundles of files and folders (`--rescue-copies`): whose configuration each holds, from when, and whether it is whole. */
export async function readRescueCopies(paths: readonly string[], now: string): Promise<Harvest> {
  const found: string[] = [];
  const failed: { readonly path: string; readonly reason: string }[] = [];
  for (const path of paths) {
    try {
      found.push(...(await bundlesIn(path)));
    } catch (error) {
      failed.push({ path, reason: describeError(error) });
    }
  }
  const copies: RescueCopy[] = [];
  for (const path of found) {
    const place = { document: documentId, pointer: `/${copies.length}` };
    copies.push({ ...(await readOnce(path)), place });
  }
  for (const path of known.keys()) if (!found.includes(path)) known.delete(path);
  const origin = { id: documentId, kind: documentId, origin: paths.join(', '), readAt: now, envoy: null } as const;
  const shown = copies.map(({ path, takenAt, fault, envoys }) => ({ path, takenAt, fault, envoys }));
  return {
    ...emptyHarvest,
    documents: [makeDocument(origin, `${JSON.stringify(shown, null, 2)}\n`, true)],
    gaps: failed.map(({ path, reason }) => ({
      missing: `the rescue copies of ${path}`,
      reason,
      remedy: 'check the path',
    })),
    sources: [
      ...failed.map(({ path, reason }) => ({
        name: path,
        state: 'failed' as const,
        detail: `nothing readable: ${reason}`,
        cost: { calls: 1, bytes: 0 },
        trouble: 'nothing-readable' as const,
      })),
      {
        name: 'rescue copies',
        state: 'ok',
        detail: `${copies.length} found, ${copies.filter(({ fault }) => fault === null).length} readable`,
        cost: { calls: found.length, bytes: 0 },
        carrier: true,
      },
    ],
    ...(failed.length < paths.length ? { rescueCopies: copies } : {}),
  };
}

/** A bundle's file, an unpacked bundle, or the bundles that lie in a folder. */
async function bundlesIn(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && entry.name === manifestName)) return [path];
  return entries
    .filter((entry) => entry.isFile() && /\.(tar\.gz|tgz)$/.test(entry.name))
    .map(({ name }) => join(path, name))
    .sort();
}

/** What was read before of files that did not change since: an agent looks at the same copies every minute. */
const known = new Map<string, { readonly mark: string; readonly copy: Omit<RescueCopy, 'place'> }>();

async function readOnce(path: string): Promise<Omit<RescueCopy, 'place'>> {
  const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }));
  const mark = `${mtimeMs} ${size}`;
  const before = known.get(path);
  if (before?.mark === mark) return before.copy;
  const copy = await readCopy(path);
  known.set(path, { mark, copy });
  return copy;
}

/** A copy is good when the bundle is whole and an Envoy in it holds listeners and routes. */
async function readCopy(path: string): Promise<Omit<RescueCopy, 'place'>> {
  const harvest = await readBundle(path, { keep: false, prefix: '' });
  const envoys = harvest.envoys.map(copiedEnvoy);
  const broken = harvest.sources.find(({ trouble }) => trouble === 'nothing-readable');
  const holds = envoys.some(({ listeners, routes }) => listeners > 0 && routes > 0);
  // Without --for-rescue the bootstrap is read in part, by a mask: resolvers, sinks and runtime layers are not in it.
  const partly = harvest.documents.some(
    ({ kind, origin }) => kind === 'config_dump' && origin.includes('mask=bootstrap.'),
  );
  const lacking = !holds
    ? 'no Envoy in it has both listeners and routes'
    : partly
      ? 'it was collected without --for-rescue, and so is not whole'
      : null;
  const unread = harvest.envoys.map(unreadPart).find((part) => part !== null);
  return {
    path,
    takenAt: harvest.takenAt ?? null,
    fault: broken ? broken.detail : (unread ?? lacking),
    envoys,
  };
}

/** Why what `rescue` cannot do without was not read whole; null: it was. Addresses may come from `/clusters` too. */
function unreadPart({ listenerConfig, routes, clusterConfig, endpoints, hosts }: EnvoyView): string | null {
  const addresses = endpoints.state === 'listed' ? endpoints : hosts;
  for (const seen of [listenerConfig, routes, clusterConfig, addresses])
    if (seen.state !== 'listed') return `${seen.gap.missing}: ${seen.gap.reason}`;
  return null;
}

function copiedEnvoy({ serverInfo, bootstrap, listenerConfig, routes }: EnvoyView): CopiedEnvoy {
  const named = serverInfo.state === 'not-read' ? '' : serverInfo.value.nodeId;
  const tables = routes.state === 'not-read' ? [] : routes.value;
  const listeners = listenerConfig.state === 'not-read' ? [] : listenerConfig.value;
  return {
    nodeId: named || (bootstrap.state === 'not-read' ? '' : bootstrap.value.nodeId),
    listeners: listeners.filter(({ state }) => state === 'active' || state === 'static').length,
    routes: tables.flatMap(({ virtualHosts }) => virtualHosts).flatMap((host) => host.routes).length,
  };
}
