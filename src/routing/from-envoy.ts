import { memoize } from '../lib/memo.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import { seenValue } from '../snapshot/coverage.ts';
import { compileTable } from './table/compile.ts';
import type { ClusterInput } from './table/input.ts';
import type { Table } from './table/table.ts';

/** App Mesh's own images ended at Envoy 1.34: what is taken where nothing tells the version. */
export const assumedVersion = '1.34.0';

/** The routing table an Envoy runs, or what of it was not read. */
export type EnvoyTable =
  | { readonly state: 'table'; readonly table: Table; readonly version: string; readonly versionKnown: boolean }
  | { readonly state: 'not-read'; readonly missing: string; readonly reason: string };

/** Compiles what an Envoy runs; once an Envoy. */
export const tableOf = memoize((envoy: Envoy): EnvoyTable => {
  const { listenerConfig, routes, clusterConfig } = envoy;
  if (listenerConfig.state === 'not-read') return { state: 'not-read', ...listenerConfig.gap };
  if (routes.state === 'not-read') return { state: 'not-read', ...routes.gap };
  const version = seenValue(envoy.serverInfo)?.version ?? '';
  const parts = [listenerConfig.value, clusterConfig, version, seenValue(envoy.runtime)];
  const before = lately.get(routes.value);
  if (before?.parts.every((part, at) => part === parts[at])) return before.read;
  const listeners = listenerConfig.value.flatMap(({ body, state }) =>
    body && (state === 'active' || state === 'static') ? [{ place: body.place, body: body.json }] : [],
  );
  const table = compileTable({
    envoyVersion: version || assumedVersion,
    runtime: seenValue(envoy.runtime)?.values ?? null,
    listeners,
    routeConfigs: routes.value.map(({ place, body }) => ({ place, body })),
    clusters: clusterConfig.state === 'listed' ? clustersOf(clusterConfig.value) : null,
  });
  const read = { state: 'table', table, version: version || assumedVersion, versionKnown: version !== '' } as const;
  lately.set(routes.value, { parts, read });
  return read;
});

/**
 * Tables by the routes they were compiled from. An Envoy that is read again and again gives the same values for what did not
 * change: then the table is the same, and all that was found out about it still holds.
 */
const lately = new WeakMap<object, { readonly parts: readonly unknown[]; readonly read: EnvoyTable }>();

function clustersOf(
  configs: readonly { readonly name: string; readonly targets: ClusterInput['targets'] }[],
): ReadonlyMap<string, ClusterInput> {
  return new Map(configs.filter(({ name }) => name !== '').map(({ name, targets }) => [name, { targets }]));
}

/** Everything of an Envoy that decides, as one text: replicas with the same text decide alike. */
export function configurationText(envoy: Envoy): string {
  const clusters = seenValue(envoy.clusterConfig)?.map(({ name, targets }) => [name, targets]);
  const routes = seenValue(envoy.routes)?.map(({ body }) => body);
  const listeners = seenValue(envoy.listenerConfig)?.map(({ body, state }) => [state, body?.json]);
  const runtime = seenValue(envoy.runtime)?.values;
  const version = seenValue(envoy.serverInfo)?.version;
  return JSON.stringify([version, listeners, routes, clusters, runtime ? [...runtime] : null]);
}
