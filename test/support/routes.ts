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
