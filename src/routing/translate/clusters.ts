import { asObject, isObject, type JsonObject } from '../../lib/json.ts';
import { nodeClusterName } from '../../model/envoy/naming.ts';
import type { Listener, VirtualGateway, VirtualNode } from '../../model/mesh/kinds.ts';

/** The port of a gateway's second listener, which takes what the first hands over. */
export const egressPort = 15001;

/**
 * The cluster of a VirtualNode's listener, as in the real dump: resolved by DNS with a trailing dot, or by EDS for Cloud Map.
 * Without its TLS context, of which no dump is known: where the gateway would begin with TLS (`beginsTls`), whoever makes a
 * configuration of it has to refuse.
 */
export function nodeCluster(mesh: string, node: VirtualNode, port: number, protocol: string): JsonObject {
  const name = nodeClusterName(mesh, node.awsName, protocol, port);
  const base = { name, connect_timeout: '1s' };
  const { dns } = asObject(node.spec.serviceDiscovery);
  if (node.hostname === null || !isObject(dns)) {
    return { ...base, type: 'EDS', eds_cluster_config: { eds_config: { ads: {} } } };
  }
  // LOGICAL_DNS keeps one address; ENDPOINTS asks for all of them.
  const type = dns.responseType === 'ENDPOINTS' ? 'STRICT_DNS' : 'LOGICAL_DNS';
  return { ...base, type, load_assignment: assignment(name, `${node.hostname.replace(/\.$/, '')}.`, port) };
}

/** The cluster by which a gateway's first listener hands a request to its second; one a listener where there are several. */
export function selfRedirect(mesh: string, gateway: VirtualGateway, { port, protocol }: Listener): JsonObject {
  const own = gateway.listeners.length > 1 ? `_${port}` : '';
  const name = `cds_ingress_${mesh}_${gateway.awsName}_self_redirect${own}_${protocol}_${egressPort}`;
  return {
    name,
    type: 'STATIC',
    connect_timeout: '0.25s',
    load_assignment: assignment(name, '127.0.0.1', egressPort),
  };
}

function assignment(name: string, address: string, port: number): JsonObject {
  const endpoint = { address: { socket_address: { address, port_value: port } } };
  return { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] };
}
