import { logOf } from '../../support/log-lines.ts';
import { loggedGateway } from '../../support/logged-gateway.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const hourly = {
  request: 'GET /cart/1',
  ends: '200 -',
  served: true,
  everyMs: 3_600_000,
  at: '2026-05-31T00:00:00Z',
} as const;
const byHeader = loggedGateway.replace(
  '{ prefix: /pay, cluster: pay }',
  '{ match: { prefix: /, headers: [{ name: x-beta, present_match: true }] }, cluster: pay }, { prefix: /, cluster: cart }',
);

export default {
  fires: [
    {
      name: 'nobody pays for a day',
      envoy: loggedGateway,
      accessLog: logOf({ ...hourly, count: 26 }),
      finds: ['VirtualGateway shop/edge'],
      says: '1 route of 2 of gateway edge took no request in 25 hours: #1 path starts with "/pay"',
      effect: 'latent',
      severity: 'info',
    },
  ],
  quiet: [
    {
      name: 'less than a day',
      envoy: loggedGateway,
      accessLog: logOf({ ...hourly, count: 20 }),
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    {
      name: 'all are used',
      envoy: loggedGateway,
      accessLog: logOf({ ...hourly, count: 26 }, { ...hourly, request: 'GET /pay/1' }),
      notEvaluated: [],
    },
    {
      name: 'a request may have taken it: the log does not hold the header',
      envoy: byHeader,
      accessLog: logOf({ ...hourly, count: 26 }, { ...hourly, request: 'GET /else' }),
      notEvaluated: [],
    },
    { name: 'no log was read', envoy: loggedGateway, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
