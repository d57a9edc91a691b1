import { logOf } from '../../support/log-lines.ts';
import { loggedGateway } from '../../support/logged-gateway.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const routed = (routes: string): string =>
  loggedGateway
    .replace(/self_redirect: \[.*?\] \}/, `self_redirect: [${routes}] }`)
    .replace('connected: false', 'connected: true');
const shadowed = routed('{ prefix: /, cluster: cart }, { prefix: /pay/, cluster: pay }');
const byHeader = routed(
  '{ match: { prefix: /, headers: [{ name: x-beta, present_match: true }] }, cluster: cart }, { prefix: /pay/, cluster: pay }',
);

export default {
  fires: [
    {
      name: 'the route for everything stands first',
      envoy: shadowed,
      accessLog: logOf({ request: 'GET /pay/1', ends: '200 -', served: true, count: 40 }),
      finds: ['VirtualGateway shop/edge'],
      says: '40 requests to /pay/:id went by',
      effect: 'traffic',
      severity: 'warning',
    },
  ],
  quiet: [
    {
      name: 'the longer path stands first',
      envoy: routed('{ prefix: /pay/, cluster: pay }, { prefix: /, cluster: cart }'),
      accessLog: logOf({ request: 'GET /pay/1', ends: '200 -', served: true, count: 40 }),
      notEvaluated: [],
    },
    {
      name: 'nineteen',
      envoy: shadowed,
      accessLog: logOf({ request: 'GET /pay/1', ends: '200 -', served: true, count: 19 }),
      notEvaluated: [],
    },
    {
      name: 'a header decides that is not logged',
      envoy: byHeader,
      accessLog: logOf({ request: 'GET /pay/1', ends: '200 -', served: true, count: 40 }),
      notEvaluated: [],
    },
    { name: 'no log was read', envoy: shadowed, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
