import type { JsonObject } from '../../../src/lib/json.ts';
import { compileTable } from '../../../src/routing/table/compile.ts';
import type { Table } from '../../../src/routing/table/table.ts';
import { shared } from './certificate.ts';
import { faultFilter, type MadeHost, type Making, makeHost, makeRoute, runtime } from './made-hosts.ts';
import { type Random, randomFrom } from './random.ts';
import { makeRequest, type WireRequest } from './requests.ts';

/** One listener of a batch: its options, its virtual hosts, and the requests it will get. */
export interface Case {
  readonly port: number;
  readonly listener: JsonObject;
  readonly table: Table;
  readonly requests: readonly WireRequest[];
}

/** The connection managers and route configurations that are tried. */
const variants: readonly (readonly [JsonObject, JsonObject])[] = [
  [{}, {}],
  [{ use_remote_address: true }, {}],
  [{ normalize_path: true }, {}],
  [{ merge_slashes: true }, {}],
  [{ normalize_path: true, merge_slashes: true }, {}],
  [{ normalize_path: true, path_with_escaped_slashes_action: 'REJECT_REQUEST' }, {}],
  [{ normalize_path: true, path_with_escaped_slashes_action: 'UNESCAPE_AND_FORWARD' }, {}],
  [{ normalize_path: true, merge_slashes: true, path_with_escaped_slashes_action: 'UNESCAPE_AND_REDIRECT' }, {}],
  [{ strip_any_host_port: true }, {}],
  [{ strip_matching_host_port: true }, {}],
  [{ strip_trailing_host_dot: true, http_protocol_options: { allow_custom_methods: true } }, {}],
  [{}, { ignore_port_in_host_matching: true }],
];
/** Listeners of several filter chains, beside these; and one whose filter can answer. */
const chained = 2;
export const listenerCount = variants.length + chained + 1;

/** How many hosts a listener has and how many requests each gets. */
export interface Size {
  readonly hosts: number;
  readonly requests: number;
}

const type = 'type.googleapis.com/';

/** Makes a batch: for each kind of listener its virtual hosts, with requests biased to near misses of their routes. */
export function makeBatch(seed: number, version: string, ports: readonly number[], size: Size): readonly Case[] {
  const random = randomFrom(seed);
  const own = ports.map((port, index): Case => {
    if (index < variants.length) {
      const [manager, config] = variants[index] ?? [{}, {}];
      return plainCase(random, port, manager, config, { version, filtered: false }, size);
    }
    if (index === variants.length) {
      const http_filters = [faultFilter, router];
      return plainCase(random, port, { http_filters }, {}, { version, filtered: true }, size);
    }
    return chainedCase(random, port, version, size, index);
  });
  return own;
}

function plainCase(
  random: Random,
  port: number,
  manager: JsonObject,
  config: JsonObject,
  making: Making,
  size: Size,
): Case {
  const { hosts, requests } = makeHosts(random, port, making, size);
  const any = random.chance(0.5)
    ? [{ name: 'any', domains: ['*'], routes: [makeRoute(random, '@any/0', making).json] }]
    : [];
  const virtual_hosts = [...hosts.map(({ json }) => json), ...any];
  const listener = listenerOf(port, [{ filters: [managerFilter(manager, { ...config, virtual_hosts })] }]);
  return { port, listener, table: compile(listener, making.version), requests };
}

function makeHosts(
  random: Random,
  port: number,
  making: Making,
  size: Size,
): { readonly hosts: readonly MadeHost[]; readonly requests: readonly WireRequest[] } {
  const requests: WireRequest[] = [];
  const hosts = [...Array(size.hosts)].map((_, number) => {
    const host = makeHost(random, number, port, making);
    for (let left = size.requests; left > 0; left -= 1) {
      const name = random.chance(0.05) ? `${host.name}:${port}` : host.name;
      requests.push({ ...makeRequest(random, random.pick(host.routes).wants, name), aim: host.name });
    }
    return host;
  });
  return { hosts, requests };
}

/** Every chain has the same virtual hosts, but says which chain it is. */
function chainedCase(random: Random, port: number, version: string, size: Size, index: number): Case {
  const few = { hosts: Math.ceil(size.hosts / 5), requests: size.requests * 5 };
  const { hosts, requests } = makeHosts(random, port, { version, filtered: false }, few);
  const chainOf = (name: string, tls: boolean, filter_chain_match: JsonObject): JsonObject => {
    const config = { virtual_hosts: hosts.map(({ json }) => json) };
    const named: JsonObject = JSON.parse(JSON.stringify(config).replaceAll('"@h', `"${name}@h`));
    return {
      name,
      filter_chain_match,
      filters: [managerFilter({}, named)],
      ...(tls ? { transport_socket: tlsSocket(random.chance(0.3)) } : {}),
    };
  };
  // Without it plain requests come to the default chain, which speaks TLS.
  const plain = index % 2 === 0;
  const chains = [
    chainOf('exact', true, { server_names: ['s1.test'] }),
    chainOf('wild', true, { server_names: ['*.s2.test'] }),
    chainOf('longer', true, { server_names: ['*.a.s2.test', 's4.test'] }),
    chainOf('both', true, { server_names: ['S3.test', '*.s3.test'], transport_protocol: 'tls' }),
    chainOf('crossed', false, { server_names: ['s5.test'], transport_protocol: 'raw_buffer' }),
    ...(index % 2 === 0 ? [chainOf('tls', true, { transport_protocol: 'tls' })] : []),
    ...(plain ? [chainOf('plain', false, { transport_protocol: 'raw_buffer' })] : []),
  ];
  const standard = !plain || random.chance(0.7) ? { default_filter_chain: chainOf('standard', true, {}) } : {};
  const inspector = {
    name: 'envoy.filters.listener.tls_inspector',
    typed_config: { '@type': `${type}envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector` },
  };
  const listener = { ...listenerOf(port, chains), ...standard, listener_filters: [inspector] };
  const sent = requests.map((request) => ({ ...request, tls: random.chance(0.8), sni: random.pick(serverNames) }));
  return { port, listener, table: compile(listener, version), requests: sent };
}

const serverNames = [
  null,
  ...[
    's1.test',
    'S1.test',
    'x.s1.test',
    's2.test',
    'x.s2.test',
    'a.s2.test',
    'x.a.s2.test',
    'y.x.a.s2.test',
    'S3.TEST',
  ],
  ...['s3.test', 'b.s3.test', 's4.test', 'x.s4.test', 's5.test', 'test', 'xs2.test', 'z.test'],
];

function tlsSocket(asks: boolean): JsonObject {
  const { certificate, key } = shared;
  const common_tls_context = {
    alpn_protocols: ['h2', 'http/1.1'],
    tls_certificates: [{ certificate_chain: { inline_string: certificate }, private_key: { inline_string: key } }],
    ...(asks ? { validation_context: { trusted_ca: { inline_string: certificate } } } : {}),
  };
  const typed_config = {
    '@type': `${type}envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext`,
    common_tls_context,
  };
  return { name: 'tls', typed_config };
}

const router: JsonObject = {
  name: 'envoy.filters.http.router',
  typed_config: { '@type': `${type}envoy.extensions.filters.http.router.v3.Router` },
};

function managerFilter(manager: JsonObject, config: JsonObject): JsonObject {
  const typed_config = {
    '@type': `${type}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 's',
    delayed_close_timeout: '0.010s',
    upgrade_configs: [{ upgrade_type: 'CONNECT' }],
    http_filters: [router],
    http2_protocol_options: { allow_connect: true },
    ...manager,
    route_config: { name: 'rc', validate_clusters: false, ...config },
  };
  return { name: 'envoy.filters.network.http_connection_manager', typed_config };
}

function listenerOf(port: number, filter_chains: readonly JsonObject[]): JsonObject {
  return {
    name: `l${port}`,
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    filter_chains,
  };
}

/** Our table of a listener. */
export function compile(listener: JsonObject, version: string): Table {
  return compileTable({
    envoyVersion: version,
    runtime: new Map(Object.entries(runtime)),
    listeners: [{ place: { document: 'd', pointer: '' }, body: listener }],
    routeConfigs: [],
    clusters: new Map([['echo', { targets: [] }]]),
  });
}
