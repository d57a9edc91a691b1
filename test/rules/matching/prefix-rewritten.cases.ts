import { logOf } from '../../support/log-lines.ts';
import { behind, edge, matching, node, plainEnvoy, router, runningEdge, toSelf } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

const byRouter = (match: string) =>
  virtualService('cart', { router: 'cart' }) + router(['http 8080'], match) + node('http 8080');

export default {
  fires: [
    {
      name: 'the default, once for the gateway',
      manifests:
        edge('http 8088') +
        matching('prefix: /cart') +
        matching('prefix: /users/', { name: 'users' }) +
        byRouter('prefix: /'),
      finds: ['VirtualGateway shop/edge'],
      says: '2 routes of gateway edge cut the matched prefix: /users/x reaches cart.shop as /x',
      severity: 'info',
    },
    {
      name: 'a frozen Envoy alone: the doubled prefix is one route',
      envoy: runningEdge(
        `{ prefix: /cart/, prefixRewrite: /, ${toSelf} }, { prefix: /cart, prefixRewrite: /, ${toSelf} }`,
      ),
      now: '2026-11-24T12:00:00Z',
      finds: ['VirtualGateway shop/edge'],
      says: '1 route of gateway edge cuts the matched prefix: /cart/x reaches cart.shop as /x',
      effect: 'standing',
      severity: 'info',
    },
    {
      name: 'the router behind asks for the prefix that was cut',
      manifests: edge('http 8088') + matching('prefix: /cart') + byRouter('prefix: /cart'),
      finds: ['VirtualGateway shop/edge', 'VirtualGateway shop/edge'],
      says: '1 route of gateway edge loses requests by cutting the prefix: /cart/x reaches cart.shop as /x, where only the uncut path has a route, and gets 404',
    },
    {
      name: 'a double slash, on any Envoy',
      envoy: plainEnvoy('{ prefix: /a, prefixRewrite: /, cluster: cart }'),
      finds: ['Envoy envoy-1'],
      says: '1 route of gateway envoy-1 leaves a double slash: /a/x goes on as //x',
      severity: 'info',
    },
    {
      name: 'the workload knows no such path, as its log says: an error, also where nothing can be changed any more',
      envoy: runningEdge(`{ prefix: /cart/, prefixRewrite: /, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      accessLog: logOf({ request: 'GET /cart/items/7', ends: '404 -', served: true, count: 20 }),
      finds: ['VirtualGateway shop/edge', 'VirtualGateway shop/edge'],
      says: '20 requests whose prefix gateway edge cuts were answered 404 by their workload (GET /cart/items/:id), and none like them was served: /cart/x reaches cart.shop as /x',
    },
    {
      name: 'nineteen 404s are no error',
      envoy: runningEdge(`{ prefix: /cart/, prefixRewrite: /, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      accessLog: logOf({ request: 'GET /cart/items/7', ends: '404 -', served: true, count: 19 }),
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
    {
      name: 'others like them were served',
      envoy: runningEdge(`{ prefix: /cart/, prefixRewrite: /, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      accessLog: logOf(
        { request: 'GET /cart/items/7', ends: '404 -', served: true, count: 20 },
        { request: 'GET /cart/items/8', ends: '200 -', served: true },
      ),
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
    {
      name: 'scanners ask everybody',
      envoy: runningEdge(`{ prefix: /cart/, prefixRewrite: /, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      accessLog: logOf({ agent: 'sqlmap/1.7', request: 'GET /cart/items/7', ends: '404 -', served: true, count: 20 }),
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
  ],
  quiet: [
    {
      name: 'switched off, and a path of its own',
      manifests:
        edge('http 8088') +
        matching('prefix: /cart', { rewrite: 'prefix: { defaultPrefix: DISABLED }' }) +
        matching('path: { exact: /users }', { name: 'users' }) +
        behind(),
      notEvaluated: [],
    },
    {
      name: 'a rewrite that somebody wrote',
      manifests: edge('http 8088') + matching('prefix: /cart', { rewrite: 'prefix: { value: / }' }) + behind(),
      notEvaluated: [],
    },
    {
      name: 'everything is matched',
      manifests: edge('http 8088') + matching('prefix: /') + behind(),
      notEvaluated: [],
    },
    {
      name: 'an Envoy that is no App Mesh gateway: a clean rewrite',
      envoy: plainEnvoy(
        '{ prefix: /a/, prefixRewrite: /, cluster: cart }, { match: { path: /a }, prefixRewrite: /, cluster: cart }',
      ),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
