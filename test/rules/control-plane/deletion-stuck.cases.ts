import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const deleted = "deletionTimestamp: '2026-11-23T10:00:00Z'";
const resources = 'finalizers.appmesh.k8s.aws/aws-appmesh-resources';
const object = (kind: string, name: string, metadata: string, spec = '{}'): string => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: ${kind}
metadata: { name: ${name}, namespace: shop, ${metadata} }
spec: ${spec}
---
`;
const member = '{ meshRef: { name: shop }, virtualGatewayRef: { name: edge, namespace: shop } }';
const route = (metadata = ''): string => object('GatewayRoute', 'cart', metadata, member);
const gateway = object(
  'VirtualGateway',
  'edge',
  `${deleted}, finalizers: [finalizers.appmesh.k8s.aws/virtualgateway-members, ${resources}]`,
  '{ meshRef: { name: shop } }',
);
const event = `
apiVersion: v1
kind: Event
metadata: { name: edge.x, namespace: shop }
involvedObject: { kind: VirtualGateway, namespace: shop, name: edge }
reason: PendingMembersDeletion
message: 'objects belonging to this virtualGateway exist, please delete them to proceed. gatewayRoute: 1'
---
`;
const now = afterTheEnd;

export default {
  fires: [
    {
      name: 'a route whose finalizer asks the ended API',
      manifests: route(`${deleted}, finalizers: [${resources}]`),
      now,
      finds: ['GatewayRoute shop/cart'],
      says: 'GatewayRoute shop/cart has been waiting to be deleted since 2026-11-23T10:00:00Z, and never will be without help.',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'the namespace waits for it, too',
      manifests: `${route(`${deleted}, finalizers: [${resources}]`)}
apiVersion: v1
kind: Namespace
metadata: { name: shop, ${deleted} }
spec: { finalizers: [kubernetes] }
`,
      now,
      finds: ['GatewayRoute shop/cart'],
      says: 'Namespace shop stays Terminating until then.',
    },
    {
      name: "another tool's finalizer stays",
      manifests: route(`${deleted}, finalizers: [${resources}, example.com/audit]`),
      now,
      finds: ['GatewayRoute shop/cart'],
    },
    {
      name: 'a gateway with members',
      manifests: gateway + route() + event,
      now,
      finds: ['VirtualGateway shop/edge'],
      says: '1 object belongs to it still',
    },
    {
      name: 'while App Mesh lives: members are left',
      manifests: gateway + route() + event,
      now: '2026-11-24T03:00:00Z',
      envoy: 'connected: true',
      finds: ['VirtualGateway shop/edge'],
    },
    {
      name: 'a mesh',
      manifests: object('Mesh', 'shop', `${deleted}, finalizers: [finalizers.appmesh.k8s.aws/mesh-members]`) + route(),
      now,
      finds: ['Mesh shop'],
    },
    {
      name: 'a whole namespace that is Terminating: one finding',
      manifests: gateway + route(`${deleted}, finalizers: [${resources}]`) + event,
      now,
      finds: ['GatewayRoute shop/cart, VirtualGateway shop/edge'],
      says: 'GatewayRoute shop/cart, VirtualGateway shop/edge have been waiting to be deleted since 2026-11-23T10:00:00Z, and never will be without help.',
    },
  ],
  quiet: [
    { name: 'not being deleted', manifests: route(`finalizers: [${resources}]`), now, notEvaluated: [] },
    {
      name: 'being deleted for a minute',
      manifests: route(`deletionTimestamp: '2026-11-24T02:59:00Z', finalizers: [${resources}]`),
      now,
      notEvaluated: [],
    },
    {
      name: 'held by another tool',
      manifests: route(`${deleted}, finalizers: [example.com/audit]`),
      now,
      notEvaluated: [],
    },
    {
      name: 'App Mesh lives, and no member is left',
      closed: true,
      manifests: gateway,
      envoy: 'connected: true',
      now,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
