import { afterTheEnd } from '../../support/frozen.ts';
import { namespace, sidecarPod, target, workload } from '../../support/injected.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualRouter, virtualService } from '../../support/shop.ts';

const late = '2026-11-23T02:51:20Z';
const cart =
  namespace() +
  target('cart') +
  workload('cart') +
  gatewayRoute('cart') +
  virtualService('cart', { router: 'cart' }) +
  virtualRouter('cart', 'cart');
const node = 'VirtualNode shop/cart';
const sidecar = (state: string) => `node: mesh/shop/virtualNode/cart_shop\nconnected: false\n${state}`;

export default {
  fires: [
    {
      name: 'every pod is dead since a rollout',
      manifests: `${cart + sidecarPod('cart', 'cart-1', late, false) + sidecarPod('cart', 'cart-2', late, false)}---${gateway}`,
      now: afterTheEnd,
      finds: [node],
      says: 'All that runs behind VirtualNode cart (2 pods) wait for App Mesh and will never become ready',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'one of two',
      manifests: cart + sidecarPod('cart', 'cart-1') + sidecarPod('cart', 'cart-2', late, false),
      now: afterTheEnd,
      finds: [node],
      says: 'Behind VirtualNode cart one pod waits for App Mesh and will never become ready; 1 still serves',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'its Envoy alone was read',
      envoy: sidecar('state: PRE_INITIALIZING'),
      now: afterTheEnd,
      finds: [node],
      says: '(one Envoy) waits',
      effect: 'traffic',
    },
    {
      name: 'TLS is demanded of it',
      manifests:
        namespace('team: shop') +
        target('cart', ', tls: { mode: STRICT }') +
        workload('cart') +
        sidecarPod('cart', 'cart-1', late, false),
      now: afterTheEnd,
      finds: [node],
    },
  ],
  quiet: [
    {
      name: 'they started before the end',
      manifests: cart + sidecarPod('cart', 'cart-1'),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'pods without Envoy: the cure',
      manifests:
        cart +
        sidecarPod('cart', 'cart-1', late, true)
          .replaceAll('APPMESH_RESOURCE_ARN', 'OTHER')
          .replaceAll('name: envoy', 'name: proxy'),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'ready though started after: its Envoy must tell',
      manifests: cart + sidecarPod('cart', 'cart-1', late),
      now: afterTheEnd,
      notEvaluated: [node],
    },
    {
      name: 'its pods were not read',
      manifests: `${cart}${sidecarPod('pay', 'pay-1')}`,
      now: afterTheEnd,
      notEvaluated: [node],
    },
    {
      name: 'a control plane lives',
      envoy: sidecar('state: PRE_INITIALIZING').replace('false', 'true'),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'it has its listeners',
      envoy: sidecar('listeners: [{ name: lds_ingress_0.0.0.0_15000 }]'),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'before the end',
      manifests: cart + sidecarPod('cart', 'cart-1', '2026-05-31T00:00:00Z', false),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
