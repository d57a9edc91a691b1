import { edge, matching, node, router } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

const running = (routes: string) => `
routes: { rds_ingress_http_8088: { self_redirect: [${routes}] }, rds_egress_http_15001: { cart.shop: [{ prefix: / }] } }
`;

export default {
  fires: [
    {
      name: 'an http2Route on an http listener',
      manifests: edge('http 8088') + matching('prefix: /cart', { type: 'http2Route' }),
      finds: ['GatewayRoute shop/cart'],
      says: 'is of type http2Route, but listener 8088 of VirtualGateway shop/edge speaks http: App Mesh makes no route of it',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the port says which listener',
      manifests: edge('http 8088', 'grpc 8089') + matching('prefix: /cart, port: 8089'),
      finds: ['GatewayRoute shop/cart'],
      says: 'listener 8089',
    },
    {
      name: 'a route of a VirtualRouter',
      manifests: router(['http2 8080'], 'prefix: /') + virtualService('cart', { router: 'cart' }) + node('http2 8080'),
      finds: ['VirtualRouter shop/cart'],
      says: 'Route "main" of VirtualRouter shop/cart is of type httpRoute',
    },
    {
      name: 'after the end, no Envoy read: nothing is hit now',
      manifests: edge('http 8088') + matching('serviceName: shop.Cart', { type: 'grpcRoute' }),
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'the frozen Envoy lacks the route',
      manifests: edge('http 8088') + matching('prefix: /cart', { type: 'http2Route' }),
      envoy: `connected: false\n${running('{ prefix: /users, hostRewrite: users.shop }')}`,
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the Envoy still has the route: the type was changed after it froze',
      manifests: edge('http 8088') + matching('prefix: /cart', { type: 'http2Route' }),
      envoy: running('{ prefix: /cart/, hostRewrite: cart.shop }, { prefix: /cart, hostRewrite: cart.shop }'),
      finds: ['GatewayRoute shop/cart'],
      says: 'the running gateway still has the route',
      effect: 'latent',
    },
  ],
  quiet: [
    {
      name: 'types and protocols agree',
      manifests:
        edge('http 8088', 'grpc 8089') +
        matching('prefix: /cart, port: 8088') +
        matching('serviceName: a.B, port: 8089', { type: 'grpcRoute', name: 'rpc' }) +
        router(['http 8080'], 'prefix: /'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'several listeners and no port: the business of route-port-missing',
      manifests: edge('http2 8088', 'grpc 8089') + matching('prefix: /cart'),
      notEvaluated: [],
    },
    {
      name: 'the gateway was not seen',
      manifests: matching('prefix: /cart'),
      notEvaluated: ['GatewayRoute shop/cart'],
    },
    {
      name: 'no gateway takes it: the business of gateway-not-selected',
      manifests: matching('prefix: /cart'),
      closed: true,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
