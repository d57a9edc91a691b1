import type { RuleCases } from '../../support/rule-table.ts';

const mesh = (name: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: ${name} }
spec: { namespaceSelector: { matchLabels: { mesh: ${name} } } }
---
`;
const namespace = (name: string, inMesh: string) => `
apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { mesh: ${inMesh} } }
---
`;
const gateway = (spec = 'namespaceSelector: {}') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: edge, namespace: gateways }
spec: { ${spec} }
---
`;
const route = (spec = '') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: cart, namespace: shop, uid: 1-2 }
spec: { ${spec} }
---
`;
const given = 'virtualGatewayRef: { name: edge, namespace: gateways }, meshRef: { name: shop }';
const objects = mesh('shop') + mesh('other') + namespace('shop', 'shop') + gateway() + route();

export default {
  fires: [
    {
      name: 'each namespace is selected by another Mesh',
      manifests: objects + namespace('gateways', 'other'),
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      says: 'is in Mesh shop, and its VirtualGateway gateways/edge in Mesh other',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'as the references say; after the end it changes nothing now',
      manifests: gateway('meshRef: { name: other }') + route(given),
      now: '2026-11-24T00:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    {
      name: 'one Mesh selects both',
      manifests: objects + namespace('gateways', 'shop'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'both were taken into one Mesh',
      manifests: gateway('meshRef: { name: shop }') + route(given),
      notEvaluated: [],
    },
    {
      name: 'no Mesh selects the gateway: another rule tells',
      manifests: objects + namespace('gateways', 'none'),
      closed: true,
      notEvaluated: [],
    },
    { name: 'the gateway was not seen', manifests: route(given), notEvaluated: ['GatewayRoute shop/cart'] },
    {
      name: 'the Mesh of the gateway was not seen',
      manifests: gateway() + route(given),
      notEvaluated: ['GatewayRoute shop/cart'],
    },
  ],
} satisfies RuleCases;
