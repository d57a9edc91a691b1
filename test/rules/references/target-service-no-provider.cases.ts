import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, runningHosts, virtualNode, virtualRouter, virtualService } from '../../support/shop.ts';

export default {
  fires: [
    {
      name: 'a route leads to it',
      manifests: gatewayRoute('search') + virtualService('search'),
      finds: ['VirtualService shop/search'],
      says: 'has no provider',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the running gateway shows it',
      manifests: gateway + gatewayRoute('search') + virtualService('search'),
      envoy: runningHosts({ 'search.shop': false }),
      finds: ['VirtualService shop/search'],
      effect: 'traffic',
    },
    {
      name: 'the provider was taken away after the gateway froze',
      manifests: gatewayRoute('search') + virtualService('search'),
      envoy: runningHosts({ 'search.shop': true }),
      finds: ['VirtualService shop/search'],
      says: 'still has routes',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'Envoy alone tells: an empty virtual host, its object not read',
      envoy: runningHosts({ 'search.shop': false, 'cart.shop': true }),
      finds: ['VirtualService shop/search'],
      says: 'leads nowhere on gateway edge',
      effect: 'traffic',
    },
    {
      name: 'an AWS name written as a host name',
      envoy: runningHosts({ 'search.shop.svc.cluster.local': false }),
      finds: ['VirtualService shop/search'],
    },
  ],
  quiet: [
    {
      name: 'it has a provider',
      manifests: gatewayRoute('search') + virtualService('search', { node: 'search' }) + virtualNode('search'),
      envoy: runningHosts({ 'search.shop': true }),
      notEvaluated: [],
    },
    {
      name: 'no route leads to it, and the gateway does not have it',
      manifests: gatewayRoute('cart') + virtualService('search'),
      envoy: runningHosts({ 'cart.shop': true }),
      notEvaluated: [],
    },
    {
      name: 'whether a route leads to it was not seen',
      manifests: virtualService('search'),
      notEvaluated: ['VirtualService shop/search'],
    },
    {
      name: 'an empty host of a service with a router is the business of router-without-routes',
      manifests: virtualService('search', { router: 'search' }) + virtualRouter('search'),
      envoy: runningHosts({ 'search.shop': false }),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
