import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const object = (kind: string, name: string, status: string, more = ''): string => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: ${kind}
metadata: { name: ${name}, namespace: shop, uid: u1${more} }
spec: { virtualGatewayRef: { name: edge, namespace: shop } }
status: { conditions: [{ type: ${kind}Active, status: '${status}', lastTransitionTime: '2026-05-30T00:00:00Z' }] }
---
`;

export default {
  fires: [
    {
      name: 'a route while App Mesh lives',
      manifests: object('VirtualGateway', 'edge', 'True') + object('GatewayRoute', 'cart', 'False'),
      envoy: 'connected: true',
      finds: ['GatewayRoute shop/cart'],
      says: 'App Mesh says that GatewayRoute shop/cart is not active',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'after the end it changes nothing that runs',
      manifests: object('VirtualNode', 'cart', 'False'),
      now: afterTheEnd,
      finds: ['VirtualNode shop/cart'],
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'a route whose gateway only selectors could tell',
      manifests: object('GatewayRoute', 'cart', 'False').replace(/spec: .*/, 'spec: {}'),
      finds: ['GatewayRoute shop/cart'],
    },
    {
      name: 'a router and a service',
      manifests: object('VirtualRouter', 'cart', 'False') + object('VirtualService', 'cart', 'False'),
      finds: ['VirtualRouter shop/cart', 'VirtualService shop/cart'],
    },
  ],
  quiet: [
    { name: 'all active', manifests: object('GatewayRoute', 'cart', 'True'), notEvaluated: [] },
    {
      name: 'being deleted',
      manifests: object('GatewayRoute', 'cart', 'False', ", deletionTimestamp: '2026-05-31T00:00:00Z'"),
      notEvaluated: [],
    },
    {
      name: 'no condition is told by others',
      manifests: object('GatewayRoute', 'cart', 'False').replace(/conditions: .*\]/, ''),
      notEvaluated: [],
    },
    {
      name: 'the condition of another kind',
      manifests: object('GatewayRoute', 'cart', 'False').replace('GatewayRouteActive', 'Ready'),
      notEvaluated: [],
    },
    { name: 'no object of App Mesh was read', manifests: '', notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
