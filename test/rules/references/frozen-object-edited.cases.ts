import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const late = '2026-11-20T09:31:00Z';
const early = '2026-05-01T08:00:00Z';
const object = (kind: string, name: string, metadata: string, status = ''): string => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: ${kind}
metadata: { name: ${name}, namespace: shop, uid: u-${name}, ${metadata} }
spec: {}
status: { ${status} }
---
`;
const route = (metadata: string, status = ''): string => object('GatewayRoute', 'promo', metadata, status);
const accepted = 'observedGeneration: 2';

export default {
  fires: [
    {
      name: 'a route created after the end',
      manifests: route(`creationTimestamp: '${late}', generation: 1`),
      now: afterTheEnd,
      finds: ['GatewayRoute shop/promo'],
      says: 'GatewayRoute shop/promo was created on 2026-11-20, after App Mesh ended: it will not take effect.',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'several: one finding',
      manifests:
        route(`creationTimestamp: '${late}'`) +
        object('VirtualService', 'promo', `creationTimestamp: '${late}'`) +
        object('VirtualNode', 'promo', `creationTimestamp: '${late}'`) +
        object('VirtualRouter', 'promo', `creationTimestamp: '${late}'`),
      now: afterTheEnd,
      finds: ['GatewayRoute shop/promo, VirtualService shop/promo, VirtualRouter shop/promo, VirtualNode shop/promo'],
      says: '4 App Mesh objects in namespace shop were created or changed after App Mesh ended',
    },
    {
      name: 'the book of the API server says that its spec was written',
      manifests: route(
        `creationTimestamp: '${early}', generation: 3, managedFields: [{ manager: kubectl, operation: Update, time: '${late}', fieldsV1: { 'f:spec': { 'f:priority': {} } } }]`,
        accepted,
      ),
      now: afterTheEnd,
      finds: ['GatewayRoute shop/promo'],
      says: 'was changed on 2026-11-20',
    },
    {
      name: 'a generation that App Mesh never took',
      manifests: route(`creationTimestamp: '${early}', generation: 3`, accepted),
      now: afterTheEnd,
      finds: ['GatewayRoute shop/promo'],
      says: 'was changed to generation 3, and App Mesh took 2 at last',
    },
    {
      name: 'a VirtualGateway, which has no observedGeneration',
      manifests: object('VirtualGateway', 'edge', `creationTimestamp: '${late}', generation: 1`),
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
    },
    {
      name: 'a gateway built from a rescue copy runs beside: it is not App Mesh',
      manifests: object('VirtualGateway', 'edge', `creationTimestamp: '${late}', generation: 1`),
      envoy: 'node: rescue/edge-rescue',
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
    },
  ],
  quiet: [
    {
      name: 'as App Mesh took it',
      manifests: route(`creationTimestamp: '${early}', generation: 2`, accepted),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'only its status and its finalizers were written since',
      manifests: route(
        `creationTimestamp: '${early}', generation: 2, managedFields: [{ subresource: status, time: '${late}', fieldsV1: { 'f:spec': {} } }, { time: '${late}', fieldsV1: { 'f:metadata': {} } }]`,
        accepted,
      ),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'a controller that lives took it',
      manifests: route(`creationTimestamp: '${late}', generation: 2`, accepted),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'its last write was before the end: App Mesh lived, and never took it',
      manifests: route(
        `creationTimestamp: '${early}', generation: 3, managedFields: [{ time: '${early}', fieldsV1: { 'f:spec': {} } }]`,
        accepted,
      ),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'being deleted raises the generation',
      manifests: route(`creationTimestamp: '${early}', generation: 3, deletionTimestamp: '${late}'`, accepted),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'a control plane lives',
      manifests: route(`creationTimestamp: '${late}'`),
      envoy: 'connected: true',
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'before the end',
      manifests: route(`creationTimestamp: '${early}', generation: 3`, accepted),
      notEvaluated: [],
    },
    {
      name: 'a manifest from Git tells no time',
      manifests: 'apiVersion: appmesh.k8s.aws/v1beta2\nkind: GatewayRoute\nmetadata: { name: promo, namespace: shop }',
      now: afterTheEnd,
      notEvaluated: ['GatewayRoute shop/promo'],
    },
  ],
} satisfies RuleCases;
