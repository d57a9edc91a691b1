import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const gateway = (name = 'edge', selector = 'namespaceSelector: { matchLabels: { gateway: edge } },') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: ${name}, namespace: shop }
spec: { ${selector} listeners: [{ portMapping: { port: 8088, protocol: http } }] }
---
`;
const namespace = (label: string) => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { gateway: ${label} } }
---
`;
const route = (gatewayRef = '') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: cart, namespace: shop }
spec: { ${gatewayRef} httpRoute: { match: { prefix: / }, action: { target: { virtualService: { virtualServiceRef: { name: cart } } } } } }
---
`;
const envoy = (routes: string) => `
connected: false
routes: { rds_ingress_http_8088: { cart: [${routes}] } }
`;
const named = (name: string) => route(`virtualGatewayRef: { name: ${name}, namespace: shop },`);

export default {
  fires: [
    {
      name: 'there is no route',
      manifests: gateway(),
      closed: true,
      finds: [edge],
      says: 'No GatewayRoute belongs to gateway edge',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'the only one is of a namespace it does not select',
      manifests: gateway() + namespace('other') + route(),
      closed: true,
      finds: [edge],
    },
    {
      name: 'the only one belongs to another gateway',
      manifests: gateway() + gateway('inner') + named('inner'),
      closed: true,
      finds: [edge],
    },
    {
      name: 'Envoy runs none either',
      manifests: gateway(),
      closed: true,
      envoy: envoy(''),
      now: afterTheEnd,
      finds: [edge],
      effect: 'traffic',
    },
    {
      name: 'after the end, and no Envoy was read',
      manifests: gateway(),
      closed: true,
      now: afterTheEnd,
      finds: [edge],
      effect: 'latent',
    },
  ],
  quiet: [
    { name: 'one names it', manifests: gateway() + named('edge'), closed: true, notEvaluated: [] },
    { name: 'it selects one', manifests: gateway() + namespace('edge') + route(), closed: true, notEvaluated: [] },
    { name: 'the namespace of a route was not read', manifests: gateway() + route(), notEvaluated: [edge] },
    {
      name: 'routes may lie elsewhere',
      manifests: gateway() + gateway('inner') + named('inner'),
      notEvaluated: [edge],
    },
    {
      name: 'Envoy runs one: its object was deleted after the end',
      manifests: gateway(),
      closed: true,
      envoy: envoy('{ prefix: / , cluster: c }'),
      now: afterTheEnd,
      notEvaluated: [],
    },
    { name: 'no route was read', manifests: gateway(), notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
