import type { RuleCases } from '../../support/rule-table.ts';
import { gatewayRoute, virtualNode, virtualRouter } from '../../support/shop.ts';

const target = 'target: { virtualService: { virtualServiceRef: { name: cart } } }';
const route = (match: string, rewrite = '', metadata = '') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: cart, namespace: shop${metadata} }
spec: { httpRoute: { match: { ${match} }, action: { ${target}${rewrite} } } }
`;
const denied = (name: string, manifests: string, says: string) => ({
  name,
  manifests,
  finds: ['GatewayRoute shop/cart'],
  says,
  severity: 'error' as const,
});

export default {
  fires: [
    denied(
      'neither prefix nor path nor hostname',
      route('method: GET'),
      'Either prefix or path or hostname must be specified',
    ),
    denied(
      'prefix and path',
      route('prefix: /, path: { exact: / }'),
      'Both prefix and path cannot be specified. Only 1 allowed',
    ),
    denied('an empty path', route('path: {}'), 'Either exact or regex for path must be specified'),
    denied(
      'two matchers of one header',
      route('prefix: /, headers: [{ name: a, match: { exact: x, prefix: y } }]'),
      'Too many Match Filters specified',
    ),
    denied(
      'a range that ends before it starts',
      route('prefix: /, headers: [{ name: a, match: { range: { start: 5, end: 5 } } }]'),
      'end has to be greater than start',
    ),
    denied(
      'a rewrite without slash at its end',
      route('prefix: /cart/', ', rewrite: { prefix: { value: /new } }'),
      "New Rewrite Prefix must start and end with '/'",
    ),
    denied(
      'an empty rewrite',
      route('prefix: /cart/', ', rewrite: {}'),
      'Either prefix, path or hostname for rewrite must be specified',
    ),
    denied('no type', route('').replace('httpRoute', 'tcpRoute'), 'Missing GatewayRoute Type in GatewayRoute Spec'),
    denied(
      'gRPC without service and hostname',
      route('port: 80').replace('httpRoute', 'grpcRoute'),
      'Either servicename or hostname must be specified',
    ),
    {
      name: 'a hole: a prefix without slash, in an export too',
      manifests: route('prefix: cart', '', ', uid: 1-2'),
      finds: ['GatewayRoute shop/cart'],
      says: 'does not begin with /',
      severity: 'warning',
    },
    {
      name: 'a node without service discovery, a router with two routes of one name',
      manifests: `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: { name: cart, namespace: shop }
spec: { listeners: [{ portMapping: { port: 80, protocol: http } }] }
---
${virtualRouter('cart', 'a', 'a')}`,
      finds: ['VirtualNode shop/cart', 'VirtualRouter shop/cart'],
      says: 'has duplicate route entries for to-a',
    },
  ],
  quiet: [
    {
      name: 'as people write them',
      manifests: gatewayRoute('cart') + virtualNode('cart') + virtualRouter('cart', 'cart'),
      notEvaluated: [],
    },
    { name: 'an export has passed the webhook', manifests: route('method: GET', '', ', uid: 1-2'), notEvaluated: [] },
    {
      name: 'a header without match tests that it is there',
      manifests: route('prefix: /, headers: [{ name: a }]'),
      notEvaluated: [],
    },
    {
      name: 'with headers the webhook does not look at query parameters',
      manifests: route('prefix: /, headers: [{ name: a }], queryParameters: [{ name: q, match: {} }]'),
      notEvaluated: [],
    },
    { name: 'a hostname alone is enough', manifests: route('hostname: { exact: a.b }'), notEvaluated: [] },
  ],
} satisfies RuleCases;
