import { asList, asObject, asText, type JsonObject } from '../lib/json.ts';
import { compileTable } from '../routing/table/compile.ts';
import type { ClusterInput } from '../routing/table/input.ts';
import type { Table } from '../routing/table/table.ts';
import { addressesIn } from './endpoints.ts';

/** The name of a rescued configuration's document, where places in it are told. */
const document = 'rescued';

/** Compiles what a static bootstrap routes, as an Envoy of this version decides. */
export function tableOfBootstrap(
  bootstrap: JsonObject,
  version: string,
  runtime: ReadonlyMap<string, string> | null,
): Table {
  const resources = asObject(bootstrap.static_resources);
  const clusters = new Map<string, ClusterInput>();
  for (const value of asList(resources.clusters)) {
    const cluster = asObject(value);
    clusters.set(asText(cluster.name) ?? '', { targets: addressesIn(cluster.load_assignment) });
  }
  return compileTable({
    envoyVersion: version,
    runtime,
    listeners: asList(resources.listeners).map((value, index) => ({
      place: { document, pointer: `/static_resources/listeners/${index}` },
      body: asObject(value),
    })),
    routeConfigs: [],
    clusters,
  });
}
