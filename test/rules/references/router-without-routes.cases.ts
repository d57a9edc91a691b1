import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, runningHosts, virtualRouter, virtualService } from '../../support/shop.ts';

const cart = gatewayRoute('cart') + virtualService('cart', { router: 'cart' });

export default {
  fires: [
    {
      name: 'behind a service that a route leads to',
      manifests: cart + virtualRouter('cart'),
      finds: ['VirtualRouter shop/cart'],
      says: 'leads nowhere',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the running gateway shows the empty virtual host',
      manifests: gateway + cart + virtualRouter('cart'),
      envoy: runningHosts({ 'cart.shop': false }),
      finds: ['VirtualRouter shop/cart'],
      effect: 'traffic',
    },
    {
      name: 'its routes were taken away after the gateway froze',
      manifests: cart + virtualRouter('cart'),
      envoy: runningHosts({ 'cart.shop': true }),
      finds: ['VirtualRouter shop/cart'],
      says: 'still has routes',
      effect: 'latent',
    },
  ],
  quiet: [
    { name: 'it has a route', manifests: cart + virtualRouter('cart', 'cart'), notEvaluated: [] },
    {
      name: 'no service asks it',
      manifests: virtualService('web', { node: 'web' }) + virtualRouter('cart'),
      notEvaluated: [],
    },
    {
      name: 'whether a service asks it was not seen',
      manifests: virtualRouter('cart'),
      notEvaluated: ['VirtualRouter shop/cart'],
    },
  ],
} satisfies RuleCases;
