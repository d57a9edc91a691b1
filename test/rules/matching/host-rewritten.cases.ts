import { logOf } from '../../support/log-lines.ts';
import { behind, edge, matching, node, plainEnvoy, router, runningEdge, toSelf } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

const kept = { rewrite: 'hostname: { defaultTargetHostname: DISABLED }' };
const byRouter = virtualService('cart', { router: 'cart' }) + router(['http 8080'], 'prefix: /') + node('http 8080');

export default {
  fires: [
    {
      name: 'the default, once for the gateway',
      manifests:
        edge('http 8088') + matching('prefix: /cart') + matching('prefix: /users', { name: 'users' }) + byRouter,
      finds: ['VirtualGateway shop/edge'],
      says: '2 routes of gateway edge replace Host by the name of the VirtualService: the workload behind /users/ sees cart.shop where the client asked for www.example.com',
      severity: 'info',
    },
    {
      name: 'a frozen Envoy alone',
      envoy: runningEdge(`{ prefix: /cart, prefixRewrite: /, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      finds: ['VirtualGateway shop/edge'],
      says: '1 route of gateway edge replaces Host',
      effect: 'standing',
    },
    {
      name: 'the workload serves no such host, as its log says',
      envoy: runningEdge(`{ prefix: /cart/, prefixRewrite: /, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      accessLog: logOf({ request: 'GET /cart/items/7', ends: '421 -', served: true, count: 20 }),
      finds: ['VirtualGateway shop/edge', 'VirtualGateway shop/edge'],
      says: '20 requests were answered 421 by their workload (GET /cart/items/:id), and none like them was served: it is asked for host cart.shop',
    },
    {
      name: 'a 400 has many reasons',
      envoy: runningEdge(`{ prefix: /cart/, prefixRewrite: /, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      accessLog: logOf({ request: 'GET /cart/items/7', ends: '400 -', served: true, count: 50 }),
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
  ],
  quiet: [
    {
      name: 'switched off on every route',
      manifests: edge('http 8088') + matching('prefix: /cart', kept) + behind(),
      notEvaluated: [],
    },
    {
      name: 'an Envoy that is no App Mesh gateway: somebody asked for it',
      envoy: plainEnvoy('{ prefix: /cart, cluster: cart, hostRewrite: cart.internal }'),
      notEvaluated: [],
    },
    { name: 'no gateway', manifests: matching('prefix: /cart'), notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
