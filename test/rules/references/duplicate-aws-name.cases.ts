import type { RuleCases } from '../../support/rule-table.ts';

const service = (name: string, namespace: string, spec: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: { name: ${name}, namespace: ${namespace} }
spec: { ${spec} }
---
`;
const inMesh = (mesh: string) => `meshRef: { name: ${mesh}, uid: u }`;
const route = (name: string, gateway: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: ${name}, namespace: shop }
spec: { awsName: cart, ${inMesh('shop')}, virtualGatewayRef: { name: ${gateway}, namespace: shop, uid: u } }
---
`;
const gateway = (name: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: ${name}, namespace: shop }
spec: { ${inMesh('shop')} }
---
`;
const named = 'awsName: cart.example.com';

export default {
  fires: [
    {
      name: 'two VirtualServices of one Mesh',
      manifests:
        service('cart', 'shop', `${named}, ${inMesh('shop')}`) + service('cart', 'old', `${named}, ${inMesh('shop')}`),
      finds: ['VirtualService shop/cart, VirtualService old/cart'],
      says: '2 VirtualServices have the name cart.example.com in Mesh shop: shop/cart, old/cart.',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a written name is the default name of another; after the end it changes nothing now',
      manifests: service('cart', 'shop', inMesh('shop')) + service('x', 'y', `awsName: cart.shop, ${inMesh('shop')}`),
      now: '2026-11-24T00:00:00Z',
      finds: ['VirtualService shop/cart, VirtualService y/x'],
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'the Mesh is known by what selects the namespace',
      manifests: `${service('a', 'shop', named)}${service('b', 'shop', named)}
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: shop }
spec: { namespaceSelector: {} }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`,
      closed: true,
      finds: ['VirtualService shop/a, VirtualService shop/b'],
    },
    {
      name: 'two GatewayRoutes of one VirtualGateway',
      manifests: gateway('edge') + route('a', 'edge') + route('b', 'edge'),
      finds: ['GatewayRoute shop/a, GatewayRoute shop/b'],
      says: 'in VirtualGateway shop/edge',
    },
  ],
  quiet: [
    {
      name: 'the same name in two Meshes',
      manifests:
        service('cart', 'shop', `${named}, ${inMesh('shop')}`) + service('cart', 'old', `${named}, ${inMesh('old')}`),
      notEvaluated: [],
    },
    {
      name: 'the same name of a VirtualService and a VirtualRouter',
      manifests: service('cart', 'shop', `${named}, ${inMesh('shop')}`) + gateway('cart.example.com'),
      notEvaluated: [],
    },
    {
      name: 'two GatewayRoutes of two VirtualGateways',
      manifests: gateway('edge') + gateway('inner') + route('a', 'edge') + route('b', 'inner'),
      notEvaluated: [],
    },
    {
      name: 'one name in two namespaces of one Mesh makes two names by default',
      manifests: service('cart', 'shop', inMesh('shop')) + service('cart', 'old', inMesh('shop')),
      notEvaluated: [],
    },
    {
      name: 'nothing tells the Mesh',
      manifests: service('a', 'shop', named) + service('b', 'old', named),
      notEvaluated: ['VirtualService shop/a', 'VirtualService old/b'],
    },
  ],
} satisfies RuleCases;
