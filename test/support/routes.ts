/** Manifests around routes, as a person would write them, for the cases of rules about matching. */
const object = (kind: string, name: string, spec: string): string => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
---
`;

/** Listeners as App Mesh writes them: `listeners('http 8088', 'grpc 8089')`. */
export const listeners = (...ports: readonly string[]): string =>
  `listeners: [${ports
    .map((one) => one.split(' '))
    .map(([protocol, port]) => `{ portMapping: { port: ${port}, protocol: ${protocol} } }`)
    .join(', ')}]`;

/** The gateway `edge` with these listeners, which takes the routes of namespace `shop`, and that namespace. */
export const edge = (...ports: readonly string[]): string => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { gateway: edge } }
---
${object('VirtualGateway', 'edge', `{ namespaceSelector: { matchLabels: { gateway: edge } }, ${listeners(...ports)} }`)}`;

/** A GatewayRoute to the VirtualService `cart`: what its match holds, and what else stands in it. */
export const matching = (
  match: string,
  {
    name = 'cart',
    type = 'httpRoute',
    target = 'cart',
    rewrite = '',
    priority = '',
  }: { name?: string; type?: string; target?: string; rewrite?: string; priority?: string } = {},
): string =>
  object(
    'GatewayRoute',
    name,
    `{ ${priority ? `priority: ${priority}, ` : ''}${type}: { match: { ${match} }, action: { target: { virtualService: { virtualServiceRef: { name: ${target} } } }${
      rewrite ? `, rewrite: { ${rewrite} }` : ''
    } } } }`,
  );

/** A VirtualRouter `cart` with these listeners and one route to the VirtualNode `cart`. */
export const router = (
  ports: readonly string[],
  match: string,
  { type = 'httpRoute', target = '' }: { type?: string; target?: string } = {},
): string =>
  object(
    'VirtualRouter',
    'cart',
    `{ ${listeners(...ports)}, routes: [{ name: main, ${type}: { match: { ${match} }, action: { weightedTargets: [{ virtualNodeRef: { name: cart }, weight: 1${target} }] } } }] }`,
  );

/** A VirtualNode `cart` with these listeners. */
export const node = (...ports: readonly string[]): string =>
  object(
    'VirtualNode',
    'cart',
    `{ ${listeners(...ports)}, serviceDiscovery: { dns: { hostname: cart.shop.svc.cluster.local } } }`,
  );

/** A VirtualService, its VirtualRouter with one route for everything, and its VirtualNode: what a GatewayRoute needs behind it. */
export const behind = (name = 'cart'): string =>
  object('VirtualService', name, `{ provider: { virtualNode: { virtualNodeRef: { name: ${name} } } } }`) +
  object(
    'VirtualNode',
    name,
    `{ ${listeners('http 8080')}, serviceDiscovery: { dns: { hostname: ${name}.shop.svc.cluster.local } } }`,
  );

/** The Envoy of the frozen gateway `edge` with both its listeners: routes of the first, and of VirtualService `cart.shop` on the second. */
export const runningEdge = (ingress: string, egress = '{ prefix: /, cluster: cart }'): string => `
connected: false
listeners:
  - { name: lds_ingress_0.0.0.0_8088, rds: rds_ingress_http_8088 }
  - { name: lds_egress_0.0.0.0_15001, rds: rds_egress_http_15001 }
clusters: { cds_ingress_shop_edge_shop_self_redirect_http_15001: ['127.0.0.1:15001'], cart: ['cart.shop.svc.cluster.local:8080'] }
routes: { rds_ingress_http_8088: { self_redirect: [${ingress}] }, rds_egress_http_15001: { cart.shop: [${egress}] } }
`;

/** The cluster by which that gateway's first listener hands requests to its second. */
export const toSelf = 'cluster: cds_ingress_shop_edge_shop_self_redirect_http_15001, hostRewrite: cart.shop';

/** An Envoy that is no App Mesh gateway: routes of its one virtual host `shop` behind listener `http`, port 8080. */
export const plainEnvoy = (routes: string, node = 'envoy-1'): string => `
node: ${node}
listeners: [{ name: http, port: 8080, rds: main }]
clusters: { cart: ['10.0.0.1:8080'] }
routes: { main: { self_redirect: [${routes}] } }
`;
