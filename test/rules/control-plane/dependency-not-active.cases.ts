import { afterTheEnd } from '../../support/frozen.ts';
import { activeRest, cartRoute, cartService, exported, reconcileError } from '../../support/reconciled.ts';
import type { RuleCases } from '../../support/rule-table.ts';

export default {
  fires: [
    {
      name: 'a route waits for a service',
      manifests: activeRest + cartService(false) + cartRoute(false),
      finds: ['VirtualService shop/cart'],
      says: 'one object waits for it: GatewayRoute shop/cart',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the whole way down to the mesh',
      manifests:
        exported('Mesh', 'shop', 'namespaceSelector: {}', false) +
        exported('VirtualGateway', 'edge', '', false) +
        exported('VirtualNode', 'cart', '', false) +
        cartService(false) +
        cartRoute(false),
      finds: ['Mesh shop'],
      says: '4 objects wait for it',
    },
    {
      name: 'through a router, with the words of the controller',
      manifests:
        activeRest.replace(/status: .*\n---\n$/, '---\n') +
        exported('VirtualService', 'cart', 'provider: { virtualRouter: { virtualRouterRef: { name: cart } } }', false) +
        exported(
          'VirtualRouter',
          'cart',
          'routes: [{ name: all, httpRoute: { match: { prefix: / }, action: { weightedTargets: [{ virtualNodeRef: { name: cart }, weight: 1 }] } } }]',
          false,
        ) +
        cartRoute(false) +
        reconcileError('VirtualNode', 'cart', 'BadRequestException: no'),
      finds: ['VirtualNode shop/cart'],
      says: '3 objects wait for it',
    },
  ],
  quiet: [
    {
      name: 'a route that nobody gave a mesh or gateway',
      closed: true,
      manifests: activeRest + cartService(true) + cartRoute(false).replace(/meshRef.*?}, virtualGatewayRef.*?}, /, ''),
      notEvaluated: [],
    },
    { name: 'all active', manifests: activeRest + cartService(true) + cartRoute(true), notEvaluated: [] },
    {
      name: 'nothing waits for it',
      closed: true,
      manifests: activeRest + cartService(true) + cartRoute(false),
      notEvaluated: [],
    },
    {
      name: 'after the end nothing becomes active any more',
      manifests: activeRest + cartService(false) + cartRoute(false),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'manifests that a person wrote tell nothing',
      manifests: (activeRest + cartService(false) + cartRoute(false))
        .replaceAll(/uid: u-\w+-\w+, /g, '')
        .replaceAll(/status: .*/g, ''),
      notEvaluated: [],
    },
    {
      name: 'what the route names is missing: told by another rule',
      closed: true,
      manifests: activeRest + cartRoute(false),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
