import type { RuleCases } from '../../support/rule-table.ts';

const mesh = (name: string, labels: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: ${name} }
spec: { namespaceSelector: { matchLabels: ${labels} } }
---
`;
const namespace = (labels: string) => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: ${labels} }
---
`;
const member = (kind: string, name: string, spec: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: ${kind}
metadata: { name: ${name}, namespace: shop, labels: { team: cart } }
spec: ${spec}
---
`;
const inShop = '{ meshRef: { name: shop, uid: u } }';
const node = member('VirtualNode', 'cart', inShop);
const gateway = (name: string, selector: string) =>
  member('VirtualGateway', name, `{ meshRef: { name: shop, uid: u }, ${selector} }`);
const route = member(
  'GatewayRoute',
  'cart',
  '{ meshRef: { name: shop, uid: u }, virtualGatewayRef: { name: edge, namespace: shop, uid: g } }',
);
const shop = mesh('shop', '{ mesh: shop }') + namespace('{ mesh: shop }');
const all = 'namespaceSelector: {}';

export default {
  fires: [
    {
      name: 'another Mesh selects the namespace now',
      manifests: mesh('shop', '{ mesh: shop }') + mesh('new', '{ mesh: new }') + namespace('{ mesh: new }') + node,
      closed: true,
      finds: ['Namespace shop'],
      says: 'VirtualNode shop/cart is in Mesh shop, and now Mesh new selects namespace shop.',
      effect: 'latent',
      severity: 'info',
    },
    {
      name: 'no Mesh selects it any more; several objects are told at once',
      manifests: mesh('shop', '{ mesh: shop }') + namespace('{}') + node + member('VirtualNode', 'pay', inShop),
      closed: true,
      finds: ['Namespace shop'],
      says: '2 App Mesh objects of namespace shop are in Mesh shop, and now no Mesh selects namespace shop.',
    },
    {
      name: 'the gateway of a route asks for another label now',
      manifests: `${shop}${gateway('edge', `${all}, gatewayRouteSelector: { matchLabels: { team: pay } }`)}${route}`,
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      says: 'was given to VirtualGateway shop/edge, and now no VirtualGateway selects it (shop/edge: gatewayRouteSelector: label team is cart, not pay',
    },
    {
      name: 'a second gateway selects the route, too',
      manifests: shop + gateway('edge', all) + gateway('inner', all) + route,
      closed: true,
      finds: ['GatewayRoute shop/cart'],
      says: 'now VirtualGateways shop/edge, shop/inner select it.',
    },
  ],
  quiet: [
    {
      name: 'the references are what the selectors say',
      manifests: shop + gateway('edge', all) + gateway('inner', 'podSelector: {}') + route + node,
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'what is in no mesh yet is decided when it is created',
      manifests: mesh('new', '{ mesh: new }') + namespace('{ mesh: new }') + member('VirtualNode', 'cart', '{}'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'nothing tells which Meshes and gateways there are',
      manifests: namespace('{ mesh: new }') + route,
      notEvaluated: ['Namespace shop', 'GatewayRoute shop/cart'],
    },
    { name: 'the labels of the namespace were not seen', manifests: node, notEvaluated: ['Namespace shop'] },
  ],
} satisfies RuleCases;
