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
      name: 'the namespace lacks the label the gateway asks for',
      manifests: gateway(byNamespace) + namespace() + route(),
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      says: 'label gateway=edge is not there on namespace shop',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the route lacks the label of the gatewayRouteSelector',
      manifests:
        gateway(`${byNamespace}, gatewayRouteSelector: { matchLabels: { team: web } }`) +
        namespace('gateway: edge') +
        route(', labels: { team: webb }'),
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      says: 'label team is webb, not web on the route',
    },
    {
      name: 'a gateway without namespaceSelector takes none',
      manifests: gateway('') + namespace('gateway: edge') + route(),
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      says: 'selects no namespace',
    },
    {
      name: 'there is no gateway at all',
      manifests: namespace() + route(),
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      says: 'there is none',
    },
  ],
  quiet: [
    {
      name: 'selected, from another namespace',
      manifests: gateway(byNamespace) + namespace('gateway: edge') + route(),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'one of two gateways takes it',
      manifests: gateway('', 'other') + gateway(byNamespace) + namespace('gateway: edge') + route(),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'the gateway may be in another file',
      manifests: namespace() + route(),
      notEvaluated: ['GatewayRoute shop/cart'],
    },
    {
      name: 'the labels of the namespace were not seen',
      manifests: gateway(byNamespace) + route(),
      notEvaluated: ['GatewayRoute shop/cart'],
    },
    {
      name: 'an export that was given to a gateway once',
      manifests:
        gateway('') +
        namespace() +
        route(', uid: 1-2', 'virtualGatewayRef: { name: edge, namespace: gateways, uid: 3-4 }'),
      closed: true,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
