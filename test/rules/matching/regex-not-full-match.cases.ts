import { behind, edge, matching, node, plainEnvoy, router, runningEdge, toSelf } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

const path = (regex: string) => edge('http 8088') + matching(`path: { regex: '${regex}' }`) + behind();
const header = (name: string, regex: string, more = '') =>
  edge('http 8088') +
  matching(`prefix: /, headers: [{ name: ${name}, match: { regex: '${regex}' }${more} }]`) +
  behind();
const byRouter = (match: string) =>
  edge('http 8088') +
  matching('prefix: /cart') +
  virtualService('cart', { router: 'cart' }) +
  router(['http 8080'], match) +
  node('http 8080');

export default {
  fires: [
    {
      name: 'anchored at the beginning only',
      manifests: path('^/api/'),
      finds: ['GatewayRoute shop/cart'],
      says: '"/api/x" is not taken: it gets 404',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'an ending that no path can begin with',
      manifests: path('\\.(png|jpg)$'),
      finds: ['GatewayRoute shop/cart'],
      says: 'reads as if its end were meant: "/x.png"',
      severity: 'warning',
    },
    {
      name: 'a piece of a path, and another route takes the request',
      manifests: path('users/[0-9]+') + matching('prefix: /', { name: 'rest' }),
      finds: ['GatewayRoute shop/cart'],
      says: '"/x/users/1/x" is not taken, and another route takes it',
    },
    {
      name: 'a plain path written as a regex may be meant as it stands',
      manifests: path('/api'),
      finds: ['GatewayRoute shop/cart'],
      says: '"/api/x"',
      severity: 'info',
    },
    {
      name: 'a word for a header whose values are sentences',
      manifests: header('user-agent', 'Mobile'),
      finds: ['GatewayRoute shop/cart'],
      says: 'must match header user-agent as a whole, and reads as if its inside were meant: "x Mobile x"',
      severity: 'warning',
    },
    {
      name: 'a route of a VirtualRouter, reached through the prefix that the gateway cuts',
      manifests: byRouter("path: { regex: '^/items/' }"),
      finds: ['VirtualRouter shop/cart'],
      says: 'Route "main" of VirtualRouter shop/cart: the regex "^/items/"',
    },
    {
      name: 'the frozen Envoy runs it',
      manifests: path('^/api/'),
      envoy: runningEdge(`{ match: { safe_regex: { regex: '^/api/' } }, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'traffic',
    },
    {
      name: 'the object was edited after the gateway froze: what runs is right',
      manifests: path('^/api/'),
      envoy: runningEdge(`{ match: { safe_regex: { regex: '/api/.*' } }, ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      finds: ['GatewayRoute shop/cart'],
      effect: 'latent',
    },
    {
      name: 'an Envoy that is no App Mesh gateway, its objects not read',
      envoy: plainEnvoy(
        "{ match: { prefix: /, headers: [{ name: user-agent, string_match: { safe_regex: { regex: '^Mozilla' } } }] }, cluster: cart }",
      ),
      finds: ['Envoy envoy-1'],
      says: 'A route of gateway envoy-1',
      effect: 'traffic',
    },
  ],
  quiet: [
    { name: 'a whole path', manifests: path('/users/[0-9]+/orders'), notEvaluated: [] },
    { name: 'anchors at both ends', manifests: path('^/api/v[0-9]$'), notEvaluated: [] },
    { name: 'what may follow is written', manifests: path('^/api/.*'), notEvaluated: [] },
    { name: 'in doubt: a number may be the whole rest', manifests: path('^/users/[0-9]+'), notEvaluated: [] },
    { name: 'a value that may be a whole one', manifests: header('x-stage', 'beta|gamma'), notEvaluated: [] },
    { name: 'a word for a sentence, written right', manifests: header('user-agent', '.*Mobile.*'), notEvaluated: [] },
    { name: 'what is to be left out', manifests: header('user-agent', 'curl', ', invert: true'), notEvaluated: [] },
    {
      name: 'an earlier route takes it all: nothing shows here',
      manifests: path('^/api/') + matching('prefix: /', { name: 'all', priority: '0' }) + behind(),
      notEvaluated: [],
    },
    {
      name: 'no gateway leads to the router',
      manifests: virtualService('cart', { router: 'cart' }) + router(['http 8080'], "path: { regex: '^/items/' }"),
      notEvaluated: ['rule'],
    },
  ],
} satisfies RuleCases;
