import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const object = (kind: string, name: string, generation: number, status: string): string => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: ${kind}
metadata: { name: ${name}, namespace: shop, uid: u1, generation: ${generation} }
spec: { virtualGatewayRef: { name: edge, namespace: shop } }
status: { ${status} }
---
`;
const active = (kind: string): string => `conditions: [{ type: ${kind}Active, status: 'True' }]`;
const gateway = object('VirtualGateway', 'edge', 1, active('VirtualGateway'));
const route = object('GatewayRoute', 'cart', 2, `observedGeneration: 2, ${active('GatewayRoute')}`);
const behind = object('GatewayRoute', 'pay', 3, `observedGeneration: 2, ${active('GatewayRoute')}`);

export default {
  fires: [
    {
      name: 'after the end: told once a gateway, and never counted',
      manifests: gateway + route + behind,
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      says: '3 objects of gateway edge say Active, which proves nothing since App Mesh ended.',
      effect: 'standing',
      severity: 'info',
    },
    {
      name: 'while App Mesh lives: a change it has not taken',
      manifests: gateway + route + behind,
      finds: ['GatewayRoute shop/pay'],
      says: 'it is at generation 3, and its status speaks of 2',
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    { name: 'all taken', manifests: gateway + route, notEvaluated: [] },
    {
      name: 'after the end, without any condition',
      manifests: gateway.replace(/conditions: .*\]/, ''),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'a gateway whose control plane lives',
      manifests: gateway + route,
      envoy: 'connected: true',
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'being deleted raises the generation',
      manifests: behind.replace('uid: u1', "uid: u1, deletionTimestamp: '2026-05-01T00:00:00Z'"),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
