import type { RuleCases } from '../../support/rule-table.ts';

const mesh = (metadata = ', uid: mesh-2') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: shop${metadata} }
---
`;
const gateway = (uid: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: edge, namespace: gateways, uid: ${uid} }
spec: { meshRef: { name: shop, uid: mesh-2 } }
---
`;
const route = (meshUid: string, gatewayUid: string, gatewayName = 'edge') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: cart, namespace: shop, uid: route-1 }
spec:
  meshRef: { name: shop, uid: ${meshUid} }
  virtualGatewayRef: { name: ${gatewayName}, namespace: gateways, uid: ${gatewayUid} }
---
`;
const node = (uid: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: { name: cart, namespace: shop, uid: node-1 }
spec: { meshRef: { name: shop, uid: ${uid} } }
---
`;

export default {
  fires: [
    {
      name: 'the Mesh was created again: one finding for all its members',
      manifests: mesh() + gateway('gateway-2') + route('mesh-1', 'gateway-2') + node('mesh-1'),
      finds: ['Mesh shop'],
      says: 'its uid is mesh-2, and GatewayRoute shop/cart, VirtualNode shop/cart still hold mesh-1',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the VirtualGateway was created again',
      manifests: mesh() + gateway('gateway-2') + route('mesh-2', 'gateway-1'),
      finds: ['VirtualGateway gateways/edge'],
      says: 'GatewayRoute shop/cart still holds gateway-1',
    },
    {
      name: 'after the end the gateway runs on with what it has',
      manifests: mesh() + gateway('gateway-2') + route('mesh-2', 'gateway-1'),
      now: '2026-11-24T00:00:00Z',
      finds: ['VirtualGateway gateways/edge'],
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    {
      name: 'all hold the uid that is',
      closed: true,
      manifests: mesh() + gateway('gateway-2') + route('mesh-2', 'gateway-2') + node('mesh-2'),
      notEvaluated: [],
    },
    {
      name: 'members of a gateway of another name',
      closed: true,
      manifests: mesh() + gateway('gateway-2') + route('mesh-2', 'gateway-1', 'other'),
      notEvaluated: [],
    },
    {
      name: 'the owners were not seen',
      manifests: route('mesh-1', 'gateway-1') + node('mesh-1'),
      notEvaluated: ['rule'],
    },
    {
      name: 'the manifest of the Mesh has no uid',
      manifests: mesh('') + node('mesh-1'),
      notEvaluated: ['Mesh shop'],
    },
    {
      name: 'nobody was taken into a mesh yet',
      closed: true,
      manifests: `${mesh('')}
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: { name: cart, namespace: shop }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualRouter
metadata: { name: cart, namespace: shop }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: BackendGroup
metadata: { name: cart, namespace: shop }
`,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
