/** App Mesh objects and events as the API server gives them back, for the cases of rules. */

/** An object that App Mesh took (`active`), or that has no status at all. */
export const exported = (kind: string, name: string, spec: string, active: boolean): string => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: ${kind}
metadata: { name: ${name}${kind === 'Mesh' ? '' : ', namespace: shop'}, uid: u-${kind}-${name}, generation: 1 }
spec: { ${kind === 'Mesh' ? '' : 'meshRef: { name: shop, uid: u-Mesh-shop }, '}${spec} }
${active ? `status: { observedGeneration: 1, conditions: [{ type: ${kind}Active, status: 'True', lastTransitionTime: '2026-05-01T00:00:00Z' }] }` : ''}
---
`;

/** A Warning event of the controller about an object. */
export const reconcileError = (
  kind: string,
  name: string,
  message: string,
  count = 11,
  lastSeen = '2026-06-01T11:55:00Z',
): string => `
apiVersion: v1
kind: Event
metadata: { name: ${name}.${kind.toLowerCase()}.${message.length}, namespace: ${kind === 'Mesh' ? 'default' : 'shop'} }
involvedObject: { kind: ${kind}, ${kind === 'Mesh' ? '' : 'namespace: shop, '}name: ${name} }
type: Warning
reason: ReconcileError
message: ${JSON.stringify(message)}
count: ${count}
firstTimestamp: '2026-06-01T11:40:00Z'
lastTimestamp: '${lastSeen}'
---
`;

const serviceTarget =
  'httpRoute: { match: { prefix: / }, action: { target: { virtualService: { virtualServiceRef: { name: cart } } } } }';

/** A route `cart` of gateway `edge` to VirtualService `cart`. */
export const cartRoute = (active: boolean): string =>
  exported(
    'GatewayRoute',
    'cart',
    `virtualGatewayRef: { name: edge, namespace: shop, uid: u-VirtualGateway-edge }, ${serviceTarget}`,
    active,
  );

/** A VirtualService `cart` provided by VirtualNode `cart`. */
export const cartService = (active: boolean): string =>
  exported('VirtualService', 'cart', 'provider: { virtualNode: { virtualNodeRef: { name: cart } } }', active);

/** The mesh, the gateway and the VirtualNode `cart`, all active. */
export const activeRest =
  exported('Mesh', 'shop', 'namespaceSelector: {}', true) +
  exported('VirtualGateway', 'edge', '', true) +
  exported('VirtualNode', 'cart', '', true);
