import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, runningHosts, virtualRouter, virtualService } from '../../support/shop.ts';

const cart = gatewayRoute('cart') + virtualService('cart', { router: 'cart' });

export default {
  fires: [
    {
      name: 'no such router in the whole set',
      manifests: cart + virtualRouter('carts', 'cart'),
      closed: true,
      finds: ['VirtualService shop/cart'],
      says: 'VirtualRouter shop/cart, which does not exist',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the running gateway still routes: it was deleted after the gateway froze',
      manifests: gateway + cart,
      closed: true,
      envoy: runningHosts({ 'cart.shop': true }),
      finds: ['VirtualService shop/cart'],
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    { name: 'it exists', manifests: cart + virtualRouter('cart', 'cart'), closed: true, notEvaluated: [] },
    { name: 'it may be in another file', manifests: cart, notEvaluated: ['VirtualService shop/cart'] },
    {
      name: 'the provider is a node',
      manifests: virtualService('cart', { node: 'cart' }),
      closed: true,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
