import { memoize } from '../lib/memo.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import type { Gateway } from '../model/gateway.ts';
import { type Comparison, compareTables } from './compare/compare.ts';
import { configurationText, tableOf } from './from-envoy.ts';
import type { Table } from './table/table.ts';

/** Envoys of one gateway with one configuration, compared for all requests with those of the first. */
export interface ReplicaGroup {
  readonly envoys: readonly Envoy[];
  readonly comparison: Comparison;
}

/** The configurations that the Envoys of a gateway run. */
export interface Replicas {
  /** Those that run what the first Envoy runs. */
  readonly first: readonly Envoy[];
  readonly others: readonly ReplicaGroup[];
}

/** Compares the Envoys of a gateway that hold listeners; null: fewer than two do. Equal configurations cost a text each. */
export const replicasOf = memoize(({ envoys }: Gateway): Replicas | null => {
  const read = envoys.flatMap((envoy) => {
    const one = tableOf(envoy);
    return one.state === 'table' && one.table.listeners.length > 0 ? [{ envoy, table: one.table }] : [];
  });
  if (read.length < 2) return null;
  const groups = new Map<string, { readonly table: Table; readonly envoys: Envoy[] }>();
  for (const { envoy, table } of read) {
    const text = configurationText(envoy);
    const known = groups.get(text);
    if (known) known.envoys.push(envoy);
    else groups.set(text, { table, envoys: [envoy] });
  }
  const [first, ...others] = groups.values();
  if (!first) return null;
  return {
    first: first.envoys,
    others: others.map(({ table, envoys: own }) => ({
      envoys: own,
      comparison: compareTables(first.table, table, 'all'),
    })),
  };
});
