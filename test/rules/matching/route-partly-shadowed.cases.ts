import { behind, edge, matching, plainEnvoy } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const first = (match: string, name = 'first') => matching(match, { name, priority: '1' });
const shop = (...routes: readonly string[]) => edge('http 8088') + routes.join('') + behind() + behind('web');
const toWeb = (match: string) => matching(match, { name: 'web', target: 'web' });

export default {
  fires: [
    {
      name: 'requests with a header go another way',
      manifests: shop(first('prefix: /, headers: [{ name: x-beta }]'), toWeb('prefix: /api')),
      finds: ['GatewayRoute shop/web'],
      says: 'Route shop/first, tried before Route shop/web, takes part of the requests that it asks for. GET http://www.example.com/api/ (x-beta: x)',
      severity: 'info',
    },
    {
      name: 'two regexes that overlap',
      manifests: shop(first('path: { regex: "/[a-m].*" }'), toWeb('path: { regex: "/.*[0-9]" }')),
      finds: ['GatewayRoute shop/web'],
    },
    {
      name: 'a method of many, for every path',
      manifests: shop(first('prefix: /, method: POST'), toWeb('prefix: /orders')),
      finds: ['GatewayRoute shop/web'],
      says: 'POST http://www.example.com/orders',
    },
    {
      name: 'several earlier routes are one finding',
      manifests: shop(
        first('prefix: /, method: POST', 'post'),
        first('prefix: /, queryParameters: [{ name: v }]', 'versioned'),
        toWeb('prefix: /orders'),
      ),
      finds: ['GatewayRoute shop/versioned', 'GatewayRoute shop/web'].slice(1),
    },
    {
      name: 'hosts that overlap, in an Envoy of which no object is known',
      envoy: plainEnvoy(
        '{ match: { prefix: /, headers: [{ name: ":authority", string_match: { prefix: www. } }] }, cluster: cart }, { match: { prefix: /, headers: [{ name: ":authority", string_match: { suffix: .com } }] }, cluster: web }',
      ),
      finds: ['Envoy envoy-1'],
    },
  ],
  quiet: [
    { name: 'a longer prefix is a special case', manifests: shop(matching('prefix: /'), toWeb('prefix: /api')) },
    {
      name: 'a longer prefix for any host, before a host of its own',
      manifests: shop(matching('prefix: /cart'), toWeb('prefix: /, hostname: { exact: www.example.com }')),
    },
    {
      name: 'one header more is a special case',
      manifests: shop(first('prefix: /api, headers: [{ name: x-beta }]'), toWeb('prefix: /api')),
    },
    {
      name: 'both do the same',
      envoy: plainEnvoy(
        '{ match: { prefix: /, headers: [{ name: a, present_match: true }] }, cluster: cart }, { prefix: /x, cluster: cart }',
      ),
    },
    {
      name: 'nothing in common',
      manifests: shop(first('prefix: /, method: POST'), toWeb('prefix: /orders, method: GET')),
    },
    {
      name: 'taken whole is the business of route-shadowed',
      manifests: shop(first('prefix: /'), toWeb('prefix: /orders')),
    },
  ],
} satisfies RuleCases;
