import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualService } from '../../support/shop.ts';

const router = (...weights: readonly string[]) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualRouter
metadata: { name: cart, namespace: shop }
spec: { routes: [{ name: all, httpRoute: { match: { prefix: / }, action: { weightedTargets: [${weights.join(', ')}] } } }] }
---
`;
const target = (name: string, weight: number) => `{ virtualNodeRef: { name: ${name} }, weight: ${weight} }`;
const front = gateway + gatewayRoute('cart') + virtualService('cart', { router: 'cart' });

export default {
  fires: [
    {
      name: 'a canary was taken out, and the weight stayed',
      manifests: front + router(target('cart', 90)),
      finds: ['VirtualRouter shop/cart'],
      says: 'Route "all" of VirtualRouter shop/cart: its only target cart has weight 90 and takes every request all the same.',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'weights that are meant as percentages add up to less',
      manifests: router(target('cart', 90), target('canary', 5)),
      finds: ['VirtualRouter shop/cart'],
      says: 'its weights add up to 95: cart takes 94.7 %, not 90 %, canary takes 5.3 %, not 5 %',
    },
    {
      name: 'above 100 App Mesh refuses the route',
      manifests: router(target('cart', 100), target('canary', 10)),
      finds: ['VirtualRouter shop/cart'],
      says: 'add up to 110, above 100',
      effect: 'traffic',
      severity: 'error',
    },
  ],
  quiet: [
    { name: 'weight 1 of an only target', manifests: router(target('cart', 1)), notEvaluated: [] },
    { name: 'weight 100 of an only target', manifests: router(target('cart', 100)), notEvaluated: [] },
    { name: 'percentages', manifests: router(target('cart', 95), target('canary', 5)), notEvaluated: [] },
    { name: 'a small ratio', manifests: router(target('cart', 3), target('canary', 1)), notEvaluated: [] },
    {
      name: 'equal shares',
      manifests: router(target('a', 33), target('b', 33), target('c', 33)),
      notEvaluated: [],
    },
    { name: 'all weights 0: another rule tells', manifests: router(target('cart', 0)), notEvaluated: [] },
    {
      name: 'a canary that waits with weight 0',
      manifests: router(target('cart', 100), target('canary', 0)),
      notEvaluated: [],
    },
    {
      name: 'a target without weight is a fault of another kind',
      manifests: router(target('cart', 50), '{ virtualNodeRef: { name: canary } }'),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
