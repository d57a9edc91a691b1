import { asList, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import { readAddress } from './address.ts';
import { readRefusedUpdate } from './refused-update.ts';
import { tlsSources } from './tls-sources.ts';
import type { Address, ClusterConfig, ClusterEndpoints } from './view.ts';

/**
 * Reads a static or dynamic cluster of ClustersConfigDump, or a bare Cluster, that stands at `at`; null where it holds nothing.
 * Where only a refused update is known the name is empty: the cluster itself does not exist.
 */
export function readClusterConfig(
  element: JsonObject,
  state: ClusterConfig['state'],
  document: string,
  at: string,
): ClusterConfig | null {
  const refused = readRefusedUpdate(element.error_state, document, at);
  const wrapped = isObject(element.cluster);
  const cluster = wrapped ? asObject(element.cluster) : element;
  const name = asText(cluster.name);
  if (name === undefined && !refused) return null;
  return {
    place: { document, pointer: wrapped ? `${at}/cluster` : at },
    name: name ?? '',
    discovery: name === undefined ? '' : discoveryOf(cluster),
    state,
    version: asText(element.version_info) ?? '',
    lastUpdated: asText(element.last_updated) ?? null,
    // `hosts` is the field of the v2 API.
    targets: [...addressesOf(cluster.load_assignment), ...directAddresses(cluster.hosts)],
    tls: tlsSources([cluster.transport_socket, cluster.transport_socket_matches, cluster.tls_context]),
    secured: isSecured([cluster.transport_socket, cluster.transport_socket_matches, cluster.tls_context]),
    refused,
  };
}

/** An upstream TLS context in a transport socket, or the field of the v2 API. */
function isSecured([socket, matches, context]: readonly unknown[]): boolean {
  const sockets = [socket, ...asList(matches).map((match) => asObject(match).transport_socket)].map(asObject);
  const types = sockets.map(({ typed_config }) => asText(asObject(typed_config)['@type']) ?? '');
  return isObject(context) || types.some((type) => type.endsWith('.UpstreamTlsContext'));
}

/** STATIC is the default of the enum, which Envoy leaves out; `cluster_type` names an extension. */
function discoveryOf(cluster: JsonObject): string {
  return asText(cluster.type) ?? asText(asObject(cluster.cluster_type).name) ?? 'STATIC';
}

/** Reads an element of EndpointsConfigDump, or a bare ClusterLoadAssignment, that stands at `at`; null where it holds nothing. */
export function readEndpoints(element: JsonObject, document: string, at: string): ClusterEndpoints | null {
  const wrapped = isObject(element.endpoint_config);
  const assignment = wrapped ? asObject(element.endpoint_config) : element;
  const cluster = asText(assignment.cluster_name);
  if (cluster === undefined) return null;
  return {
    place: { document, pointer: wrapped ? `${at}/endpoint_config` : at },
    cluster,
    addresses: addressesOf(assignment),
  };
}

/** Every address of a ClusterLoadAssignment. */
function addressesOf(assignment: unknown): readonly Address[] {
  const addresses: Address[] = [];
  for (const locality of asList(asObject(assignment).endpoints)) {
    for (const endpoint of asList(asObject(locality).lb_endpoints)) {
      const address = readAddress(asObject(asObject(endpoint).endpoint).address);
      if (address) addresses.push(address);
    }
  }
  return addresses;
}

function directAddresses(hosts: unknown): readonly Address[] {
  return asList(hosts)
    .map(readAddress)
    .filter((address) => address !== null);
}
