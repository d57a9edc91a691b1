import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/lib/json.ts';
import type { EnvoyVersion } from '../install/install.ts';
import { askAdmin, waitUntil } from '../admin.ts';
import { freePorts } from '../ports.ts';
import { makeAuthority, type Pair } from '../certificates.ts';
import { startRestControlPlane } from './rest-control-plane.ts';
import { type StaticEnvoy, startStatic } from './static-envoy.ts';

/** A gateway with TLS to its clients and its upstreams, fed by a control plane that then dies. */
export interface SecureGateway {
  readonly envoy: StaticEnvoy;
  /** Ports of its listeners: TLS for clients, and the one it hands requests to itself. */
  readonly ports: readonly [number, number];
  readonly keys: { readonly edge: Pair; readonly client: Pair };
  readonly stop: () => Promise<void>;
}

const type = (name: string): string => `type.googleapis.com/envoy.${name}`;
const address = (port: number): JsonObject => ({ socket_address: { address: '127.0.0.1', port_value: port } });

/** Starts upstreams, control plane and Envoy, waits for its configuration, and lets the control plane die. */
export async function startSecureGateway(version: EnvoyVersion): Promise<SecureGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-secure-'));
  const authority = await makeAuthority(folder);
  const [edge, upstream, client] = await Promise.all([
    authority.issue('edge', ['a.shop.test', 'b.shop.test']),
    authority.issue('pay', ['pay.shop.test']),
    authority.issue('edge-client', ['edge.shop.test']),
  ]);
  const cart = await listen(createHttp(echo('cart')));
  const web = await listen(createHttp(echo('web')));
  const tls = { key: upstream.key, cert: upstream.certificate, ca: authority.authority, requestCert: true };
  const pay = await listen(createHttps(tls, echo('pay')));
  const control = await startRestControlPlane();
  const [outer = 0, inner = 0] = await freePorts(2);
  const parts = { ports: [outer, inner] as const, source: control.source, edge, client, ca: authority.authority };
  control.serve(resourcesOf({ ...parts, upstreams: { cart: portOf(cart), web: portOf(web), pay: portOf(pay) } }));
  const envoy = await startStatic(version, JSON.stringify(bootstrapOf(control.port, control.source)));
  await waitUntil('both listeners', async () => {
    const { body } = await askAdmin(envoy.adminUrl, '/listeners');
    return body.trim().split('\n').length === 2;
  });
  control.die();
  return {
    envoy,
    ports: [outer, inner],
    keys: { edge, client },
    stop: async () => {
      await envoy.stop();
      for (const server of [cart, web, pay]) {
        server.closeAllConnections();
        server.close();
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function echo(name: string): RequestListener {
  return (request, response) => {
    request.resume();
    request.once('end', () => {
      const { 'x-request-id': _, ...headers } = request.headers;
      response.setHeader('x-upstream', name);
      response.end(JSON.stringify({ name, method: request.method, url: request.url, headers }));
    });
  };
}

async function listen<T extends Server>(server: T): Promise<T> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function bootstrapOf(xds: number, source: JsonObject): JsonObject {
  const load_assignment = {
    cluster_name: 'xds',
    endpoints: [{ lb_endpoints: [{ endpoint: { address: address(xds) } }] }],
  };
  return {
    node: {
      id: 'mesh/shop/virtualGateway/edge_shop',
      cluster: 'mesh/shop/virtualGateway/edge_shop',
      metadata: { zone: 'a' },
    },
    layered_runtime: { layers: [{ name: 'admin', admin_layer: {} }] },
    dynamic_resources: { lds_config: source, cds_config: source },
    static_resources: { clusters: [{ name: 'xds', type: 'STATIC', connect_timeout: '1s', load_assignment }] },
  };
}

interface Parts {
  readonly ports: readonly [number, number];
  readonly source: JsonObject;
  readonly edge: Pair;
  readonly client: Pair;
  readonly ca: string;
  readonly upstreams: { readonly cart: number; readonly web: number; readonly pay: number };
}

function resourcesOf(parts: Parts) {
  const { ports, source, edge, client, ca, upstreams } = parts;
  return {
    listeners: [
      ingressListener(ports[0], source),
      listenerOf('lds_egress_127.0.0.1', ports[1], [chain('egress', source)]),
    ],
    routes: [ingressRoutes(), egressRoutes()],
    clusters: [
      {
        '@type': type('config.cluster.v3.Cluster'),
        name: 'self_redirect',
        type: 'STATIC',
        connect_timeout: '0.25s',
        load_assignment: {
          cluster_name: 'self_redirect',
          endpoints: [{ lb_endpoints: [{ endpoint: { address: address(ports[1]) } }] }],
        },
      },
      edsCluster('cart', source),
      edsCluster('web', source),
      { ...edsCluster('pay', source), transport_socket: upstreamTls(source) },
    ],
    endpoints: Object.entries(upstreams).map(([cluster_name, port]) => ({
      '@type': type('config.endpoint.v3.ClusterLoadAssignment'),
      cluster_name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
    })),
    secrets: [
      secret('edge-cert', { tls_certificate: pairOf(edge) }),
      secret('edge-client', { tls_certificate: pairOf(client) }),
      secret('shop-ca', { validation_context: { trusted_ca: { inline_string: ca } } }),
    ],
  };
}

const secret = (name: string, content: JsonObject): JsonObject => ({
  '@type': type('extensions.transport_sockets.tls.v3.Secret'),
  name,
  ...content,
});

const pairOf = ({ certificate, key }: Pair): JsonObject => ({
  certificate_chain: { inline_string: certificate },
  private_key: { inline_string: key },
});

function ingressListener(port: number, source: JsonObject): JsonObject {
  const socket = {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': type('extensions.transport_sockets.tls.v3.DownstreamTlsContext'),
      common_tls_context: { tls_certificate_sds_secret_configs: [{ name: 'edge-cert', sds_config: source }] },
    },
  };
  const chains = ['a.shop.test', 'b.shop.test'].map((name) => ({
    ...chain('ingress', source),
    filter_chain_match: { server_names: [name] },
    transport_socket: socket,
  }));
  const inspector = type('extensions.filters.listener.tls_inspector.v3.TlsInspector');
  const filters = [{ name: 'envoy.filters.listener.tls_inspector', typed_config: { '@type': inspector } }];
  return { ...listenerOf('lds_ingress_127.0.0.1', port, chains), listener_filters: filters };
}

const listenerOf = (name: string, port: number, filter_chains: readonly JsonObject[]): JsonObject => ({
  '@type': type('config.listener.v3.Listener'),
  name,
  address: address(port),
  filter_chains,
});

function chain(prefix: string, source: JsonObject): JsonObject {
  const log = type('extensions.access_loggers.file.v3.FileAccessLog');
  const manager = {
    '@type': type('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: prefix,
    rds: { config_source: source, route_config_name: `rds_${prefix}` },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': type('extensions.filters.http.router.v3.Router') },
      },
    ],
    access_log: [{ name: 'envoy.access_loggers.file', typed_config: { '@type': log, path: '/dev/stdout' } }],
    normalize_path: true,
    merge_slashes: true,
  };
  return { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] };
}

const redirectTo = (match: JsonObject, host: string, more: JsonObject = {}): JsonObject => ({
  match,
  route: { cluster: 'self_redirect', host_rewrite_literal: host, timeout: '15s', ...more },
});

function ingressRoutes(): JsonObject {
  const beta = [{ name: 'x-user', string_match: { exact: 'beta' } }];
  const kept = {
    match: { prefix: '/kept/' },
    route: { cluster: 'self_redirect' },
    request_headers_to_add: [{ header: { key: 'x-app-mesh-virtual-service', value: 'web.shop' } }],
  };
  return routesOf('rds_ingress', [
    {
      name: 'self_redirect',
      domains: ['*'],
      routes: [
        redirectTo({ prefix: '/cart/', headers: beta }, 'web.shop', { prefix_rewrite: '/' }),
        redirectTo({ prefix: '/cart/' }, 'cart.shop', { prefix_rewrite: '/' }),
        redirectTo({ prefix: '/cart' }, 'cart.shop', { prefix_rewrite: '/' }),
        redirectTo({ path: '/pay/now' }, 'pay.shop', { timeout: '7s' }),
        redirectTo({ prefix: '/pay/', query_parameters: [{ name: 'k', string_match: { exact: 'v' } }] }, 'pay.shop'),
        redirectTo({ safe_regex: { regex: '/v[0-9]+/items/.*' } }, 'web.shop'),
        redirectTo({ prefix: '/empty' }, 'empty.shop'),
        kept,
      ],
    },
  ]);
}

function egressRoutes(): JsonObject {
  const retry = {
    retry_on: 'reset,refused-stream',
    num_retries: 2,
    retry_host_predicate: [
      {
        name: 'envoy.retry_host_predicates.previous_hosts',
        typed_config: { '@type': type('extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate') },
      },
    ],
  };
  const host = (name: string, routes: readonly JsonObject[]): JsonObject => ({
    name,
    domains: [name, `${name}:15001`],
    ...(routes.length > 0 ? { routes } : {}),
  });
  const byHeader = [{ name: 'x-app-mesh-virtual-service', string_match: { exact: 'web.shop' } }];
  return routesOf('rds_egress', [
    host('cart.shop', [
      { match: { prefix: '/admin/' }, route: { cluster: 'never-there', timeout: '15s' } },
      { match: { prefix: '/' }, route: { cluster: 'cart', timeout: '4s', retry_policy: retry } },
    ]),
    host('web.shop', [{ match: { prefix: '/' }, route: { cluster: 'web', timeout: '0s' } }]),
    host('pay.shop', [{ match: { prefix: '/' }, route: { cluster: 'pay', timeout: '15s' } }]),
    host('empty.shop', []),
    {
      name: 'default_backend',
      domains: ['*'],
      routes: [{ match: { prefix: '/', headers: byHeader }, route: { cluster: 'web' } }],
      response_headers_to_remove: ['x-app-mesh-virtual-service'],
    },
  ]);
}

const routesOf = (name: string, virtual_hosts: readonly JsonObject[]): JsonObject => ({
  '@type': type('config.route.v3.RouteConfiguration'),
  name,
  virtual_hosts,
});

function edsCluster(name: string, source: JsonObject): JsonObject {
  const eds_cluster_config = { eds_config: source, service_name: name };
  return { '@type': type('config.cluster.v3.Cluster'), name, type: 'EDS', connect_timeout: '1s', eds_cluster_config };
}

function upstreamTls(source: JsonObject): JsonObject {
  const san = { san_type: 'DNS', matcher: { exact: 'pay.shop.test' } };
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': type('extensions.transport_sockets.tls.v3.UpstreamTlsContext'),
      sni: 'pay.shop.test',
      common_tls_context: {
        tls_certificate_sds_secret_configs: [{ name: 'edge-client', sds_config: source }],
        combined_validation_context: {
          default_validation_context: { match_typed_subject_alt_names: [san] },
          validation_context_sds_secret_config: { name: 'shop-ca', sds_config: source },
        },
      },
    },
  };
}
