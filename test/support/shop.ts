/** Manifests of a small shop, as a person would write them, for the cases of rules. */
const object = (kind: string, name: string, spec: string): string => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
---
`;

/** A GatewayRoute with prefix `/<name>` to the VirtualService `target`. */
export const gatewayRoute = (name: string, target = name): string =>
  object(
    'GatewayRoute',
    name,
    `{ httpRoute: { match: { prefix: /${name} }, action: { target: { virtualService: { virtualServiceRef: { name: ${target} } } } } } }`,
  );

/** A VirtualService whose provider is the VirtualRouter `router`, the VirtualNode `node`, or nothing. */
export const virtualService = (
  name: string,
  provider: { readonly router?: string; readonly node?: string } = {},
): string =>
  object(
    'VirtualService',
    name,
    provider.router
      ? `{ provider: { virtualRouter: { virtualRouterRef: { name: ${provider.router} } } } }`
      : provider.node
        ? `{ provider: { virtualNode: { virtualNodeRef: { name: ${provider.node} } } } }`
        : '{}',
  );

/** A VirtualRouter with one route to each of these VirtualNodes. */
export const virtualRouter = (name: string, ...nodes: readonly string[]): string =>
  object(
    'VirtualRouter',
    name,
    `{ listeners: [{ portMapping: { port: 8080, protocol: http } }], routes: [${nodes
      .map(
        (node) =>
          `{ name: to-${node}, httpRoute: { match: { prefix: / }, action: { weightedTargets: [{ virtualNodeRef: { name: ${node} }, weight: 1 }] } } }`,
      )
      .join(', ')}] }`,
  );

/** A VirtualNode that listens on `port` and is found under `hostname`. */
export const virtualNode = (name: string, port = 8080, hostname = `${name}.shop.svc.cluster.local`): string =>
  object(
    'VirtualNode',
    name,
    `{ listeners: [{ portMapping: { port: ${port}, protocol: http } }], serviceDiscovery: { dns: { hostname: ${hostname} } } }`,
  );

/** An Envoy of the gateway `edge` with these virtual hosts, each with one route or none. */
export const runningHosts = (hosts: Readonly<Record<string, boolean>>): string => `
connected: false
routes:
  rds_ingress_http_8088: { self_redirect: [] }
  rds_egress_http_15001: { ${Object.entries(hosts)
    .map(([host, routed]) => `${host}: ${routed ? '[{ prefix: /, cluster: somewhere }]' : '[]'}`)
    .join(', ')} }
`;

/** The gateway `edge`, which takes the routes of namespace `shop`, and that namespace. */
export const gateway = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { gateway: edge } }
---
${object('VirtualGateway', 'edge', '{ namespaceSelector: { matchLabels: { gateway: edge } }, listeners: [{ portMapping: { port: 8088, protocol: http } }] }')}`;
