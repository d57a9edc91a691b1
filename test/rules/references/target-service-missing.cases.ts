import type { RuleCases } from '../../support/rule-table.ts';
import { gateway } from '../../support/shop.ts';

const route = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: cart, namespace: shop }
spec:
  httpRoute:
    match: { prefix: /cart }
    action: { target: { virtualService: { virtualServiceRef: { name: cart } } } }
`;
const service = (name: string, namespace = 'shop') => `
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: { name: ${name}, namespace: ${namespace} }
spec: { provider: { virtualNode: { virtualNodeRef: { name: ${name} } } } }
`;
const running = (hosts: string) => `
connected: false
routes:
  rds_ingress_http_8088: { self_redirect: [] }
  rds_egress_http_15001: { ${hosts} }
`;

export default {
  fires: [
    {
      name: 'the files are the whole set and define no such VirtualService',
      manifests: `${route}${service('carts')}`,
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      says: 'which does not exist',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the running gateway has a virtual host for every other VirtualService and none for this one',
      manifests: `${gateway}${route}${service('web')}`,
      envoy: running('web.shop: []'),
      finds: ['GatewayRoute shop/cart'],
      says: 'the running gateway does not know',
      effect: 'traffic',
    },
    {
      name: 'after the end of App Mesh nothing moves a gateway that was not seen',
      manifests: route,
      closed: true,
      now: '2026-11-24T00:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    { name: 'it exists', manifests: `${route}${service('cart')}`, closed: true, notEvaluated: [] },
    {
      name: 'an unseen VirtualService is not an absent one',
      manifests: route,
      notEvaluated: ['GatewayRoute shop/cart'],
    },
    {
      name: 'the running gateway knows it, though no file does',
      manifests: route,
      envoy: running('cart.shop: []'),
      notEvaluated: ['GatewayRoute shop/cart'],
    },
    {
      name: 'a virtual host that belongs to no known VirtualService may be its own under another name',
      manifests: `${route}${service('web')}`,
      envoy: running('web.shop: [], basket.example.com: []'),
      notEvaluated: ['GatewayRoute shop/cart'],
    },
  ],
} satisfies RuleCases;
