import { logOf } from '../../support/log-lines.ts';
import { loggedGateway } from '../../support/logged-gateway.ts';
import { tracesOf } from '../../support/traced-requests.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const gateway = { name: 'shop/edge_shop', status: 503 } as const;
const proxy = { name: 'shop/pay_shop', status: 503 } as const;

export default {
  fires: [
    {
      name: 'the service answers so, and the proxies pass it on',
      envoy: loggedGateway,
      traces: tracesOf(4, gateway, proxy, { name: 'pay', status: 503 }),
      accessLog: logOf({ request: 'GET /pay/1', ends: '503 -', served: true }),
      finds: [edge],
      says: '4 traces through gateway edge fail at the service pay.',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the target is not reached',
      envoy: loggedGateway,
      traces: tracesOf(3, gateway),
      finds: [edge],
      says: 'at the gateway itself, or right behind it',
    },
    {
      name: 'the Envoy before the service',
      envoy: loggedGateway,
      traces: tracesOf(3, gateway, proxy),
      finds: [edge],
      says: 'at the Envoy of shop/pay_shop, or right behind it',
    },
    {
      name: 'throttled',
      envoy: loggedGateway,
      traces: tracesOf(3, { ...gateway, status: 429 }, { name: 'pay', status: 429 }),
      finds: [edge],
      says: '3 traces through gateway edge are throttled at the service pay',
    },
  ],
  quiet: [
    { name: 'two', envoy: loggedGateway, traces: tracesOf(2, gateway), notEvaluated: [] },
    { name: 'all is well', envoy: loggedGateway, traces: tracesOf(9, { name: 'shop/edge_shop' }), notEvaluated: [] },
    {
      name: 'a fault behind the gateway that its client never saw: it was retried',
      envoy: loggedGateway,
      traces: tracesOf(9, { name: 'shop/edge_shop' }, proxy),
      notEvaluated: [],
    },
    {
      name: 'traces of another gateway',
      envoy: loggedGateway,
      traces: tracesOf(9, { name: 'shop/other_shop', status: 503 }),
      notEvaluated: [],
    },
    { name: 'no traces were read', envoy: loggedGateway, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
