import { asList, asObject, asText, type JsonObject } from '../lib/json.ts';
import { readAddress } from '../snapshot/envoy/address.ts';
import { editObjects, without } from './edit.ts';
import { type FindService, standaloneCluster } from './endpoints.ts';
import { standaloneListener } from './listeners.ts';
import { type Ledger, modernize } from './modernize.ts';
import { standingRuntime } from './runtime.ts';
import { type Fill, localSecrets, referKeys, refuseHidden, staticSecrets } from './secrets.ts';
import type { RescueSource } from './source.ts';

/** A bootstrap that needs no control plane, and what a person must supply for it. */
export interface Rescued {
  readonly bootstrap: JsonObject;
  readonly fills: readonly Fill[];
}

/** Of a bootstrap: what ties it to its control plane or its old pod; written anew where it is needed. */
const dropped = [
  'node',
  'dynamic_resources',
  'static_resources',
  'admin',
  'hds_config',
  'config_sources',
  'default_config_source',
  'xds_config_tracker_extension',
  'xds_delegate_extension',
  'layered_runtime',
  'runtime',
] as const;

/** Port of the admin endpoint where the source tells none; the one App Mesh uses. */
const usualAdminPort = 9901;

/** Makes a static bootstrap of what an Envoy runs; `name` is its new identity, which names no mesh. */
export function makeBootstrap(source: RescueSource, name: string, findService: FindService, ledger: Ledger): Rescued {
  const used = new Set<string>();
  const fills: Fill[] = [];
  const own = <T>(value: T, of: string): T =>
    referKeys(localSecrets(value, of, source, used, ledger), of, fills, ledger);
  const listeners = source.listeners.map((listener) => {
    const standing = standaloneListener(listener, source, ledger);
    return own(standing, `listener ${asText(listener.name) ?? ''}`);
  });
  const rest = modernize(without(source.bootstrap, ...dropped), 'the bootstrap', ledger);
  const clusters = neededClusters(source, [listeners, rest]).map((cluster) => {
    const of = `cluster ${asText(cluster.name) ?? ''}`;
    return own(modernize(standaloneCluster(cluster, source, findService, ledger), of, ledger), of);
  });
  const secrets = staticSecrets(source, used, ledger).map((secret) =>
    referKeys(secret, `secret ${asText(secret.name) ?? ''}`, fills, ledger),
  );
  const bootstrap = {
    node: newNode(source, name, ledger),
    ...rest,
    ...standingRuntime(source, ledger),
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: adminPort(source) } } },
    static_resources: { listeners, clusters, ...(secrets.length > 0 ? { secrets } : {}) },
  };
  tellFixed(ledger);
  tellDangling(listeners, clusters, ledger);
  refuseHidden(bootstrap, ledger);
  return { bootstrap, fills };
}

function tellFixed({ fixed, gaps }: Ledger): void {
  if (fixed.length === 0) return;
  const more = fixed.length > 3 ? ` and ${fixed.length - 3} more` : '';
  const some = fixed.length === 1 ? '1 cluster keeps' : `${fixed.length} clusters keep`;
  gaps.add(
    `${some} fixed addresses, which no Service was found for: right only until those pods move. Give Services, ` +
      `EndpointSlices and Pods with -f. ${fixed.slice(0, 3).join('; ')}${more}`,
  );
}

/**
 * A route to a cluster that is not there answers 503 now, and will; or the dump's sections are of different moments.
 */
function tellDangling(listeners: readonly JsonObject[], clusters: readonly JsonObject[], { gaps }: Ledger): void {
  const names = new Set(clusters.map(({ name }) => name));
  const missing = new Set<string>();
  editObjects(listeners, (object, key) => {
    const name = key === 'route' ? object.cluster : key === 'clusters' ? object.name : undefined;
    if (typeof name === 'string' && !names.has(name)) missing.add(name);
    return object;
  });
  if (missing.size === 0) return;
  const some = [...missing].slice(0, 3).join(', ') + (missing.size > 3 ? ` and ${missing.size - 3} more` : '');
  gaps.add(
    `routes lead to clusters that the dump does not hold (${some}): Envoy answers 503 there, and the rescued one does`,
  );
}

/** Without the clusters that led to the control plane alone. */
function neededClusters(source: RescueSource, users: readonly unknown[]): readonly JsonObject[] {
  const leading = new Set<string>();
  editObjects(asObject(source.bootstrap.dynamic_resources), (object, key) => {
    if (key === 'envoy_grpc' && typeof object.cluster_name === 'string') leading.add(object.cluster_name);
    if (key === 'api_config_source') for (const name of asList(object.cluster_names)) leading.add(String(name));
    return object;
  });
  const wanted =
    leading.size === 0 ? new Set<string>() : mentioned(leading, [...users, source.clusters.map(withoutName)]);
  return source.clusters.filter(({ name }) => typeof name !== 'string' || !leading.has(name) || wanted.has(name));
}

function withoutName(cluster: JsonObject): JsonObject {
  return without(cluster, 'name', 'load_assignment');
}

/** Which of the names stand as a value anywhere in what may name a cluster. */
function mentioned(names: ReadonlySet<string>, values: readonly unknown[]): ReadonlySet<string> {
  const found = new Set<string>();
  editObjects(values, (object) => {
    for (const value of Object.values(object)) if (typeof value === 'string' && names.has(value)) found.add(value);
    return object;
  });
  return found;
}

/** A new identity: with the old one it could pose as the mesh's own. */
function newNode({ bootstrap }: RescueSource, name: string, ledger: Ledger): JsonObject {
  const metadata = Object.entries(asObject(asObject(bootstrap.node).metadata));
  const kept = metadata.filter(([key]) => !key.startsWith('aws.appmesh.'));
  const tracer = asText(asObject(asObject(bootstrap.tracing).http).name);
  if (tracer) ledger.gaps.add(`${tracer} names the service ${name} where it took the name from the node's cluster`);
  return { id: `rescue/${name}`, cluster: name, ...(kept.length > 0 ? { metadata: Object.fromEntries(kept) } : {}) };
}

/** Admin moves to loopback: whoever reaches it can end the process, and in a pod every neighbour could. */
function adminPort({ bootstrap }: RescueSource): number {
  const address = readAddress(asObject(bootstrap.admin).address);
  return address && address.port > 0 ? address.port : usualAdminPort;
}
