import { behind, edge, matching, plainEnvoy, runningEdge, toSelf } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const route = (match: string) => edge('http 8088') + matching(match) + behind();
const two = (version: string) =>
  `${plainEnvoy(
    '{ match: { prefix: /, headers: [{ name: x, string_match: { exact: a } }, { name: x, string_match: { exact: b } }] }, cluster: cart }',
  )}version: ${version}\n`;
const clause = (match: string) => plainEnvoy(`{ match: { ${match} }, cluster: cart }`);

export default {
  fires: [
    {
      name: 'a query in the path',
      manifests: route('path: { exact: "/search?q=x" }'),
      finds: ['GatewayRoute shop/cart'],
      says: 'No request can ever match Route shop/cart: path is "/search?q=x": routes see the path without its query',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'two slashes, which the gateway makes one',
      manifests: route('prefix: /a//b/'),
      finds: ['GatewayRoute shop/cart'],
      says: 'one slash of several',
    },
    {
      name: 'a path that does not begin with a slash',
      manifests: route('path: { exact: cart }'),
      finds: ['GatewayRoute shop/cart'],
      says: 'every path begins with /',
    },
    {
      name: 'a regex that no path matches',
      manifests: route('path: { regex: "[a-z]+/items" }'),
      finds: ['GatewayRoute shop/cart'],
      says: 'no path that the gateway passes to its routes',
    },
    {
      name: 'an empty range',
      envoy: clause('prefix: /, headers: [{ name: x, range_match: { start: 5, end: 5 } }]'),
      finds: ['Envoy envoy-1'],
      says: 'the range is empty',
    },
    {
      name: 'a header value with a space at its end',
      manifests: route('prefix: /, headers: [{ name: x, match: { exact: "beta " } }]'),
      finds: ['GatewayRoute shop/cart'],
      says: 'Envoy trims header values',
    },
    {
      name: 'two values of one header, to Envoy 1.38',
      envoy: two('1.38.2'),
      finds: ['Envoy envoy-1'],
      says: 'header x is "a", and header x is "b": no request has both (from Envoy 1.39 on',
    },
    {
      name: 'there and absent',
      manifests: route('prefix: /, headers: [{ name: x }, { name: x, invert: true }]'),
      finds: ['GatewayRoute shop/cart'],
      says: 'no request has both',
    },
    {
      name: 'a query parameter whose name holds =',
      envoy: clause('prefix: /, query_parameters: [{ name: a=b, present_match: true }]'),
      finds: ['Envoy envoy-1'],
      says: 'ends at the first & = or #',
    },
    {
      name: 'only the objects ask for it: the frozen Envoy runs another path',
      manifests: route('path: { exact: "/search?q=x" }'),
      envoy: runningEdge(`{ prefix: /search, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'latent',
    },
  ],
  quiet: [
    { name: 'two values of one header, from Envoy 1.39 on', envoy: two('1.39.0') },
    {
      name: 'an everyday route',
      manifests: route('prefix: /cart, headers: [{ name: x-beta, match: { exact: "1" } }]'),
    },
    {
      name: 'a range of one',
      manifests: route('prefix: /, headers: [{ name: x, match: { range: { start: 5, end: 6 } } }]'),
    },
    { name: 'a regex that is not RE2 is the business of regex-invalid', manifests: route('path: { regex: "(?=a)" }') },
    {
      name: 'switched off on purpose',
      envoy: clause('prefix: /, runtime_fraction: { default_value: { numerator: 0, denominator: HUNDRED } }'),
    },
    { name: 'never reached is the business of route-shadowed', envoy: plainEnvoy('{ prefix: / }, { prefix: /x }') },
  ],
} satisfies RuleCases;
