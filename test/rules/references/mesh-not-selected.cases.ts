import type { RuleCases } from '../../support/rule-table.ts';

const mesh = (selector: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: shop }
spec: { ${selector} }
---
`;
const bySelector = mesh('namespaceSelector: { matchLabels: { mesh: shop } }');
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
      name: 'the namespace lacks the label: one finding for all its objects',
      manifests: bySelector + namespace() + routes,
      closed: true,
      finds: ['Namespace shop'],
      says: 'label mesh=shop is not there',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the label stands there as an annotation',
      manifests: bySelector + namespace(', annotations: { mesh: shop }') + routes,
      closed: true,
      finds: ['Namespace shop'],
    },
    {
      name: 'a Mesh without selector selects nothing',
      manifests: mesh('') + namespace(', labels: { mesh: shop }') + routes,
      closed: true,
      finds: ['Namespace shop'],
      says: 'selects no namespace',
    },
    {
      name: 'another value; after the end it changes nothing now',
      manifests: bySelector + namespace(', labels: { mesh: shopp }') + routes,
      closed: true,
      now: '2026-11-24T00:00:00Z',
      finds: ['Namespace shop'],
      says: 'label mesh is shopp, not shop',
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    {
      name: 'selected by its label',
      manifests: bySelector + namespace(', labels: { mesh: shop }') + routes,
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'an empty selector selects all',
      manifests: mesh('namespaceSelector: {}') + namespace() + routes,
      closed: true,
      notEvaluated: [],
    },
    { name: 'the Mesh may be in another file', manifests: namespace() + routes, notEvaluated: ['Namespace shop'] },
    {
      name: 'the labels of the namespace were not seen',
      manifests: bySelector + routes,
      notEvaluated: ['Namespace shop'],
    },
    {
      name: 'an export that was taken into a mesh once',
      manifests: `${bySelector}${namespace()}
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
