import { afterTheEnd } from '../../support/frozen.ts';
import { activeRest, cartRoute, cartService, reconcileError } from '../../support/reconciled.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const ghost =
  'failed to resolve virtualServiceRef: unable to fetch virtualService: shop/ghost: VirtualService.appmesh.k8s.aws "ghost" not found';
const world = activeRest + cartService(true) + cartRoute(false);
const late = '2026-11-24T02:55:00Z';

export default {
  fires: [
    {
      name: 'a reference to nothing',
      manifests: world + reconcileError('GatewayRoute', 'cart', ghost),
      finds: ['GatewayRoute shop/cart'],
      says: 'fails with GatewayRoute shop/cart, 11 times so far: failed to resolve virtualServiceRef',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'created while the webhook was absent',
      manifests:
        activeRest +
        cartRoute(false).replace(/meshRef.*?}, virtualGatewayRef.*?}, /, '') +
        reconcileError('GatewayRoute', 'cart', "meshRef shouldn't be nil, please check webhook setup"),
      finds: ['GatewayRoute shop/cart'],
    },
    {
      name: 'App Mesh refuses: conflict, quota, rights',
      manifests:
        world +
        reconcileError(
          'GatewayRoute',
          'cart',
          'ConflictException: GatewayRoute with the same match criteria already exists',
        ) +
        reconcileError('VirtualService', 'cart', 'LimitExceededException: Limit exceeded') +
        reconcileError(
          'VirtualNode',
          'cart',
          'ForbiddenException: User is not authorized to perform: appmesh:UpdateVirtualNode',
        ) +
        reconcileError('Mesh', 'shop', 'BadRequestException: no'),
      finds: ['GatewayRoute shop/cart', 'VirtualService shop/cart', 'VirtualNode shop/cart', 'Mesh shop'],
    },
    {
      name: 'after the end each call fails: once a gateway, standing',
      manifests:
        world +
        reconcileError(
          'GatewayRoute',
          'cart',
          'RequestError: send request failed caused by: dial tcp: lookup failed',
          400,
          late,
        ) +
        reconcileError('VirtualNode', 'cart', 'ForbiddenException: no', 400, late),
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      says: 'for 2 objects of gateway edge, and fails each time',
      effect: 'standing',
      severity: 'info',
    },
    {
      name: 'after the end a reference to nothing is latent',
      manifests: world + reconcileError('GatewayRoute', 'cart', ghost, 11, late),
      now: afterTheEnd,
      finds: ['GatewayRoute shop/cart'],
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    {
      name: 'once, at the start of things',
      manifests: world + reconcileError('VirtualGateway', 'edge', 'mesh is not active yet', 1),
      notEvaluated: [],
    },
    {
      name: 'waiting is told by dependency-not-active',
      manifests: world + reconcileError('GatewayRoute', 'cart', 'virtualService is not active yet'),
      notEvaluated: [],
    },
    {
      name: 'the API throttled once',
      manifests: world + reconcileError('GatewayRoute', 'cart', 'TooManyRequestsException: Rate exceeded', 2),
      notEvaluated: [],
    },
    {
      name: 'overtaken: the object became active after it',
      manifests: world + reconcileError('VirtualNode', 'cart', ghost, 11, '2026-04-30T23:59:00Z'),
      now: '2026-05-01T00:10:00Z',
      notEvaluated: [],
    },
    {
      name: 'an old event of an export',
      manifests: world + reconcileError('GatewayRoute', 'cart', ghost, 11, '2026-05-20T00:00:00Z'),
      notEvaluated: [],
    },
    {
      name: 'an event of another controller',
      manifests: world + reconcileError('GatewayRoute', 'cart', ghost).replace('kind: GatewayRoute', 'kind: HTTPRoute'),
      notEvaluated: [],
    },
    { name: 'no event was read', manifests: world, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
