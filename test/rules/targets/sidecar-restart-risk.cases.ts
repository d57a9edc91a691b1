import { afterTheEnd, node as machine } from '../../support/frozen.ts';
import { namespace, sidecarPod, target, webhook, workload } from '../../support/injected.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const cart = target('cart') + workload('cart') + sidecarPod('cart', 'cart-1') + machine('node-1');
const node = 'VirtualNode shop/cart';
const hpa = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: cart, namespace: shop }
spec: { scaleTargetRef: { kind: Deployment, name: cart }, minReplicas: 2, maxReplicas: 9 }
---
`;
const probed = sidecarPod(
  'cart',
  'cart-1',
  '2026-08-01T00:00:00Z',
  true,
  ', livenessProbe: { httpGet: { port: 9901 } }',
);
const all = { closed: true, now: afterTheEnd };

export default {
  fires: [
    {
      ...all,
      name: 'an autoscaler',
      manifests: namespace() + webhook() + cart + hpa,
      finds: [node],
      says: 'HPA cart scales between 2 and 9',
      effect: 'latent',
      severity: 'warning',
    },
    {
      ...all,
      name: 'a rollout',
      manifests: namespace() + webhook() + cart + workload('cart').replace('updatedReplicas: 2', 'updatedReplicas: 1'),
      finds: [node],
      says: 'a rollout of Deployment cart is under way',
    },
    {
      ...all,
      name: 'a node that goes',
      manifests:
        namespace() +
        webhook() +
        cart +
        machine('node-1', { spec: 'unschedulable: true', labels: 'karpenter.sh/nodepool: x' }),
      finds: [node],
      says: 'node node-1 is cordoned',
    },
    {
      ...all,
      name: 'injection is off, but Envoy may restart in its place',
      manifests: namespace('team: shop') + cart + probed,
      finds: [node],
      says: 'a liveness probe',
    },
    {
      ...all,
      name: 'several targets of a namespace: one finding',
      manifests: namespace() + webhook() + cart + hpa + cart.replaceAll('cart', 'pay') + hpa.replaceAll('cart', 'pay'),
      finds: ['VirtualNode shop/cart, VirtualNode shop/pay'],
      says: 'The sidecars of 2 VirtualNodes cart, pay still serve',
    },
  ],
  quiet: [
    { ...all, name: 'nothing is about to replace them', manifests: namespace() + webhook() + cart, notEvaluated: [] },
    {
      ...all,
      name: 'injection is off: the next pod comes without Envoy',
      manifests: namespace('team: shop') + cart + hpa,
      notEvaluated: [],
    },
    {
      ...all,
      name: 'the pods carry no sidecar',
      manifests: namespace() + webhook() + cart.replaceAll('APPMESH_RESOURCE_ARN', 'OTHER') + hpa,
      notEvaluated: [],
    },
    {
      name: 'what was not read may be about to',
      manifests: namespace() + webhook() + cart,
      now: afterTheEnd,
      notEvaluated: [node],
    },
    { name: 'nobody saw whether injection is on', manifests: cart + hpa, now: afterTheEnd, notEvaluated: [node] },
    { name: 'before the end', manifests: namespace() + webhook() + cart + hpa, closed: true, notEvaluated: [] },
  ],
} satisfies RuleCases;
