import { behind, edge, matching, node, plainEnvoy, router, runningEdge, toSelf } from '../../support/routes.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualService } from '../../support/shop.ts';

const exact = 'prefix: /, hostname: { exact: shop.example.com }';
const forHost = (value: string) =>
  `{ match: { prefix: /, headers: [{ name: ':authority', string_match: { exact: ${value} } }] }, `;
const byRouter = virtualService('cart', { router: 'cart' }) + router(['http 8080'], 'prefix: /') + node('http 8080');

export default {
  fires: [
    {
      name: 'an exact hostname on port 8088',
      manifests: edge('http 8088') + matching(exact) + byRouter,
      finds: ['VirtualGateway shop/edge'],
      says: '1 route of gateway edge asks for an exact hostname, which does not take it with a port: Host shop.example.com:8088 gets 404, Host shop.example.com is served',
      severity: 'info',
    },
    {
      name: 'another route takes it',
      manifests:
        edge('http 8088') + matching(exact, { priority: '1' }) + matching('prefix: /', { name: 'rest' }) + behind(),
      finds: ['VirtualGateway shop/edge'],
      says: 'is taken by another route',
    },
    {
      name: 'a running Envoy',
      envoy: runningEdge(`${forHost('shop.example.com')} ${toSelf} }`),
      now: '2026-11-24T12:00:00Z',
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
  ],
  quiet: [
    { name: 'every host', manifests: edge('http 8088') + matching('prefix: /') + behind(), notEvaluated: [] },
    {
      name: 'port 80: clients leave it out',
      manifests: edge('http 80') + matching(exact) + behind(),
      notEvaluated: [],
    },
    {
      name: 'a second route takes the host with the port to the same place, and the first has a port itself',
      envoy: plainEnvoy(`${forHost("'shop.example.com:8080'")} cluster: cart }`),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
