import type { RuleCases } from '../../support/rule-table.ts';
import { gatewayRoute, virtualService } from '../../support/shop.ts';

const object = (kind: string, name: string, spec: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
---
`;
const selects = (labels: string) => `{ podSelector: { matchLabels: ${labels} } }`;
const deployment = (labels: string, replicas = 2) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec: { replicas: ${replicas}, template: { metadata: { labels: ${labels} }, spec: { containers: [{ name: cart }] } } }
---
`;
const pod = (labels: string) => `
apiVersion: v1
kind: Pod
metadata: { name: cart-1, namespace: shop, labels: ${labels} }
spec: { containers: [{ name: cart }] }
---
`;
const service = `
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { selector: { app: cart }, ports: [{ port: 8080 }] }
---
`;
const dns = (hostname: string) => `{ serviceDiscovery: { dns: { hostname: ${hostname} } } }`;
const front = gatewayRoute('cart') + virtualService('cart', { node: 'cart' });
const cart = '{ app: cart }';

export default {
  fires: [
    {
      name: 'a misspelt label',
      manifests: front + object('VirtualNode', 'cart', selects('{ app: crat }')) + deployment(cart),
      closed: true,
      finds: ['VirtualNode shop/cart'],
      says: 'selects no pod: label app is cart, not crat on Deployment cart.',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a gateway without podSelector',
      manifests: object('VirtualGateway', 'edge', '{}') + deployment('{ app: edge }'),
      finds: ['VirtualGateway shop/edge'],
      says: 'has no podSelector, so it selects no pod',
      effect: 'traffic',
    },
    {
      name: 'a gateway whose pods all have other labels; after the end nothing is hit by that now',
      manifests: object('VirtualGateway', 'edge', selects('{ app: edge }')) + deployment(cart) + pod(cart),
      closed: true,
      now: '2026-11-24T00:00:00Z',
      finds: ['VirtualGateway shop/edge'],
      says: 'no pod of namespace shop has the labels it asks for',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'its workload is scaled to 0',
      manifests: object('VirtualNode', 'cart', selects(cart)) + deployment(cart, 0),
      finds: ['VirtualNode shop/cart'],
      says: 'Deployment cart is scaled to 0',
      severity: 'info',
    },
    {
      name: 'no gateway sends requests there',
      manifests: object('VirtualNode', 'cart', selects('{ app: crat }')) + deployment(cart),
      closed: true,
      envoy: "clusters: { cds_egress_shop_other_shop_http_8080: ['other.shop.svc:8080'] }",
      finds: ['VirtualNode shop/cart'],
      effect: 'latent',
    },
    {
      name: 'a node without podSelector stands for pods of the cluster',
      manifests: object('VirtualNode', 'cart', dns('cart.shop.svc.cluster.local')) + service + deployment(cart),
      finds: ['VirtualNode shop/cart'],
      effect: 'latent',
      severity: 'info',
    },
  ],
  quiet: [
    {
      name: 'a workload has the labels, its pods are yet to come',
      manifests: object('VirtualNode', 'cart', selects(cart)) + deployment('{ app: cart, track: stable }'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'a pod has them, and what made it was not seen',
      manifests: object('VirtualNode', 'cart', selects(cart)) + pod(cart) + deployment('{ app: x }'),
      notEvaluated: [],
    },
    {
      name: 'a node outside of the cluster needs no podSelector',
      manifests: object('VirtualNode', 'pay', dns('pay.example.com')) + deployment(cart),
      notEvaluated: [],
    },
    {
      name: 'not all pods were seen',
      manifests: object('VirtualNode', 'cart', selects('{ app: crat }')) + deployment(cart),
      notEvaluated: ['VirtualNode shop/cart'],
    },
    {
      name: 'a set of App Mesh objects alone says nothing of pods',
      manifests: object('VirtualNode', 'cart', selects(cart)),
      closed: true,
      notEvaluated: ['VirtualNode shop/cart'],
    },
  ],
} satisfies RuleCases;
