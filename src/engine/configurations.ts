import { seenValue } from '../snapshot/coverage.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** The versions of what an Envoy runs, as its control plane counted them; empty where none is told. */
export interface Configuration {
  readonly envoy: string;
  readonly listeners: string;
  readonly routes: string;
  readonly clusters: string;
}

/** What every Envoy that was read runs. */
export function configurationsOf({ envoys }: Pick<Snapshot, 'envoys'>): readonly Configuration[] {
  return envoys.map(({ label, listenerConfig, routes, clusterConfig }) => ({
    envoy: label,
    listeners: versionsOf(seenValue(listenerConfig)),
    routes: versionsOf(seenValue(routes)),
    clusters: versionsOf(seenValue(clusterConfig)),
  }));
}

function versionsOf(resources: readonly { readonly version: string }[] | undefined): string {
  const versions = new Set((resources ?? []).map(({ version }) => version).filter((version) => version !== ''));
  return [...versions].sort().join(', ');
}
