import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, runningHosts, virtualService } from '../../support/shop.ts';

const router = (weights: string, type = 'httpRoute') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualRouter
metadata: { name: cart, namespace: shop }
spec: { routes: [{ name: all, ${type}: { match: { prefix: / }, action: { weightedTargets: [${weights}] } } }] }
---
`;
const target = (weight: string, name = 'cart') => `{ virtualNodeRef: { name: ${name} }${weight} }`;
const front = gatewayRoute('cart') + virtualService('cart', { router: 'cart' });

export default {
  fires: [
    {
      name: 'one target of weight 0',
      manifests: front + router(target(', weight: 0')),
      finds: ['VirtualRouter shop/cart'],
      says: 'Route "all" of VirtualRouter shop/cart: the weights of its targets add up to 0',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a target by ARN counts as well',
      manifests: router(`${target(', weight: 0')}, { virtualNodeARN: "arn:aws:appmesh:x", weight: 0 }`),
      finds: ['VirtualRouter shop/cart'],
    },
    {
      name: 'the gateway took a form of the route that worked',
      manifests: gateway + front + router(target(', weight: 0')),
      envoy: runningHosts({ 'cart.shop': true }),
      finds: ['VirtualRouter shop/cart'],
      says: 'still has an earlier form of it',
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    { name: 'one target of weight 1', manifests: front + router(target(', weight: 1')), notEvaluated: [] },
    {
      name: 'a canary that waits with weight 0',
      manifests: front + router(`${target(', weight: 100')}, ${target(', weight: 0', 'canary')}`),
      notEvaluated: [],
    },
    {
      name: 'a target by ARN takes all',
      manifests: router(`${target(', weight: 0')}, { virtualNodeARN: "arn:aws:appmesh:x", weight: 1 }`),
      notEvaluated: [],
    },
    { name: 'a weight left out is not zero', manifests: router(target('')), notEvaluated: [] },
    { name: 'no target at all', manifests: router(''), notEvaluated: [] },
  ],
} satisfies RuleCases;
