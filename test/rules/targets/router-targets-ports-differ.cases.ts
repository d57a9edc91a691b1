import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualNode, virtualService } from '../../support/shop.ts';

const router = 'VirtualRouter shop/pay';
const routed = (...targets: readonly string[]) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualRouter
metadata: { name: pay, namespace: shop }
spec:
  listeners: [{ portMapping: { port: 8080, protocol: http } }]
  routes:
    - name: canary
      httpRoute: { match: { prefix: /api }, action: { weightedTargets: [${targets.join(', ')}] } }
---
`;
const to = (name: string, more = '') => `{ virtualNodeRef: { name: ${name} }, weight: 50${more} }`;
const mesh = gateway + gatewayRoute('pay') + virtualService('pay', { router: 'pay' });
const nodes = (v2: number) => virtualNode('pay-v1', 8080) + virtualNode('pay-v2', v2);
const running = (prefix: string) => `
connected: false
routes: { rds_egress_http_15001: { pay.shop: [{ prefix: ${prefix}, cluster: c }] } }
`;

export default {
  fires: [
    {
      name: 'two versions on two ports',
      manifests: mesh + routed(to('pay-v1'), to('pay-v2')) + nodes(9090),
      finds: [router],
      says: 'pay-v1 (8080) and pay-v2 (9090): App Mesh makes no route of it',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the frozen gateway lacks the route',
      manifests: mesh + routed(to('pay-v1'), to('pay-v2')) + nodes(9090),
      envoy: running('/other'),
      now: '2026-11-24T00:00:00Z',
      finds: [router],
      effect: 'traffic',
    },
    {
      name: 'it was edited after the end: the frozen gateway still has the route',
      manifests: mesh + routed(to('pay-v1'), to('pay-v2')) + nodes(9090),
      envoy: running('/api'),
      now: '2026-11-24T00:00:00Z',
      finds: [router],
      says: 'still has the route',
      effect: 'latent',
    },
    {
      name: 'a third target names its port',
      manifests: mesh + routed(to('pay-v1'), to('pay-v2'), to('pay-v3', ', port: 7000')) + nodes(9090),
      finds: [router],
    },
  ],
  quiet: [
    { name: 'one port', manifests: mesh + routed(to('pay-v1'), to('pay-v2')) + nodes(8080), notEvaluated: [] },
    {
      name: 'each target names its port',
      manifests: mesh + routed(to('pay-v1', ', port: 8080'), to('pay-v2', ', port: 9090')) + nodes(9090),
      notEvaluated: [],
    },
    { name: 'one target', manifests: mesh + routed(to('pay-v2')) + nodes(9090), notEvaluated: [] },
    {
      name: 'the second node was not read',
      manifests: mesh + routed(to('pay-v1'), to('pay-v2')) + virtualNode('pay-v1', 8080),
      notEvaluated: [router],
    },
    {
      name: 'the second node does not exist: node-missing',
      manifests: mesh + routed(to('pay-v1'), to('pay-v2')) + virtualNode('pay-v1', 8080),
      closed: true,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
