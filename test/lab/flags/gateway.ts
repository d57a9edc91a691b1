import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { JsonObject } from '../../../src/lib/json.ts';
import { type Oracle, startOracle } from '../routing/oracle.ts';
import { startUpstreams } from '../upstreams.ts';
import { freePorts } from '../ports.ts';
import type { Recipe } from './recipes.ts';

/** An Envoy with a route and a cluster for each recipe, and its two access logs. */
export interface FaultyGateway {
  readonly ports: { readonly plain: number; readonly tls: number };
  readonly adminUrl: string;
  /** With every field that tells of an ending, as JSON; in Envoy's default format. */
  readonly logs: { readonly json: string; readonly plain: string };
  readonly stop: () => Promise<void>;
}

const type = 'type.googleapis.com/envoy.extensions';
const address = (port: number): JsonObject => ({ socket_address: { address: '127.0.0.1', port_value: port } });

/** Starts the upstreams of the recipes, a service that denies every request, and the Envoy before them. */
export async function startFaultyGateway(
  binary: string,
  recipes: Readonly<Record<string, Recipe>>,
  folder: string,
  more: JsonObject = {},
): Promise<FaultyGateway> {
  const names = Object.keys(recipes);
  const [plain = 0, tls = 0, ...ports] = await freePorts(names.length + 2);
  const portOf = (name: string): number => ports[names.indexOf(name)] ?? 0;
  const upstreams = await startUpstreams(
    Object.entries(recipes).flatMap(([name, { upstream }]) =>
      upstream && upstream !== 'none' ? [{ name, address: '127.0.0.1', port: portOf(name), behaviour: upstream }] : [],
    ),
  );
  const denying = createServer((request, response) => {
    request.resume();
    response.writeHead(403).end();
  });
  await new Promise<void>((resolve) => denying.listen(0, '127.0.0.1', resolve));
  const denies = { name: 'denies', ...clusterBody('denies', { port: (denying.address() as AddressInfo).port }) };
  const clusters = Object.entries(recipes).flatMap(([name, recipe]) =>
    recipe.upstream === undefined ? [] : [clusterOf(name, recipe, portOf(name))],
  );
  await mkdir(folder, { recursive: true });
  const logs = { json: `${folder}/access.json.log`, plain: `${folder}/access.log` };
  const oracle: Oracle = await startOracle(
    binary,
    [listener(plain, recipes, logs), chooser(tls, logs)],
    {},
    [...clusters, denies],
    more,
  );
  const stop = async (): Promise<void> => {
    await oracle.stop();
    denying.closeAllConnections();
    denying.close();
    await upstreams.stop();
  };
  return { ports: { plain, tls }, adminUrl: oracle.adminUrl, logs, stop };
}

function clusterOf(name: string, { upstream, cluster = {} }: Recipe, port: number): JsonObject {
  const { drops, ...more } = cluster;
  const policy =
    drops === undefined ? {} : { drop_overloads: [{ category: 'all', drop_percentage: { numerator: drops } }] };
  return { name, ...clusterBody(name, { port: upstream === 'none' ? null : port, policy }), ...more };
}

function clusterBody(
  name: string,
  { port, policy = {} }: { readonly port: number | null; readonly policy?: JsonObject },
): JsonObject {
  const hosts = port === null ? [] : [{ endpoint: { address: address(port) } }];
  const assignment = { cluster_name: name, endpoints: [{ lb_endpoints: hosts }], policy };
  return { type: 'STATIC', connect_timeout: '1s', load_assignment: assignment };
}

const fields = {
  ...{ start_time: '%START_TIME%', method: '%REQ(:METHOD)%', path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%' },
  ...{ protocol: '%PROTOCOL%', response_code: '%RESPONSE_CODE%', response_flags: '%RESPONSE_FLAGS%' },
  ...{ response_code_details: '%RESPONSE_CODE_DETAILS%', duration: '%DURATION%' },
  ...{ bytes_received: '%BYTES_RECEIVED%', bytes_sent: '%BYTES_SENT%', authority: '%REQ(:AUTHORITY)%' },
  ...{ upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%', upstream_host: '%UPSTREAM_HOST%' },
  ...{ upstream_cluster: '%UPSTREAM_CLUSTER%', request_id: '%REQ(X-REQUEST-ID)%', route_name: '%ROUTE_NAME%' },
};

/** A listener whose only filter chain wants a server name; what finds no chain is in the listener's own log alone. */
function chooser(port: number, logs: FaultyGateway['logs']): JsonObject {
  const direct = { filter_chain_match: { server_names: ['shop.test'] }, filters: [] };
  const inspector = { '@type': `${type}.filters.listener.tls_inspector.v3.TlsInspector` };
  const listener_filters = [{ name: 'envoy.filters.listener.tls_inspector', typed_config: inspector }];
  return { name: 'tls', address: address(port), access_log: both(logs), listener_filters, filter_chains: [direct] };
}

function both({ json, plain }: FaultyGateway['logs']): readonly JsonObject[] {
  const file = (path: string, more: JsonObject = {}): JsonObject => ({
    name: 'envoy.access_loggers.file',
    typed_config: { '@type': `${type}.access_loggers.file.v3.FileAccessLog`, path, ...more },
  });
  return [file(json, { log_format: { json_format: fields } }), file(plain)];
}

function listener(port: number, recipes: Readonly<Record<string, Recipe>>, logs: FaultyGateway['logs']): JsonObject {
  const named = (name: string, kind: string, config: JsonObject = {}): JsonObject => ({
    name: `envoy.filters.http.${name}`,
    typed_config: { '@type': `${type}.filters.http.${kind}`, ...config },
  });
  const manager = {
    '@type': `${type}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'ingress',
    // An Envoy's own headers are taken from internal clients alone.
    use_remote_address: true,
    internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] },
    access_log_options: { access_log_flush_interval: '1s' },
    access_log: both(logs),
    route_config: {
      name: 'faults',
      validate_clusters: false,
      virtual_hosts: [{ name: 'all', domains: ['*'], routes: routesOf(recipes) }],
    },
    http_filters: [
      named('fault', 'fault.v3.HTTPFault'),
      named('local_ratelimit', 'local_ratelimit.v3.LocalRateLimit', { stat_prefix: 'limits' }),
      named('ext_authz', 'ext_authz.v3.ExtAuthz', {
        http_service: { server_uri: { uri: 'http://denies', cluster: 'denies', timeout: '1s' } },
        transport_api_version: 'V3',
      }),
      named('router', 'router.v3.Router', { strict_check_headers: ['x-envoy-upstream-rq-timeout-ms'] }),
    ],
  };
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }];
  return { name: 'ingress', address: address(port), filter_chains: [{ filters }] };
}

function routesOf(recipes: Readonly<Record<string, Recipe>>): readonly JsonObject[] {
  const free = { '@type': `${type}.filters.http.ext_authz.v3.ExtAuthzPerRoute`, disabled: true };
  return Object.entries(recipes).flatMap(([name, { upstream, route }]) => {
    if (upstream === undefined && route === undefined) return [];
    const {
      route: action = {},
      typed_per_filter_config: own = {},
      ...more
    } = (route ?? {}) as Record<string, JsonObject>;
    const to = 'direct_response' in more ? {} : { route: { cluster: name, ...action } };
    const perFilter = { 'envoy.filters.http.ext_authz': free, ...own };
    return [{ name, match: { path: `/${name}` }, ...to, ...more, typed_per_filter_config: perFilter }];
  });
}

/** Sends what a recipe says, each on a connection of its own, and waits until the gateway has answered or the client left. */
export async function provoke(
  { ports }: FaultyGateway,
  name: string,
  { to, sends, leavesAfter = 3_000 }: Recipe,
): Promise<void> {
  for (const bytes of sends ?? [`GET /${name} HTTP/1.1\r\nhost: shop.test\r\n\r\n`]) {
    await new Promise<void>((resolve) => {
      const socket = connect(ports[to ?? 'plain'], '127.0.0.1', () => socket.write(bytes));
      const leave = (): void => {
        socket.destroy();
        resolve();
      };
      const patience = setTimeout(leave, leavesAfter);
      const end = (): void => {
        clearTimeout(patience);
        leave();
      };
      // The end of an answer: all of them are short; those that stall are ended by the gateway.
      socket.on('data', (data) => {
        if (leavesAfter === 3_000 && !/transfer-encoding: chunked/i.test(data.toString('latin1'))) end();
      });
      socket.on('error', end);
      socket.on('close', end);
    });
  }
}
