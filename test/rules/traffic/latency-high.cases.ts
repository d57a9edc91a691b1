import { logOf } from '../../support/log-lines.ts';
import { loggedGateway } from '../../support/logged-gateway.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const quick = { request: 'GET /cart/1', ends: '200 -', served: true, count: 600, tookMs: 40, everyMs: 100 } as const;
const slow = (tookMs: number, count = 20) =>
  ({ request: 'GET /cart/2', ends: '200 -', served: true, count, tookMs, everyMs: 100 }) as const;

export default {
  fires: [
    {
      name: 'the slowest near the default of 15 s',
      envoy: loggedGateway,
      accessLog: logOf(quick, slow(14_000)),
      finds: ['VirtualGateway shop/edge'],
      says: 'takes 14.0 s or more; its time-out is 15.0 s',
      effect: 'traffic',
      severity: 'warning',
    },
  ],
  quiet: [
    { name: 'far from it', envoy: loggedGateway, accessLog: logOf(quick, slow(9_000)), notEvaluated: [] },
    {
      name: 'fewer than 500 answers',
      envoy: loggedGateway,
      accessLog: logOf({ ...quick, count: 400 }, slow(14_000)),
      notEvaluated: [],
    },
    {
      name: 'a web socket lasts for minutes',
      envoy: loggedGateway,
      accessLog: logOf(quick, { ...slow(600_000, 200), ends: '101 -' }),
      notEvaluated: [],
    },
    { name: 'no log was read', envoy: loggedGateway, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
