import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, runningHosts, virtualNode, virtualRouter, virtualService } from '../../support/shop.ts';

const cart = gatewayRoute('cart') + virtualService('cart', { router: 'cart' });

export default {
  fires: [
    {
      name: 'a target of a router',
      manifests: cart + virtualRouter('cart', 'cart-v1', 'cart-v2') + virtualNode('cart-v1'),
      closed: true,
      finds: ['VirtualRouter shop/cart'],
      says: 'VirtualNode shop/cart-v2, which does not exist',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the provider of a service; named once though two routes name it',
      manifests: virtualService('web', { node: 'web' }) + cart + virtualRouter('cart', 'gone', 'gone'),
      closed: true,
      finds: ['VirtualRouter shop/cart', 'VirtualService shop/web'],
    },
    {
      name: 'deleted after the gateway froze',
      manifests: gateway + cart + virtualRouter('cart', 'cart'),
      closed: true,
      envoy: runningHosts({ 'cart.shop': true }),
      finds: ['VirtualRouter shop/cart'],
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    {
      name: 'it exists',
      manifests: cart + virtualRouter('cart', 'cart') + virtualNode('cart'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'it may be in another file',
      manifests: cart + virtualRouter('cart', 'cart'),
      notEvaluated: ['VirtualRouter shop/cart'],
    },
    { name: 'a service without provider names none', manifests: virtualService('web'), closed: true, notEvaluated: [] },
  ],
} satisfies RuleCases;
