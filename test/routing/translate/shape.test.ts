import { describe, expect, it } from 'vitest';
import { asList, asObject, type JsonObject } from '../../../src/lib/json.ts';
import { buildModel } from '../../../src/model/model.ts';
import { translate } from '../../../src/routing/translate/translate.ts';
import type { Translation } from '../../../src/routing/translate/translation.ts';
import { snapshotOf } from '../../support/snapshot-of.ts';

/** The shape of the one public dump of an App Mesh gateway (Envoy 1.20, May 2022), feature by feature. */
const frame = `
apiVersion: v1
kind: Namespace
metadata: {name: prod}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: {name: prod-mesh}
spec: {namespaceSelector: {}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: {name: gw, namespace: prod}
spec: {namespaceSelector: {}, listeners: [{portMapping: {port: 8088, protocol: http}}]}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: {name: app, namespace: prod}
spec: {provider: {virtualRouter: {virtualRouterRef: {name: app}}}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: {name: direct, namespace: prod}
spec: {provider: {virtualNode: {virtualNodeRef: {name: all}}}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: {name: hollow, namespace: prod}
spec: {provider: {virtualRouter: {virtualRouterRef: {name: hollow}}}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualRouter
metadata: {name: hollow, namespace: prod}
spec: {listeners: [{portMapping: {port: 80, protocol: http}}], routes: []}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualRouter
metadata: {name: app, namespace: prod}
spec:
  listeners: [{portMapping: {port: 80, protocol: http}}]
  routes:
  - name: only
    httpRoute:
      match: {prefix: /}
      action: {weightedTargets: [{virtualNodeRef: {name: one}, weight: 1}]}
      retryPolicy:
        maxRetries: 2
        perRetryTimeout: {unit: ms, value: 2500}
        httpRetryEvents: [gateway-error, client-error, stream-error]
        tcpRetryEvents: [connection-error]
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: {name: one, namespace: prod}
spec:
  listeners: [{portMapping: {port: 8080, protocol: http}}]
  serviceDiscovery: {dns: {hostname: one.prod.svc.cluster.local}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: {name: all, namespace: prod}
spec:
  listeners: [{portMapping: {port: 9000, protocol: http2}}]
  serviceDiscovery: {dns: {hostname: all.prod.svc.cluster.local., responseType: ENDPOINTS}}
`;

function translated(text: string): Translation {
  const model = buildModel(snapshotOf({ manifests: text, closed: true }));
  const [gateway] = model.virtualGateways;
  if (!gateway) throw new Error('no gateway');
  return translate(model, gateway, '1.20.0');
}

function route(name: string, service: string, match: string, rewrite = ''): string {
  const action = `{target: {virtualService: {virtualServiceRef: {name: ${service}}}}${rewrite}}`;
  return `---
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: {name: ${name}, namespace: prod}
spec: {httpRoute: {match: ${match}, action: ${action}}}
`;
}

const hostsOf = ({ input }: Translation, name: string): readonly JsonObject[] =>
  asList(asObject(input.routeConfigs.find(({ body }) => body.name === name)?.body).virtual_hosts).map(asObject);
const listener = ({ input }: Translation, name: string): JsonObject =>
  asObject(input.listeners.find(({ body }) => body.name === name)?.body);
const manager = (body: JsonObject): JsonObject => {
  const chain = asObject(asList(body.filter_chains)[0]);
  return asObject(asObject(asList(chain.filters)[0]).typed_config);
};

const self = 'cds_ingress_prod-mesh_gw_prod_self_redirect_http_15001';

describe('the real dump', () => {
  const keepHost = ', rewrite: {hostname: {defaultTargetHostname: DISABLED}}';
  const made = translated(
    frame +
      route('app', 'app', '{prefix: /x}') +
      route('hollow', 'hollow', '{prefix: /hollow/}') +
      route('kept', 'app', '{prefix: /keep/}', keepHost),
  );

  it('has two listeners, each with its own stat prefix and route configuration', () => {
    expect(made.input.listeners.map(({ body }) => body.name)).toEqual([
      'lds_ingress_0.0.0.0_8088',
      'lds_egress_0.0.0.0_15001',
    ]);
    expect(manager(listener(made, 'lds_ingress_0.0.0.0_8088'))).toMatchObject({
      stat_prefix: 'ingress',
      rds: { route_config_name: 'rds_ingress_http_8088' },
      http_filters: [{ name: 'envoy.filters.http.router' }],
      tracing: {},
      normalize_path: true,
      merge_slashes: true,
      path_with_escaped_slashes_action: 'KEEP_UNCHANGED',
      upgrade_configs: [{ upgrade_type: 'websocket' }],
    });
    expect(listener(made, 'lds_ingress_0.0.0.0_8088')).toMatchObject({
      listener_filters: [{ name: 'envoy.filters.listener.tls_inspector' }],
    });
    expect(manager(listener(made, 'lds_egress_0.0.0.0_15001'))).toMatchObject({
      stat_prefix: 'egress',
      rds: { route_config_name: 'rds_egress_http_15001' },
    });
  });

  it('sends every GatewayRoute to the self redirect, a prefix without slash as two routes; no timeout without routes', () => {
    const rewritten = (host: string): JsonObject => ({
      cluster: self,
      prefix_rewrite: '/',
      host_rewrite_literal: host,
    });
    expect(hostsOf(made, 'rds_ingress_http_8088')).toEqual([
      {
        name: 'self_redirect',
        domains: ['*'],
        routes: [
          { match: { prefix: '/hollow/' }, route: rewritten('hollow.prod') },
          {
            match: { prefix: '/keep/' },
            route: { cluster: self, prefix_rewrite: '/', timeout: '15s' },
            request_headers_to_add: [{ header: { key: 'x-app-mesh-virtual-service', value: 'app.prod' } }],
          },
          { match: { prefix: '/x/' }, route: { ...rewritten('app.prod'), timeout: '15s' } },
          { match: { prefix: '/x' }, route: { ...rewritten('app.prod'), timeout: '15s' } },
        ],
      },
    ]);
  });

  it('has one virtual host a targeted VirtualService, without a routes key where it has none, and default_backend', () => {
    const retry_policy = {
      retry_on: 'reset,refused-stream,retriable-status-codes',
      num_retries: 2,
      per_try_timeout: '2.5s',
      retriable_status_codes: [502, 503, 504, 409],
      retry_host_predicate: [{ name: 'envoy.retry_host_predicates.previous_hosts' }],
      host_selection_retry_max_attempts: '5',
    };
    const action = {
      weighted_clusters: { clusters: [{ name: 'cds_egress_prod-mesh_one_prod_http_8080', weight: 1 }] },
      timeout: '15s',
      retry_policy,
    };
    const hosts = hostsOf(made, 'rds_egress_http_15001');
    expect(hosts).toMatchObject([
      {
        name: 'app.prod',
        domains: ['app.prod', 'app.prod:15001'],
        routes: [{ match: { prefix: '/' }, route: action }],
      },
      { name: 'hollow.prod', domains: ['hollow.prod', 'hollow.prod:15001'] },
      {
        name: 'default_backend',
        domains: ['*'],
        routes: [
          {
            match: {
              prefix: '/',
              headers: [{ name: 'x-app-mesh-virtual-service', string_match: { exact: 'app.prod' } }],
            },
            route: action,
          },
        ],
        response_headers_to_remove: ['x-app-mesh-virtual-service'],
      },
    ]);
    expect(Object.keys(asObject(hosts[1]))).toEqual(['name', 'domains']);
    expect(hosts, 'direct.prod has no GatewayRoute').toHaveLength(3);
  });

  it('has a static self redirect, and a DNS cluster with a trailing dot a VirtualNode', () => {
    const at = (address: string, port_value: number): JsonObject => ({
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address, port_value } } } }] }],
    });
    expect(made.clusters.get(self)).toMatchObject({
      type: 'STATIC',
      connect_timeout: '0.25s',
      load_assignment: at('127.0.0.1', 15001),
    });
    expect(made.clusters.get('cds_egress_prod-mesh_one_prod_http_8080')).toMatchObject({
      type: 'LOGICAL_DNS',
      connect_timeout: '1s',
      load_assignment: at('one.prod.svc.cluster.local.', 8080),
    });
    expect([...made.clusters.keys()], 'no other cluster, amazonaws least of all').toHaveLength(2);
  });
});

describe('beside the real dump', () => {
  it('asks STRICT_DNS for ENDPOINTS, EDS for Cloud Map, and sends a VirtualNode provider all requests', () => {
    const text = frame + route('direct', 'direct', '{prefix: /}');
    const name = 'cds_egress_prod-mesh_all_prod_http2_9000';
    const dns = translated(text);
    expect(dns.clusters.get(name)).toMatchObject({ type: 'STRICT_DNS' });
    expect(JSON.stringify(dns.clusters.get(name))).toContain('"all.prod.svc.cluster.local."');
    expect(hostsOf(dns, 'rds_egress_http_15001')).toMatchObject([
      { name: 'direct.prod', routes: [{ match: { prefix: '/' }, route: { cluster: name, timeout: '15s' } }] },
    ]);
    const map = text.replace(/\{dns: \{hostname: all.*\}\}/, '{awsCloudMap: {namespaceName: n, serviceName: all}}');
    expect(translated(map).clusters.get(name)).toMatchObject({ type: 'EDS' });
  });

  it('names stat prefix and self redirect by port where there are several listeners', () => {
    const two = frame.replace(
      '[{portMapping: {port: 8088, protocol: http}}]',
      '[{portMapping: {port: 8088, protocol: http}}, {portMapping: {port: 8443, protocol: http}, tls: {mode: STRICT}}]',
    );
    const made = translated(two + route('a', 'app', '{prefix: /, port: 8443}') + route('b', 'app', '{prefix: /}'));
    expect(manager(listener(made, 'lds_ingress_0.0.0.0_8443')).stat_prefix).toBe('ingress.http.8443');
    const cluster = 'cds_ingress_prod-mesh_gw_prod_self_redirect_8443_http_15001';
    expect(hostsOf(made, 'rds_ingress_http_8443')).toMatchObject([{ routes: [{ route: { cluster } }] }]);
    expect(hostsOf(made, 'rds_ingress_http_8088')).toMatchObject([{ routes: [] }]);
    expect(made.clusters.has('cds_ingress_prod-mesh_gw_prod_self_redirect_8088_http_15001')).toBe(true);
    expect(made.leftOut, 'a route without port beside several listeners').toMatchObject([{ ref: { name: 'b' } }]);
    expect(made.assumed).toEqual(['TLS (STRICT) of the listener on port 8443']);
  });

  it('rewrites as the route asks, and never the path of a gRPC request', () => {
    const made = translated(
      `${frame.replace('port: 8088, protocol: http', 'port: 8088, protocol: grpc')}---
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: {name: g, namespace: prod}
spec: {grpcRoute: {match: {serviceName: shop.Cart}, action: {target: {virtualService: {virtualServiceRef: {name: app}}}}}}
`,
    );
    const [host] = hostsOf(made, 'rds_ingress_grpc_8088');
    const [only] = asList(host?.routes).map(asObject);
    expect(only).toMatchObject({ match: { prefix: '/shop.Cart/', grpc: {} } });
    expect(Object.keys(asObject(only?.route))).toEqual(['cluster', 'host_rewrite_literal', 'timeout']);
    const http = translated(
      frame +
        route('value', 'app', '{prefix: /v/}', ', rewrite: {prefix: {value: /new/}}') +
        route('off', 'app', '{prefix: /off}', ', rewrite: {prefix: {defaultPrefix: DISABLED}}') +
        route('exact', 'app', '{path: {exact: /e}}', ', rewrite: {path: {exact: /f}}') +
        route('plain', 'app', '{path: {exact: /p}}'),
    );
    const rewrites = asList(hostsOf(http, 'rds_ingress_http_8088')[0]?.routes).map((one) => {
      const { match, route: to } = asObject(one);
      return [asObject(match).prefix ?? asObject(match).path, asObject(to).prefix_rewrite ?? null];
    });
    expect(rewrites).toEqual([
      ['/e', '/f'],
      ['/p', null],
      ['/off', null],
      ['/v/', '/new/'],
    ]);
  });
});
