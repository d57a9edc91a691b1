import type { RuleCases } from '../../support/rule-table.ts';

const gateway = (spec: string, name = 'edge') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: ${name}, namespace: gateways }
spec: { ${spec} }
---
`;
const byNamespace = 'namespaceSelector: { matchLabels: { gateway: edge } }';
const namespace = (labels = '') => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }
---
`;
const route = (metadata = '', spec = '') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: cart, namespace: shop${metadata} }
spec: { ${spec} }
`;

export default {
  fires: [
    {
      name: 'two gateways take the namespace',
      manifests: gateway(byNamespace) + gateway(byNamespace, 'second') + namespace('gateway: edge') + route(),
      finds: ['GatewayRoute shop/cart'],
      says: '2 VirtualGateways select route shop/cart: gateways/edge, gateways/second',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'after the end it changes nothing now',
      manifests:
        gateway('namespaceSelector: {}') + gateway(byNamespace, 'second') + namespace('gateway: edge') + route(),
      closed: true,
      now: '2026-11-24T00:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    {
      name: 'the gatewayRouteSelector tells them apart',
      manifests:
        gateway(`${byNamespace}, gatewayRouteSelector: { matchLabels: { team: api } }`) +
        gateway(`${byNamespace}, gatewayRouteSelector: { matchLabels: { team: web } }`, 'second') +
        namespace('gateway: edge') +
        route(', labels: { team: web }'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'the other gateway selects no namespace',
      manifests: gateway(byNamespace) + gateway('', 'second') + namespace('gateway: edge') + route(),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'a second gateway may be in another file',
      manifests: gateway(byNamespace) + namespace('gateway: edge') + route(),
      notEvaluated: ['GatewayRoute shop/cart'],
    },
    {
      name: 'the labels of the namespace were not seen',
      manifests: gateway(byNamespace) + gateway(byNamespace, 'second') + route(),
      notEvaluated: ['GatewayRoute shop/cart'],
    },
    {
      name: 'an export that was given to a gateway once',
      manifests:
        gateway(byNamespace) +
        gateway(byNamespace, 'second') +
        namespace('gateway: edge') +
        route(', uid: 1-2', 'virtualGatewayRef: { name: edge, namespace: gateways, uid: 3-4 }'),
      closed: true,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
