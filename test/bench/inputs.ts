import { closeSync, openSync, writeSync } from 'node:fs';

/** Writes a config_dump as App Mesh's Envoy prints it with this many routes and clusters: about 2.9 kB a pair, with EDS; whole, its two listeners too. */
export function writeConfigDump(path: string, pairs: number, whole = false): void {
  const file = openSync(path, 'w');
  const node = 'mesh/shop/virtualGateway/edge_shop';
  const type = (name: string) => `type.googleapis.com/envoy.${name}`;
  const part = (value: unknown): string => JSON.stringify(value, null, 1);
  const list = (count: number, make: (index: number) => unknown): void => {
    for (let index = 0; index < count; index++) writeSync(file, `${index > 0 ? ',' : ''}${part(make(index))}`);
  };
  writeSync(
    file,
    `{"configs":[${part({ '@type': type('admin.v3.BootstrapConfigDump'), bootstrap: { node: { id: node, cluster: node } } })},`,
  );
  writeSync(file, `{"@type":"${type('admin.v3.ClustersConfigDump')}","version_info":"7","dynamic_active_clusters":[`);
  list(pairs, (index) => clusterOf(index, type));
  if (whole) writeSync(file, `,${part({ version_info: '7', cluster: selfRedirect })}`);
  writeSync(file, `]},{"@type":"${type('admin.v3.ListenersConfigDump')}","version_info":"7","dynamic_listeners":[`);
  const ports = whole ? [8088, 15001] : [];
  list(ports.length, (index) => listenerOf(ports[index] ?? 0, type));
  writeSync(file, ']},');
  writeSync(
    file,
    `{"@type":"${type('admin.v3.RoutesConfigDump')}","dynamic_route_configs":[{"version_info":"7","route_config":`,
  );
  writeSync(
    file,
    `{"@type":"${type('config.route.v3.RouteConfiguration')}","name":"rds_ingress_http_8088","virtual_hosts":[`,
  );
  writeSync(file, '{"name":"self_redirect","domains":["*"],"routes":[');
  list(pairs, (index) => ingressRoute(index));
  writeSync(file, `]}]}},{"version_info":"7","route_config":{"@type":"${type('config.route.v3.RouteConfiguration')}",`);
  writeSync(file, '"name":"rds_egress_http_15001","virtual_hosts":[');
  list(pairs, (index) => egressHost(index));
  writeSync(file, `]}}]},{"@type":"${type('admin.v3.EndpointsConfigDump')}","dynamic_endpoint_configs":[`);
  list(pairs, (index) => endpoints(index, type));
  writeSync(file, ']}]}');
  closeSync(file);
}

const socket = (address: string, port_value: number) => ({ socket_address: { address, port_value } });
const redirect = 'cds_ingress_shop_edge_shop_self_redirect_http_15001';
const selfRedirect = {
  name: redirect,
  type: 'STATIC',
  connect_timeout: '0.25s',
  load_assignment: {
    cluster_name: redirect,
    endpoints: [{ lb_endpoints: [{ endpoint: { address: socket('127.0.0.1', 15001) } }] }],
  },
};

function listenerOf(port: number, type: (name: string) => string): unknown {
  const side = port === 15001 ? 'egress' : 'ingress';
  const manager = {
    '@type': type('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: side,
    rds: { config_source: { ads: {} }, route_config_name: `rds_${side}_http_${port}` },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': type('extensions.filters.http.router.v3.Router') },
      },
    ],
    normalize_path: true,
    merge_slashes: true,
  };
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }];
  const name = `lds_${side}_0.0.0.0_${port}`;
  const listener = { name, address: socket('0.0.0.0', port), filter_chains: [{ filters }] };
  return { name, active_state: { version_info: '7', listener } };
}

const clusterName = (index: number): string => `cds_egress_shop_svc-${index}_ns-${index % 50}_http_8080`;
const stats = (index: number) => ({
  filter_metadata: {
    'aws.appmesh.aggregate_stats.config': { stats: `{"TargetVirtualService":"svc-${index}.ns-${index % 50}"}` },
  },
});

function clusterOf(index: number, type: (name: string) => string): unknown {
  return {
    version_info: '7',
    cluster: {
      '@type': type('config.cluster.v3.Cluster'),
      name: clusterName(index),
      type: 'EDS',
      eds_cluster_config: { eds_config: { ads: {}, resource_api_version: 'V3' }, service_name: clusterName(index) },
      connect_timeout: '1s',
      circuit_breakers: { thresholds: [{ max_connections: 2147483647, max_pending_requests: 2147483647 }] },
      metadata: stats(index),
    },
    last_updated: '2026-09-29T23:00:00.000Z',
  };
}

function ingressRoute(index: number): unknown {
  return {
    match: { prefix: `/team-${index % 50}/service-${index}/` },
    route: {
      cluster: redirect,
      prefix_rewrite: '/',
      host_rewrite_literal: `svc-${index}.ns-${index % 50}`,
      timeout: '15s',
    },
    metadata: stats(index),
  };
}

function egressHost(index: number): unknown {
  const name = `svc-${index}.ns-${index % 50}`;
  return {
    name,
    domains: [name, `${name}:15001`],
    routes: [
      {
        match: { prefix: '/' },
        route: {
          weighted_clusters: { clusters: [{ name: clusterName(index), weight: 1 }], total_weight: 1 },
          timeout: '15s',
          retry_policy: {
            retry_on: 'reset,refused-stream,retriable-status-codes',
            num_retries: 2,
            retriable_status_codes: [503],
          },
        },
        metadata: stats(index),
      },
    ],
  };
}

function endpoints(index: number, type: (name: string) => string): unknown {
  const host = (last: number) => ({
    endpoint: {
      address: {
        socket_address: { address: `10.${index % 200}.${Math.floor(index / 200)}.${last}`, port_value: 8080 },
      },
      health_check_config: {},
    },
    health_status: 'HEALTHY',
    metadata: {},
    load_balancing_weight: 1,
  });
  return {
    endpoint_config: {
      '@type': type('config.endpoint.v3.ClusterLoadAssignment'),
      cluster_name: clusterName(index),
      endpoints: [{ locality: {}, lb_endpoints: [host(1), host(2)] }],
      policy: { overprovisioning_factor: 140 },
    },
  };
}

/** Writes manifests of a mesh: about a quarter each of GatewayRoutes, VirtualServices, VirtualNodes and Services. */
export function writeManifests(path: string, objects: number): void {
  const file = openSync(path, 'w');
  writeSync(
    file,
    'apiVersion: appmesh.k8s.aws/v1beta2\nkind: Mesh\nmetadata: { name: shop }\nspec: { namespaceSelector: {} }\n',
  );
  for (let index = 0; index < objects / 4; index++) writeSync(file, manifestsOf(index));
  closeSync(file);
}

function manifestsOf(index: number): string {
  const name = `svc-${index}`;
  const namespace = `ns-${index % 50}`;
  return `---
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
    team: team-${index % 50}
spec:
  httpRoute:
    match:
      prefix: /team-${index % 50}/service-${index}/
    action:
      target:
        virtualService:
          virtualServiceRef:
            name: ${name}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  awsName: ${name}.${namespace}.svc.cluster.local
  provider:
    virtualNode:
      virtualNodeRef:
        name: ${name}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  podSelector:
    matchLabels:
      app: ${name}
  listeners:
    - portMapping:
        port: 8080
        protocol: http
  serviceDiscovery:
    dns:
      hostname: ${name}.${namespace}.svc.cluster.local
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  selector:
    app: ${name}
  ports:
    - name: http
      port: 8080
      targetPort: 8080
`;
}
