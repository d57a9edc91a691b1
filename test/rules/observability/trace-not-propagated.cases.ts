import { loggedGateway } from '../../support/logged-gateway.ts';
import { tracesOf } from '../../support/traced-requests.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const alone = (count: number): string => tracesOf(count, { name: 'shop/edge_shop' });

export default {
  fires: [
    {
      name: 'nothing behind the gateway adds to its traces',
      envoy: loggedGateway,
      traces: alone(12),
      finds: ['VirtualGateway shop/edge'],
      says: '12 of 12 traces through gateway edge hold no segment of anything behind it',
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    { name: 'nine', envoy: loggedGateway, traces: alone(9), notEvaluated: [] },
    {
      name: 'some targets do',
      envoy: loggedGateway,
      traces: `${alone(12)}\n${tracesOf(3, { name: 'shop/edge_shop' }, { name: 'shop/cart_shop' })}`,
      notEvaluated: [],
    },
    {
      name: 'what failed at the gateway has nothing behind it',
      envoy: loggedGateway,
      traces: tracesOf(40, { name: 'shop/edge_shop', status: 503 }),
      notEvaluated: [],
    },
    { name: 'no traces were read', envoy: loggedGateway, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
