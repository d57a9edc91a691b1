import type { RuleCases } from '../../support/rule-table.ts';

const object = (kind: string, spec: string, metadata = '', more = '') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: ${kind}
metadata: { name: cart, namespace: shop${metadata} }
spec: { ${spec} }
${more}
---
`;
const mesh = 'meshRef: { name: shop, uid: 1-2 }';
const gateway = 'virtualGatewayRef: { name: edge, namespace: gateways, uid: 3-4 }';

export default {
  fires: [
    {
      name: 'an export without its uid brings both along',
      manifests: object('GatewayRoute', `${mesh}, ${gateway}`),
      finds: ['GatewayRoute shop/cart'],
      says: 'GatewayRoute create may not specify read-only field: spec.meshRef',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'each object of a backup',
      manifests: object('VirtualNode', mesh) + object('VirtualService', mesh) + object('BackendGroup', mesh),
      finds: ['VirtualService shop/cart', 'VirtualNode shop/cart', 'BackendGroup shop/cart'],
    },
    {
      name: 'after the end it changes nothing now',
      manifests: object('GatewayRoute', gateway),
      now: '2026-11-24T00:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      says: 'writes spec.virtualGatewayRef',
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    { name: 'as a person writes it', manifests: object('GatewayRoute', ''), notEvaluated: [] },
    {
      name: 'an export with its uid',
      manifests: object('GatewayRoute', `${mesh}, ${gateway}`, ', uid: 5-6'),
      notEvaluated: [],
    },
    {
      name: 'an export with its resourceVersion',
      manifests: object('VirtualRouter', mesh, ', resourceVersion: "7"'),
      notEvaluated: [],
    },
    {
      name: 'an export with its status',
      manifests: object('VirtualGateway', mesh, '', 'status: { observedGeneration: 1 }'),
      notEvaluated: [],
    },
    { name: 'a field left empty', manifests: object('VirtualNode', 'meshRef: null'), notEvaluated: [] },
  ],
} satisfies RuleCases;
