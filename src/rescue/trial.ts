import { asList, asNumber, asObject, asText, isObject, type JsonObject } from '../lib/json.ts';
import { decide } from '../routing/match/decide.ts';
import type { Decision } from '../routing/match/decision.ts';
import type { Table } from '../routing/table/table.ts';
import { editObjects, without } from './edit.ts';
import { addressesIn } from './endpoints.ts';
import { describeAnswer, describeRequest } from './proof.ts';
import { type AskedRequest, makeRequests } from './requests.ts';

/** A request of a trial, and what the running gateway would do with it. */
export interface TrialCase {
  readonly request: AskedRequest;
  readonly expected: Decision;
}

/** A configuration to start on this machine alone, and the requests to ask it. */
export interface Trial {
  readonly bootstrap: JsonObject;
  /** Clusters that need a stand-in. */
  readonly clusters: readonly string[];
  /** The ports of the listeners. */
  readonly ports: readonly number[];
  readonly cases: readonly TrialCase[];
}

/** Where the parts of a trial listen. */
export interface TrialPlaces {
  readonly adminSocket: string;
  readonly socketOf: (cluster: string) => string;
  /** The port on loopback that stands for a listener's. */
  readonly portOf: (port: number) => number;
  /** For listeners with TLS: the real keys are not known, nor needed. PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** What a stand-in says it got. */
export interface TrialAnswer {
  readonly status: number;
  readonly location: string | null;
  /** Null where Envoy itself answered. */
  readonly upstream: { readonly cluster: string; readonly path: string; readonly host: string } | null;
}

/** What must not run in a trial: it would speak to the world, or write where the gateway writes. */
const outward = ['tracing', 'stats_sinks', 'overload_manager', 'typed_dns_resolver_config', 'dns_resolution_config'];

/** Of a cluster: what leads to its real endpoints, guards them, or could refuse requests that come all at once. */
const outwardOfCluster = [
  'transport_socket',
  'transport_socket_matches',
  'health_checks',
  'outlier_detection',
  'circuit_breakers',
  'lb_policy',
  'load_balancing_policy',
  'ring_hash_lb_config',
  'maglev_lb_config',
  'cluster_type',
  'typed_dns_resolver_config',
  'dns_resolvers',
  'dns_resolution_config',
  'upstream_bind_config',
];

/** A trial of a bootstrap with this many requests; `running` decides what each should come to. */
export function makeTrial(bootstrap: JsonObject, running: Table, count: number): Trial {
  const cases = makeRequests(running, count).map((request) => ({ request, expected: decide(running, request) }));
  return { bootstrap, clusters: outerClusters(bootstrap), ports: listenerPorts(bootstrap), cases };
}

/** The clusters of a bootstrap that lead out of it. */
function outerClusters(bootstrap: JsonObject): readonly string[] {
  const ports = listenerPorts(bootstrap);
  return clustersIn(bootstrap).flatMap((cluster) =>
    innerPort(cluster, ports) === null ? (asText(cluster.name) ?? []) : [],
  );
}

/** The ports the listeners of a bootstrap bind. */
function listenerPorts(bootstrap: JsonObject): readonly number[] {
  return asList(asObject(bootstrap.static_resources).listeners).flatMap(
    (listener) => asNumber(asObject(asObject(asObject(listener).address).socket_address).port_value) ?? [],
  );
}

function clustersIn(bootstrap: JsonObject): readonly JsonObject[] {
  return asList(asObject(bootstrap.static_resources).clusters).map(asObject);
}

/** The listener of the same Envoy that a cluster hands requests to. */
function innerPort(cluster: JsonObject, ports: readonly number[]): number | null {
  const [only, ...others] = addressesIn(cluster.load_assignment);
  if (!only || others.length > 0 || !/^(127\.|::1$|localhost$)/.test(only.host)) return null;
  return ports.includes(only.port) ? only.port : null;
}

/**
 * The bootstrap with its listeners on loopback, a stand-in behind each cluster and a certificate of its own; routes
 * stay.
 */
export function placeTrial(bootstrap: JsonObject, places: TrialPlaces): JsonObject {
  const resources = asObject(bootstrap.static_resources);
  const ports = listenerPorts(bootstrap);
  const listeners = asList(resources.listeners).map((value) => {
    const listener = editObjects(asObject(value), (object, key) => quiet(object, key, places));
    const port = asNumber(asObject(asObject(listener.address).socket_address).port_value) ?? 0;
    return { ...without(listener, 'bind_to_port'), address: loopback(places.portOf(port)) };
  });
  const clusters = clustersIn(bootstrap).map((cluster) => {
    const name = asText(cluster.name) ?? '';
    const inner = innerPort(cluster, ports);
    const address = inner === null ? { pipe: { path: places.socketOf(name) } } : loopback(places.portOf(inner));
    const load_assignment = { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
    return { ...withoutAuto(without(cluster, ...outwardOfCluster)), type: 'STATIC', load_assignment };
  });
  return {
    ...without(bootstrap, ...outward),
    admin: { address: { pipe: { path: places.adminSocket } } },
    static_resources: { listeners, clusters },
  };
}

function loopback(port: number): JsonObject {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function quiet(object: JsonObject, key: string, places: TrialPlaces): JsonObject {
  if ((key === 'filter_chains' || key === 'default_filter_chain') && isObject(object.transport_socket)) {
    return { ...object, transport_socket: ownTls(object.transport_socket, places) };
  }
  const manager = isObject(object.route_config) && typeof object.stat_prefix === 'string';
  return manager || Array.isArray(object.filter_chains) ? without(object, 'access_log', 'tracing') : object;
}

function ownTls(socket: JsonObject, { certificate, key }: TrialPlaces): JsonObject {
  const type = asText(asObject(socket.typed_config)['@type']) ?? '';
  if (!type.endsWith('.DownstreamTlsContext')) return socket;
  const own = { certificate_chain: { inline_string: certificate }, private_key: { inline_string: key } };
  return { ...socket, typed_config: { '@type': type, common_tls_context: { tls_certificates: [own] } } };
}

/** To choose HTTP/2 by ALPN a cluster needs TLS, which a stand-in does not speak. */
function withoutAuto(cluster: JsonObject): JsonObject {
  const options = Object.values(asObject(cluster.typed_extension_protocol_options)).map(asObject);
  const auto = options.some(({ auto_config }) => isObject(auto_config));
  return auto ? without(cluster, 'typed_extension_protocol_options') : cluster;
}

/** How an answer differs from what the running gateway would do; null: it does not. `skipped`: that is not decided. */
export function judge({ request, expected }: TrialCase, answer: TrialAnswer): string | null | 'skipped' {
  if (expected.outcome === 'undecided' && expected.candidates.length === 0) return 'skipped';
  const ways = expected.candidates.length > 0 ? expected.candidates : [expected];
  if (ways.some(({ outcome }) => outcome === 'undecided')) return 'skipped';
  if (ways.some((way) => fits(way, answer))) return null;
  const got = answer.upstream
    ? `${answer.upstream.cluster} ${answer.upstream.host}${answer.upstream.path}`
    : answer.status;
  return `${describeRequest(request)}: expected ${describeAnswer(ways[0] ?? expected)}, got ${got}`;
}

function fits(way: Decision, { status, location, upstream }: TrialAnswer): boolean {
  if (way.outcome !== 'forward') {
    const same = upstream === null && status === way.status;
    return way.outcome === 'redirect' ? same && (way.location === null || way.location === location) : same;
  }
  const rewrite = way.hops.at(-1)?.rewrite ?? null;
  if (upstream === null || !way.clusters.some(({ name }) => name === upstream.cluster)) return false;
  return rewrite === null || (rewrite.path === upstream.path && rewrite.host === upstream.host);
}
