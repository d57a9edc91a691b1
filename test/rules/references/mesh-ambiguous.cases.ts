import type { RuleCases } from '../../support/rule-table.ts';

const mesh = (selector: string, name = 'shop') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: ${name} }
spec: { ${selector} }
---
`;
const bySelector = mesh('namespaceSelector: { matchLabels: { mesh: shop } }');
const everything = mesh('namespaceSelector: {}', 'all');
const labelled = ', labels: { mesh: shop }';
const namespace = (metadata = '') => `
apiVersion: v1
kind: Namespace
metadata: { name: shop${metadata} }
---
`;
const routes = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: cart, namespace: shop }
spec: { httpRoute: { match: { prefix: / }, action: { target: { virtualService: { virtualServiceRef: { name: cart } } } } } }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: edge, namespace: shop }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualService
metadata: { name: cart, namespace: shop }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualRouter
metadata: { name: cart, namespace: shop }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: { name: cart, namespace: shop }
`;

export default {
  fires: [
    {
      name: 'an empty selector takes what another Mesh asks for by label: one finding for all its objects',
      manifests: bySelector + everything + namespace(labelled) + routes,
      finds: ['Namespace shop'],
      says: '2 Meshes select namespace shop, which holds 5 App Mesh objects: shop, all',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'after the end it changes nothing now',
      manifests: bySelector + everything + namespace(labelled) + routes,
      closed: true,
      now: '2026-11-24T00:00:00Z',
      finds: ['Namespace shop'],
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    {
      name: 'one Mesh selects it, another does not',
      manifests: everything + bySelector + namespace() + routes,
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'a Mesh without selector selects nothing',
      manifests: mesh('', 'none') + bySelector + namespace(labelled) + routes,
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'a second Mesh may be in another file',
      manifests: bySelector + namespace(labelled) + routes,
      notEvaluated: ['Namespace shop'],
    },
    {
      name: 'the labels of the namespace were not seen',
      manifests: bySelector + everything + routes,
      notEvaluated: ['Namespace shop'],
    },
    {
      name: 'an export that was taken into a mesh once',
      manifests: `${bySelector}${everything}${namespace(labelled)}
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: cart, namespace: shop, uid: 1-2 }
spec: { meshRef: { name: shop, uid: 3-4 } }
`,
      closed: true,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
