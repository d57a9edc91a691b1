import { plainEnvoy, runningEdge, toSelf } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const route = (match: string, cluster = 'cart') => `{ match: { ${match} }, cluster: ${cluster} }`;
const envoy = (routes: string, more = '') => `${plainEnvoy(routes, 'edge')}${more}\n`;

export default {
  fires: [
    {
      name: 'one pod did not get the last route',
      envoy: [
        runningEdge(`{ prefix: /new, ${toSelf} }, { prefix: /cart, ${toSelf} }`),
        runningEdge(`{ prefix: /cart, ${toSelf} }`),
      ],
      now: '2026-11-24T12:00:00Z',
      finds: ['VirtualGateway shop/edge'],
      says: 'GET http://www.example.com/new goes to cluster cart as /new with host cart.shop by http://127.0.0.1:9901, and gets 404 (NR) by http://127.0.0.1:9902',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'routes in another order',
      envoy: [
        envoy(`${route('prefix: /a/')}, ${route("safe_regex: { regex: '/.*/b' }", 'web')}`),
        envoy(`${route("safe_regex: { regex: '/.*/b' }", 'web')}, ${route('prefix: /a/')}`),
      ],
      finds: ['Envoy edge'],
    },
    {
      name: 'a regex that takes one path more',
      envoy: [envoy(route("safe_regex: { regex: '/u/[0-9]+' }")), envoy(route("safe_regex: { regex: '/u/[0-9]*' }"))],
      finds: ['Envoy edge'],
      says: 'GET http://www.example.com/u/ gets 404',
    },
    {
      name: 'another cluster behind the second pass, on the third pod',
      envoy: [
        runningEdge(`{ prefix: /, ${toSelf} }`),
        runningEdge(`{ prefix: /, ${toSelf} }`),
        runningEdge(`{ prefix: /, ${toSelf} }`, '{ prefix: /, cluster: gone }'),
      ],
      finds: ['VirtualGateway shop/edge'],
      says: 'by http://127.0.0.1:9901, http://127.0.0.1:9902, and',
    },
  ],
  quiet: [
    { name: 'one Envoy', envoy: [envoy(route('prefix: /'))] },
    { name: 'two that run the same', envoy: [envoy(route('prefix: /')), envoy(route('prefix: /'))] },
    {
      name: 'another order of routes that share nothing',
      envoy: [
        envoy(`${route('prefix: /a/')}, ${route('prefix: /b/')}`),
        envoy(`${route('prefix: /b/')}, ${route('prefix: /a/')}`),
      ],
    },
    {
      name: 'written otherwise: two regexes of one language',
      envoy: [envoy(route("safe_regex: { regex: '/(a|b)' }")), envoy(route("safe_regex: { regex: '/[ab]' }"))],
    },
    {
      name: 'one without any listener is the business of gateway-pod-empty',
      envoy: [runningEdge(`{ prefix: /, ${toSelf} }`), 'connected: false'],
    },
    {
      name: 'two versions of Envoy, of which nothing is claimed where they read headers otherwise',
      envoy: [envoy(route('prefix: /'), 'version: 1.38.0'), envoy(route('prefix: /'), 'version: 1.40.0')],
    },
  ],
} satisfies RuleCases;
