import { logOf } from '../../support/log-lines.ts';
import { loggedGateway } from '../../support/logged-gateway.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const served = { request: 'GET /cart/1', ends: '200 -', served: true, count: 500, tookMs: 40, everyMs: 100 } as const;

export default {
  fires: [
    {
      name: 'clients wait for three seconds and go',
      envoy: loggedGateway,
      accessLog: logOf(served, {
        request: 'GET /cart/2',
        ends: '0 DC',
        count: 30,
        tookMs: 3000,
        at: '2026-06-01T11:58:00Z',
      }),
      finds: ['VirtualGateway shop/edge'],
      says: '30 of 530 clients of #0 path starts with "/cart" left before the answer',
      effect: 'traffic',
      severity: 'info',
    },
  ],
  quiet: [
    {
      name: 'nineteen',
      envoy: loggedGateway,
      accessLog: logOf(served, { request: 'GET /cart/2', ends: '0 DC', count: 19 }),
      notEvaluated: [],
    },
    {
      name: 'below one in a hundred',
      envoy: loggedGateway,
      accessLog: logOf({ ...served, count: 4000 }, { request: 'GET /cart/2', ends: '0 DC', count: 30 }),
      notEvaluated: [],
    },
    {
      name: 'web sockets end so',
      envoy: loggedGateway,
      accessLog: logOf(served, { request: 'GET /cart/live', ends: '101 DC', served: true, count: 300 }),
      notEvaluated: [],
    },
    { name: 'no log was read', envoy: loggedGateway, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
