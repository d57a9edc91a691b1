import { edge, matching, node, router } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

export default {
  fires: [
    {
      name: 'a gateway with two listeners',
      manifests: edge('http 8088', 'http 8089') + matching('prefix: /cart'),
      finds: ['GatewayRoute shop/cart'],
      says: 'names no port, and VirtualGateway shop/edge listens on 8088 (http), 8089 (http): App Mesh refuses it',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a router with two listeners',
      manifests:
        router(['http 8080', 'http 8081'], 'prefix: /') +
        virtualService('cart', { router: 'cart' }) +
        node('http 8080'),
      finds: ['VirtualRouter shop/cart'],
      says: 'Route "main" of VirtualRouter shop/cart names no port',
    },
    {
      name: 'a port that no listener has',
      manifests: edge('http 8088') + matching('prefix: /cart, port: 8089'),
      finds: ['GatewayRoute shop/cart'],
      says: 'asks for port 8089, but VirtualGateway shop/edge listens on 8088 (http)',
    },
    {
      name: 'the second listener came after the gateway froze: it still has the route',
      manifests: edge('http 8088', 'http 8089') + matching('prefix: /cart'),
      envoy: `
connected: false
routes: { rds_ingress_http_8088: { self_redirect: [{ prefix: /cart, hostRewrite: cart.shop }] } }`,
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      says: 'The running gateway still has the route.',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'the Envoy lacks the route',
      manifests: edge('http 8088', 'http 8089') + matching('prefix: /cart'),
      envoy: `
connected: false
routes: { rds_ingress_http_8088: { self_redirect: [{ prefix: /users, hostRewrite: users.shop }] } }`,
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'traffic',
    },
  ],
  quiet: [
    {
      name: 'one listener needs no port',
      manifests: edge('http 8088') + matching('prefix: /cart') + router(['http 8080'], 'prefix: /'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'the port is named',
      manifests:
        edge('http 8088', 'http 8089') +
        matching('prefix: /cart, port: 8089') +
        router(['http 8080', 'http 8081'], 'prefix: /, port: 8081'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'the gateway was not seen',
      manifests: matching('prefix: /cart'),
      notEvaluated: ['GatewayRoute shop/cart'],
    },
    {
      name: 'a listener without a readable port tells nothing',
      manifests: edge('http eight', 'http 8089') + matching('prefix: /cart'),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
