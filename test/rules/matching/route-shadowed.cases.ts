import { behind, edge, matching, plainEnvoy, runningEdge, toSelf } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const first = (match: string, name = 'first') => matching(match, { name, priority: '1' });
const shop = (...routes: readonly string[]) => edge('http 8088') + routes.join('') + behind() + behind('web');
const toWeb = (match: string, more: { name?: string; priority?: string } = {}) =>
  matching(match, { name: 'web', target: 'web', ...more });
const envoy = (first: string, second: string, version = '1.40.0') =>
  `${plainEnvoy(`{ match: ${first}, cluster: cart }, { match: ${second}, cluster: web }`)}version: ${version}\n`;

export default {
  fires: [
    {
      name: 'a catch-all with the smaller priority number',
      manifests: shop(first('prefix: /'), toWeb('prefix: /api')),
      finds: ['GatewayRoute shop/web'],
      says: 'No request can reach Route shop/web: Route shop/first, tried before it, takes all that it asks for. GET http://www.example.com/api',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a regex that holds an exact path',
      manifests: shop(first('path: { regex: "/users/[0-9]+(/.*)?" }'), toWeb('path: { exact: /users/7/orders }')),
      finds: ['GatewayRoute shop/web'],
    },
    {
      name: 'a regex that another regex holds',
      manifests: shop(first('path: { regex: "/v[0-9]+/.*" }'), toWeb('path: { regex: "/v[12]/users/[a-z]+" }')),
      finds: ['GatewayRoute shop/web'],
    },
    {
      name: 'two routes together: a header that is there, and one that is not',
      manifests: shop(
        first('prefix: /, headers: [{ name: x-beta }]', 'with'),
        first('prefix: /, headers: [{ name: x-beta, invert: true }]', 'without'),
        toWeb('prefix: /api'),
      ),
      finds: ['GatewayRoute shop/web'],
      says: 'Route shop/with and Route shop/without, tried before it, together take all that it asks for',
    },
    {
      name: 'two regexes that share out the digits',
      manifests: shop(
        first('path: { regex: "/n/[0-4]" }', 'low'),
        first('path: { regex: "/n/[5-9]" }', 'high'),
        toWeb('path: { regex: "/n/[0-9]" }'),
      ),
      finds: ['GatewayRoute shop/web'],
      says: 'together take',
    },
    {
      name: 'the host of the one is among those of the other',
      manifests: shop(
        first('prefix: /, hostname: { suffix: .example.com }'),
        toWeb('prefix: /a, hostname: { exact: www.example.com }'),
      ),
      finds: ['GatewayRoute shop/web'],
      says: 'GET http://www.example.com/a/ goes to',
    },
    {
      name: 'a method and a query parameter beside the path that is taken whole',
      manifests: shop(
        first('prefix: /a'),
        toWeb('prefix: /a/b, method: POST, queryParameters: [{ name: v, match: { exact: "1" } }]'),
      ),
      finds: ['GatewayRoute shop/web'],
    },
    {
      name: 'the frozen Envoy runs it so',
      manifests: shop(first('prefix: /'), toWeb('prefix: /api')),
      envoy: runningEdge(
        `{ prefix: /, ${toSelf} }, { prefix: /api/, prefixRewrite: /, cluster: cds_ingress_shop_edge_shop_self_redirect_http_15001, hostRewrite: web.shop }, { prefix: /api, prefixRewrite: /, cluster: cds_ingress_shop_edge_shop_self_redirect_http_15001, hostRewrite: web.shop }`,
      ),
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/web'],
      effect: 'traffic',
    },
    {
      name: 'only the objects say so: the frozen Envoy has them the right way round',
      manifests: shop(first('prefix: /'), toWeb('prefix: /api')),
      envoy: runningEdge(
        `{ prefix: /api/, prefixRewrite: /, cluster: cds_ingress_shop_edge_shop_self_redirect_http_15001, hostRewrite: web.shop }, { prefix: /, ${toSelf} }`,
      ),
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/web'],
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'an Envoy of which no object is known',
      envoy: envoy('{ prefix: / }', '{ prefix: /x, headers: [{ name: a, present_match: true }] }'),
      finds: ['Envoy envoy-1'],
      says: 'Route #1 of virtual host self_redirect',
    },
    {
      name: 'to Envoy 1.38 lines of a header are one value: what begins with a holds all that is exactly ab',
      envoy: envoy(
        '{ prefix: /, headers: [{ name: x, string_match: { exact: b }, invert_match: true }] }',
        '{ prefix: /, headers: [{ name: x, string_match: { exact: a } }] }',
        '1.38.0',
      ),
      finds: ['Envoy envoy-1'],
    },
    {
      name: 'the earlier route does the same: nothing is hit',
      envoy: `${plainEnvoy('{ prefix: /, cluster: cart }, { prefix: /x, cluster: cart }')}`,
      finds: ['Envoy envoy-1'],
      severity: 'info',
      says: 'nothing is hit',
    },
  ],
  quiet: [
    { name: 'the longer prefix goes first', manifests: shop(matching('prefix: /'), toWeb('prefix: /api')) },
    {
      name: 'a regex leaves one path',
      manifests: shop(first('path: { regex: "/users/[0-9]+/.+" }'), toWeb('prefix: /users/7/')),
    },
    {
      name: 'two routes leave a gap',
      manifests: shop(
        first('path: { regex: "/n/[0-4]" }', 'low'),
        first('path: { regex: "/n/[6-9]" }', 'high'),
        toWeb('path: { regex: "/n/[0-9]" }'),
      ),
    },
    {
      name: 'another host',
      manifests: shop(
        first('prefix: /, hostname: { exact: a.example.com }'),
        toWeb('prefix: /a, hostname: { exact: b.example.com }'),
      ),
    },
    {
      name: 'another method',
      manifests: shop(first('prefix: /a, method: GET'), toWeb('prefix: /a/b, method: POST')),
    },
    {
      name: 'a query parameter that the earlier one asks for',
      manifests: shop(first('prefix: /a, queryParameters: [{ name: v }]'), toWeb('prefix: /a/b')),
    },
    {
      name: 'from Envoy 1.39 on a repeated header can hold both',
      envoy: envoy(
        '{ prefix: /, headers: [{ name: x, string_match: { exact: b }, invert_match: true }] }',
        '{ prefix: /, headers: [{ name: x, string_match: { exact: a } }] }',
        '1.40.0',
      ),
    },
    {
      name: 'the order is not defined: one of two orders has it alive',
      manifests: shop(matching('path: { regex: "/a.*" }'), toWeb('path: { exact: /ab }')),
    },
    {
      name: 'the same match is the business of route-duplicate',
      manifests: shop(first('prefix: /a'), toWeb('prefix: /a')),
    },
  ],
} satisfies RuleCases;
