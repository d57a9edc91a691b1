import { edge, matching, node, router } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

const byNode = virtualService('cart', { node: 'cart' });
const byRouter = virtualService('cart', { router: 'cart' });

export default {
  fires: [
    {
      name: 'a VirtualNode with two listeners provides the service',
      manifests: edge('http 8088') + matching('prefix: /cart') + byNode + node('http 8080', 'grpc 9090'),
      finds: ['GatewayRoute shop/cart'],
      says: 'names no port of its target, and VirtualNode shop/cart listens on 8080 (http), 9090 (grpc)',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a VirtualRouter with two listeners provides the service',
      manifests:
        matching('prefix: /cart') +
        byRouter +
        router(['http 8080', 'http 8081'], 'prefix: /, port: 8080') +
        node('http 8080'),
      finds: ['GatewayRoute shop/cart'],
      says: 'VirtualRouter shop/cart listens on 8080 (http), 8081 (http)',
    },
    {
      name: 'a weighted target with two listeners',
      manifests: byRouter + router(['http 8080'], 'prefix: /') + node('http 8080', 'http 8081'),
      finds: ['VirtualRouter shop/cart'],
      says: 'Route "main" of VirtualRouter shop/cart names no port of its target',
    },
    {
      name: 'the frozen gateway still has the route',
      manifests: edge('http 8088') + matching('prefix: /cart') + byNode + node('http 8080', 'grpc 9090'),
      envoy: `
connected: false
routes: { rds_ingress_http_8088: { self_redirect: [{ prefix: /cart, hostRewrite: cart.shop }] } }`,
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      says: 'the running gateway still has the route',
      effect: 'latent',
    },
  ],
  quiet: [
    {
      name: 'one listener needs no port',
      manifests: matching('prefix: /cart') + byRouter + router(['http 8080'], 'prefix: /') + node('http 8080'),
      notEvaluated: [],
    },
    {
      name: 'the ports are named',
      manifests:
        byRouter + router(['http 8080'], 'prefix: /', { target: ', port: 8081' }) + node('http 8080', 'http 8081'),
      notEvaluated: [],
    },
    {
      name: 'what provides the service was not seen',
      manifests: matching('prefix: /cart') + byNode,
      notEvaluated: ['GatewayRoute shop/cart'],
    },
    {
      name: 'one port written twice is one',
      manifests: byRouter + router(['http 8080'], 'prefix: /') + node('http 8080', 'http 8080'),
      notEvaluated: [],
    },
    {
      name: 'the service does not exist: the business of target-service-missing',
      manifests: matching('prefix: /cart'),
      closed: true,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
