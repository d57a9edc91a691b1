import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualNode, virtualRouter, virtualService } from '../../support/shop.ts';

const route = (http: string, more = '') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: cart, namespace: shop }
spec: { ${more} httpRoute: { match: { prefix: /cart }, action: { target: { virtualService: { virtualServiceRef: { name: cart } } } } ${http} } }
`;

export default {
  fires: [
    {
      name: 'a retry policy on a GatewayRoute: where it belongs is said',
      manifests: route(', retryPolicy: { maxRetries: 2 }'),
      finds: ['GatewayRoute shop/cart'],
      says: 'belongs in a VirtualRouter, at spec.routes[].httpRoute.retryPolicy',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a priority out of range, after the end',
      manifests: route('', 'priority: 2000,'),
      now: '2026-11-24T00:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      says: '0 to 1000',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'several objects, one finding each; a BackendGroup is all lower case',
      manifests: `${route(', timout: {}')}---
apiVersion: appmesh.k8s.aws/v1beta2
kind: BackendGroup
metadata: { name: all, namespace: shop }
spec: { virtualServices: [] }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: shop }
spec: { egressFilter: { type: ALLOW } }
`,
      finds: ['GatewayRoute shop/cart', 'BackendGroup shop/all', 'Mesh shop'],
    },
  ],
  quiet: [
    {
      name: 'a whole valid shop',
      manifests:
        gateway +
        gatewayRoute('cart') +
        virtualService('cart', { router: 'cart' }) +
        virtualRouter('cart', 'cart') +
        virtualNode('cart'),
      notEvaluated: [],
    },
    {
      name: 'unknown fields at the root and in metadata are kept by the CRD',
      manifests: `${route('')}extra: 1\n`,
      notEvaluated: [],
    },
    {
      name: 'a Service is not our kind',
      manifests: 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { x: 1 }',
      notEvaluated: ['rule'],
    },
  ],
} satisfies RuleCases;
