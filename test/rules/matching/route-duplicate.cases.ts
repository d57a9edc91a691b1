import { behind, edge, matching, node, plainEnvoy, router, runningEdge, toSelf } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

const shop = (...routes: readonly string[]) => edge('http 8088') + routes.join('') + behind() + behind('web');
const toWeb = (match: string, priority = '') => matching(match, { name: 'web', target: 'web', priority });
const web = 'cluster: cds_ingress_shop_edge_shop_self_redirect_http_15001, hostRewrite: web.shop';

export default {
  fires: [
    {
      name: 'one prefix, two targets',
      manifests: shop(matching('prefix: /a'), toWeb('prefix: /a')),
      finds: ['GatewayRoute shop/web'],
      says: 'which of the two takes them App Mesh does not define',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'priority decides',
      manifests: shop(matching('prefix: /a'), toWeb('prefix: /a', '5')),
      finds: ['GatewayRoute shop/cart'],
      says: 'Route shop/web takes them all',
    },
    {
      name: 'written otherwise: a regex and an exact path',
      manifests: shop(matching('path: { regex: "/a[b]" }'), toWeb('path: { exact: /ab }')),
      finds: ['GatewayRoute shop/web'],
    },
    {
      name: 'two regexes of one language',
      manifests: shop(matching('path: { regex: "/(a|b)+" }'), toWeb('path: { regex: "/[ab][ab]*" }')),
      finds: ['GatewayRoute shop/web'],
    },
    {
      name: 'the same target: written twice',
      manifests: shop(matching('prefix: /a'), matching('prefix: /a', { name: 'again' })),
      finds: ['GatewayRoute shop/again'],
      severity: 'info',
      says: 'it is written twice',
    },
    {
      name: 'the target is the same, and only one keeps the host',
      manifests: shop(
        matching('prefix: /a'),
        matching('prefix: /a', { name: 'again', rewrite: 'hostname: { defaultTargetHostname: DISABLED }' }),
      ),
      finds: ['GatewayRoute shop/again'],
      severity: 'error',
    },
    {
      name: 'the frozen Envoy runs both: the first takes all',
      manifests: shop(matching('prefix: /a/'), toWeb('prefix: /a/')),
      envoy: runningEdge(`{ prefix: /a/, prefixRewrite: /, ${web} }, { prefix: /a/, prefixRewrite: /, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      says: 'Route shop/web takes them all. GET http://www.example.com/a/ gets 404',
      effect: 'traffic',
    },
    {
      name: 'routes of a VirtualRouter, shown by a request from outside',
      manifests:
        edge('http 8088') +
        matching('prefix: /cart') +
        virtualService('cart', { router: 'cart' }) +
        router(['http 8080'], 'prefix: /items').replace(
          /routes: \[(\{.*\})\] \}/,
          (_, one: string) =>
            `routes: [${one}, ${one.replace('name: main', 'name: other').replace('cart }', 'web }')}] }`,
        ) +
        node('http 8080') +
        behind('web'),
      finds: ['VirtualRouter shop/cart'],
      says: 'GET http://www.example.com/cart/items',
    },
    {
      name: 'an Envoy of which no object is known, three times the same',
      envoy: plainEnvoy('{ prefix: /x, cluster: a }, { prefix: /x, cluster: b }, { prefix: /x, cluster: c }'),
      finds: ['Envoy envoy-1', 'Envoy envoy-1'],
    },
  ],
  quiet: [
    { name: 'different prefixes', manifests: shop(matching('prefix: /a/'), toWeb('prefix: /b/')) },
    {
      name: 'one more header',
      manifests: shop(matching('prefix: /a'), toWeb('prefix: /a, headers: [{ name: x }]', '1')),
    },
    {
      name: 'the same prefix for another host',
      manifests: shop(
        matching('prefix: /a, hostname: { exact: a.example.com }'),
        toWeb('prefix: /a, hostname: { exact: b.example.com }'),
      ),
    },
    { name: 'one object, whose prefix stands twice in Envoy', manifests: shop(matching('prefix: /a')) },
    {
      name: 'regexes that differ in one path',
      manifests: shop(matching('path: { regex: "/a+" }'), toWeb('path: { regex: "/a*" }')),
    },
  ],
} satisfies RuleCases;
