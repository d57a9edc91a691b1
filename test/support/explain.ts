import { buildRequest, type RequestParts } from '../../src/engine/requests/build.ts';
import { explainAll } from '../../src/engine/explain.ts';
import { buildModel } from '../../src/model/model.ts';
import type { Explained, ExplainRequest } from '../../src/routing/explained.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { type Given, snapshotOf } from './snapshot-of.ts';

/** A request explained by what a case is given; the error where it cannot be. */
export function explainOf(given: Given, asked: string | RequestParts | ExplainRequest): Explained | string {
  return explainIn(snapshotOf(given), asked);
}

/** The same in a snapshot. */
export function explainIn(snapshot: Snapshot, asked: string | RequestParts | ExplainRequest): Explained | string {
  const made = typeof asked === 'string' ? buildRequest({ url: asked }) : asked;
  const request = 'otherHeaders' in made ? made : buildRequest(made);
  const options = { requests: [request], gateway: null, envoyVersion: null };
  const { explained, trouble } = explainAll(buildModel(snapshot), options, snapshot.position);
  const [one] = explained;
  if (trouble !== null) return trouble;
  if (!one) throw new Error('no answer');
  return 'error' in one ? one.error : one;
}

/** Explains, and expects that it can be. */
export function explained(given: Given, asked: string | RequestParts | ExplainRequest): Explained {
  const one = explainOf(given, asked);
  if (typeof one === 'string') throw new Error(one);
  return one;
}

const appMesh = (kind: string, name: string, spec: string): string =>
  `---\napiVersion: appmesh.k8s.aws/v1beta2\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop}\nspec: ${spec}\n`;

/** A gateway `shop/edge` with pods, and a VirtualService `cart` behind `/cart/`. */
export const edge = ({ listeners = '{portMapping: {port: 8088, protocol: http}}' } = {}): string => `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {mesh: shop}}
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: {name: shop}
spec: {namespaceSelector: {matchLabels: {mesh: shop}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge, namespace: shop}
spec:
  selector: {matchLabels: {app: edge}}
  template:
    metadata: {labels: {app: edge, tier: front}}
    spec: {containers: [{name: envoy, ports: [{name: web, containerPort: 8088}]}]}
${appMesh('VirtualGateway', 'edge', `{namespaceSelector: {}, podSelector: {matchLabels: {app: edge}}, listeners: [${listeners}]}`)}
${gatewayRoute('cart', '{prefix: /cart/}', 'cart')}
${appMesh('VirtualService', 'cart', '{provider: {virtualNode: {virtualNodeRef: {name: cart}}}}')}
${appMesh('VirtualNode', 'cart', '{listeners: [{portMapping: {port: 8080, protocol: http}}], serviceDiscovery: {dns: {hostname: cart.shop.svc.cluster.local}}}')}
`;

/** A GatewayRoute of that gateway. */
export function gatewayRoute(name: string, match: string, service: string, priority?: number): string {
  const order = priority === undefined ? '' : `priority: ${priority}, `;
  const target = `{target: {virtualService: {virtualServiceRef: {name: ${service}}}}}`;
  return appMesh('GatewayRoute', name, `{${order}httpRoute: {match: ${match}, action: ${target}}}`);
}
