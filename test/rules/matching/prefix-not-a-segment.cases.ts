import { logOf } from '../../support/log-lines.ts';
import { behind, edge, matching, node, plainEnvoy, router, runningEdge, toSelf } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

const byRouter = virtualService('cart', { router: 'cart' }) + router(['http 8080'], 'prefix: /') + node('http 8080');

export default {
  fires: [
    {
      name: 'once for the gateway',
      manifests:
        edge('http 8088') + matching('prefix: /cart') + matching('prefix: /users', { name: 'users' }) + byRouter,
      finds: ['VirtualGateway shop/edge'],
      says: '2 routes of gateway edge match by a prefix that does not end in a slash: /users also takes /usersx',
      severity: 'info',
    },
    {
      name: 'a sibling is hit: the shorter prefix has the better priority',
      manifests:
        edge('http 8088') +
        matching('prefix: /api', { priority: '1' }) +
        matching('prefix: /api-v2', { name: 'second', target: 'second' }) +
        behind() +
        behind('second'),
      finds: ['GatewayRoute shop/cart', 'VirtualGateway shop/edge'],
      says: 'Route shop/cart takes the requests of Route shop/second: its prefix /api also matches /api-v2',
    },
    {
      name: 'a sibling is hit in the running Envoy: an exact path behind',
      envoy: runningEdge(
        `{ prefix: /api, ${toSelf} }, { match: { path: /apis }, cluster: other, hostRewrite: apis.shop }`,
      ),
      now: '2026-11-24T12:00:00Z',
      finds: ['VirtualGateway shop/edge', 'VirtualGateway shop/edge'],
      says: 'A route of gateway edge takes the requests of the later route for /apis',
    },
    {
      name: 'a frozen Envoy alone: it stays so',
      envoy: runningEdge(`{ prefix: /api, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
    {
      name: 'an Envoy that is no App Mesh gateway',
      envoy: plainEnvoy('{ prefix: /a, cluster: cart }'),
      finds: ['Envoy envoy-1'],
      severity: 'info',
    },
    {
      name: 'a longer name is asked for and not served',
      envoy: runningEdge(`{ prefix: /api, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      accessLog: logOf({ request: 'GET /apis/list', ends: '404 -', served: true }),
      finds: ['VirtualGateway shop/edge', 'VirtualGateway shop/edge'],
      says: '1 request of a longer name went by a prefix that does not end in a slash, and none like them was served: /api also takes GET /apis/list',
    },
    {
      name: 'paths that end or go on with a segment',
      envoy: runningEdge(`{ prefix: /api, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      accessLog: logOf(
        { request: 'GET /api/list', ends: '404 -', served: true, count: 9 },
        { request: 'GET /api?x=1', ends: '404 -', served: true },
      ),
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
    {
      name: 'the longer name is served',
      envoy: runningEdge(`{ prefix: /api, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      accessLog: logOf({ request: 'GET /apis/list', ends: '200 -', served: true, count: 9 }),
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
  ],
  quiet: [
    {
      name: 'prefixes that end in a slash, and everything',
      manifests: edge('http 8088') + matching('prefix: /cart/') + matching('prefix: /', { name: 'rest' }) + behind(),
      notEvaluated: [],
    },
    {
      name: 'a path_separated_prefix',
      envoy: plainEnvoy('{ match: { path_separated_prefix: /a }, cluster: cart }'),
      notEvaluated: [],
    },
    {
      name: 'an exact path',
      manifests: edge('http 8088') + matching('path: { exact: /cart }') + behind(),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
