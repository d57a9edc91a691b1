import { logOf } from '../../support/log-lines.ts';
import { loggedGateway } from '../../support/logged-gateway.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const hosts = `${loggedGateway}hosts: { cart: { '10.0.0.9:8080': [] }, pay: { '10.0.0.7:8080': [] } }\n`;
const served = { request: 'GET /cart/1', ends: '200 -', served: true, count: 60, at: '2026-11-01T11:40:00Z' } as const;

export default {
  fires: [
    {
      name: 'an upstream of another cluster answered',
      envoy: hosts,
      accessLog: logOf({ ...served, upstream: '10.0.0.7:8080' }),
      finds: ['VirtualGateway shop/edge'],
      says: '60 logged requests ended otherwise than the configuration of gateway edge',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'NR where there is a route',
      envoy: hosts,
      accessLog: logOf(served, { request: 'GET /pay/1', ends: '404 NR', count: 30, at: served.at }),
      finds: ['VirtualGateway shop/edge'],
      says: '30 logged requests',
    },
  ],
  quiet: [
    { name: 'all went where they should', envoy: hosts, accessLog: logOf(served), notEvaluated: [] },
    {
      name: 'an address that no cluster has now: pods come and go',
      envoy: hosts,
      accessLog: logOf({ ...served, upstream: '10.0.0.55:8080' }),
      notEvaluated: [],
    },
    {
      name: 'nineteen',
      envoy: hosts,
      accessLog: logOf({ ...served, upstream: '10.0.0.7:8080', count: 19 }),
      notEvaluated: [],
    },
    {
      name: 'from before the routes changed',
      envoy: hosts,
      accessLog: logOf({ ...served, upstream: '10.0.0.7:8080', at: '2026-08-01T11:40:00Z' }),
      notEvaluated: [],
    },
    { name: 'no log was read', envoy: hosts, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
