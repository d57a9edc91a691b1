import { behind, edge, matching, runningEdge, toSelf } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const shop = (...routes: readonly string[]) => edge('http 8088') + routes.join('') + behind() + behind('web');
const toWeb = (match: string, priority = '') => matching(match, { name: 'web', target: 'web', priority });
const web = 'cluster: cds_ingress_shop_edge_shop_self_redirect_http_15001, hostRewrite: web.shop';

export default {
  fires: [
    {
      name: 'an exact path below a prefix, both without priority',
      manifests: shop(matching('prefix: /a/'), toWeb('path: { exact: /a/login }')),
      finds: ['GatewayRoute shop/web, GatewayRoute shop/cart'],
      says: 'App Mesh does not define which is tried first. One such request: GET http://www.example.com/a/login.',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'one prefix, and different headers',
      manifests: shop(
        matching('prefix: /a/, headers: [{ name: x-beta }]'),
        toWeb('prefix: /a/, headers: [{ name: x-canary }]'),
      ),
      finds: ['GatewayRoute shop/cart, GatewayRoute shop/web'],
      says: '(x-canary: x, x-beta: x)',
    },
    {
      name: 'regexes that overlap',
      manifests: shop(matching('path: { regex: "/[a-m].*" }'), toWeb('path: { regex: "/.*[0-9]" }')),
      finds: ['GatewayRoute shop/cart, GatewayRoute shop/web'],
    },
    {
      name: 'the frozen Envoy has one of them first, and keeps it',
      manifests: shop(matching('prefix: /a/'), toWeb('path: { exact: /a/login }')),
      envoy: runningEdge(`{ prefix: /a/, prefixRewrite: /, ${toSelf} }, { match: { path: /a/login }, ${web} }`),
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/web, GatewayRoute shop/cart'],
      says: 'has GatewayRoute shop/cart first',
      effect: 'latent',
    },
  ],
  quiet: [
    { name: 'priority decides', manifests: shop(matching('prefix: /a/'), toWeb('path: { exact: /a/login }', '5')) },
    { name: 'the longer prefix goes first', manifests: shop(matching('prefix: /a/'), toWeb('prefix: /a/login/')) },
    { name: 'no request in common', manifests: shop(matching('prefix: /a/'), toWeb('path: { exact: /b }')) },
    {
      name: 'the same target and path, whichever is first',
      manifests: shop(
        matching('prefix: /a/, headers: [{ name: x-beta }]'),
        matching('prefix: /a/, headers: [{ name: x-canary }]', { name: 'other' }),
      ),
    },
    {
      name: 'other hosts',
      manifests: shop(
        matching('prefix: /a/, hostname: { exact: a.example.com }'),
        toWeb('path: { exact: /a/b }, hostname: { exact: b.example.com }'),
      ),
    },
    {
      name: 'a route that is surely before both takes what they share',
      manifests: shop(
        matching('path: { exact: /a/login }', { name: 'login', priority: '1' }),
        matching('prefix: /a/'),
        toWeb('path: { exact: /a/login }'),
      ),
    },
    {
      name: 'the same match is the business of route-duplicate',
      manifests: shop(matching('prefix: /a/'), toWeb('prefix: /a/')),
    },
    {
      name: 'an Envoy alone: its order is its own',
      envoy: runningEdge(`{ prefix: /a/, ${toSelf} }, { match: { path: /a/login }, ${web} }`),
      notEvaluated: ['rule'],
    },
  ],
} satisfies RuleCases;
