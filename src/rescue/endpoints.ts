import { asList, asNumber, asObject, asText, isObject, type JsonObject } from '../lib/json.ts';
import { readAddress } from '../snapshot/envoy/address.ts';
import type { Address, ClusterHosts } from '../snapshot/envoy/view.ts';
import { without } from './edit.ts';
import { type Ledger, refuse } from './modernize.ts';
import type { RescueSource } from './source.ts';

/** A Service that stands for the addresses a control plane once sent. */
export interface ServiceAddress {
  /** `cart.shop.svc.cluster.local.` */
  readonly hostname: string;
  readonly port: number;
  readonly headless: boolean;
  /** How it was found, for people. */
  readonly because: string;
}

/** Finds the Service behind the addresses of a cluster; null where none is known. */
export type FindService = (cluster: string, addresses: readonly Address[]) => ServiceAddress | null;

/**
 * A cluster that needs no control plane: EDS becomes addresses, or the Service they belong to; the rest stays as it
 * is.
 */
export function standaloneCluster(
  cluster: JsonObject,
  source: RescueSource,
  findService: FindService,
  ledger: Ledger,
): JsonObject {
  const plain = without(cluster, '@type', 'lrs_server');
  if (plain.type !== 'EDS') return plain;
  const name = asText(plain.name) ?? '';
  const asked = asText(asObject(plain.eds_cluster_config).service_name) || name;
  const assignment = assignmentOf(name, asked, source, ledger);
  if (!assignment) return plain;
  const addresses = addressesIn(assignment);
  const base = without(plain, 'eds_cluster_config');
  const service = findService(name, addresses);
  if (service) {
    ledger.changed.add(
      `${name}: ${addresses.length} fixed addresses became ${service.hostname}:${service.port} (${service.because})`,
    );
    return { ...base, type: 'STRICT_DNS', load_assignment: assignmentTo(name, service) };
  }
  const listed = addresses.map(({ host, port }) => `${host}:${port}`);
  ledger.fixed.push(`${name} (${listed.slice(0, 3).join(', ') || 'none at all: 503 as before'})`);
  const named = addresses.some(({ host, port }) => port > 0 && !/^[\d.]+$|:/.test(host));
  return { ...base, type: named ? 'STRICT_DNS' : 'STATIC', load_assignment: { ...assignment, cluster_name: name } };
}

function assignmentOf(name: string, asked: string, source: RescueSource, ledger: Ledger): JsonObject | null {
  const told = source.endpoints?.get(asked) ?? source.endpoints?.get(name);
  if (told) return cleanAssignment(told);
  const hosts = source.hosts?.find(({ cluster }) => cluster === name);
  if (hosts) {
    ledger.gaps.add(`the addresses of ${name} come from /clusters: weights and priorities are not known`);
    return fromHosts(hosts);
  }
  refuse(
    ledger,
    `the endpoints of cluster ${name}`,
    source.endpoints ? 'the endpoints that were read name no such cluster' : 'the dump was taken without its endpoints',
    'save /config_dump?include_eds, or add what /clusters?format=json says with --clusters',
  );
  return null;
}

/**
 * A dump writes weight 0 and a health of the moment; a bootstrap takes no such weight, and the health would stay for
 * ever.
 */
function cleanAssignment(assignment: JsonObject): JsonObject {
  return {
    ...without(assignment, '@type'),
    endpoints: asList(assignment.endpoints).map((value) => {
      const locality = asObject(value);
      const weightless = asNumber(locality.load_balancing_weight) === 0;
      const kept = weightless ? without(locality, 'load_balancing_weight') : locality;
      const endpoints = asList(locality.lb_endpoints).map((endpoint) => without(asObject(endpoint), 'health_status'));
      return { ...kept, lb_endpoints: endpoints };
    }),
  };
}

function fromHosts({ hosts }: ClusterHosts): JsonObject {
  return { endpoints: [{ lb_endpoints: hosts.map(({ address }) => ({ endpoint: { address: socket(address) } })) }] };
}

function socket({ host, port }: Address): JsonObject {
  return port === 0 ? { pipe: { path: host } } : { socket_address: { address: host, port_value: port } };
}

function assignmentTo(name: string, { hostname, port }: ServiceAddress): JsonObject {
  const endpoint = { endpoint: { address: socket({ host: hostname, port }) } };
  return { cluster_name: name, endpoints: [{ lb_endpoints: [endpoint] }] };
}

/** Every address of a ClusterLoadAssignment. */
export function addressesIn(assignment: unknown): readonly Address[] {
  return asList(asObject(assignment).endpoints).flatMap((locality) =>
    asList(asObject(locality).lb_endpoints).flatMap((value) => {
      const endpoint = asObject(value).endpoint;
      const address = isObject(endpoint) ? readAddress(endpoint.address) : null;
      return address ? [address] : [];
    }),
  );
}
