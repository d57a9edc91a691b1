import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualNode, virtualRouter, virtualService } from '../../support/shop.ts';

const router = 'VirtualRouter shop/pay';
const timeout = (seconds: number) => `{ perRequest: { unit: s, value: ${seconds} } }`;
const routed = (seconds: number | null) =>
  gateway +
  gatewayRoute('pay') +
  virtualService('pay', { router: 'pay' }) +
  (seconds === null
    ? virtualRouter('pay', 'pay')
    : virtualRouter('pay', 'pay').replace('httpRoute: {', `httpRoute: { timeout: ${timeout(seconds)},`));
const node = (seconds: number | null) =>
  seconds === null
    ? virtualNode('pay')
    : virtualNode('pay').replace('protocol: http }', `protocol: http }, timeout: { http: ${timeout(seconds)} }`);
const direct = gateway + gatewayRoute('pay') + virtualService('pay', { node: 'pay' });
/** The routes of a test's Envoy have 15 s, as App Mesh writes by default. */
const running = `
connected: false
routes: { rds_egress_http_15001: { pay.shop: [{ prefix: /, cluster: c }] } }
`;
const now = '2026-11-24T00:00:00Z';

export default {
  fires: [
    {
      name: 'only the route has 60 s',
      manifests: routed(60) + node(null),
      finds: [router],
      says: 'after 60 s, and the listener of VirtualNode shop/pay after 15 s (the default)',
      effect: 'traffic',
      severity: 'warning',
    },
    { name: 'only the listener has 60 s', manifests: routed(null) + node(60), finds: [router], effect: 'traffic' },
    { name: 'both are long, and differ', manifests: routed(60) + node(30), finds: [router] },
    { name: 'the route has no limit', manifests: routed(0) + node(null), finds: [router], says: '0 (no limit)' },
    {
      name: 'a VirtualNode without router has no place for it',
      manifests: direct + node(60),
      finds: ['VirtualService shop/pay'],
      says: 'has no VirtualRouter',
    },
    {
      name: 'a frozen gateway runs the short one',
      manifests: routed(null) + node(60),
      envoy: running,
      now,
      finds: [router],
      effect: 'traffic',
    },
    {
      name: 'after the end and nothing of Envoy was read',
      manifests: routed(60) + node(null),
      now,
      finds: [router],
      effect: 'latent',
    },
  ],
  quiet: [
    { name: 'both are the same', manifests: routed(60) + node(60), notEvaluated: [] },
    { name: 'both have no limit', manifests: routed(0) + node(0), notEvaluated: [] },
    { name: 'nothing is written', manifests: routed(null) + node(null), notEvaluated: [] },
    { name: 'shorter than the default', manifests: routed(5) + node(null), notEvaluated: [] },
    { name: 'both are short, and differ', manifests: routed(10) + node(5), notEvaluated: [] },
    { name: 'the node was not read', manifests: routed(60) + virtualNode('cart'), notEvaluated: [router] },
    {
      name: 'a tcp listener knows no requests',
      manifests: direct + virtualNode('pay').replace('protocol: http', 'protocol: tcp'),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
