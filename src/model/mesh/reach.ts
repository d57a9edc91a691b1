import { groupBy, memoize } from '../../lib/memo.ts';
import { refKey } from '../../snapshot/object.ts';
import type { Gateway } from '../gateway.ts';
import { nameKey } from '../inventory.ts';
import type { Model } from '../model.ts';
import type { GatewayRoute, Reference, VirtualNode, VirtualRouter, VirtualService } from './kinds.ts';
import { gatewayOf } from './links.ts';

/** The GatewayRoutes that lead to a VirtualService. */
export function routesTo(model: Model, service: VirtualService): readonly GatewayRoute[] {
  return routesByService(model).get(keyOf(service)) ?? [];
}

/** The VirtualServices a VirtualRouter answers for. */
export function servicesOfRouter(model: Model, router: VirtualRouter): readonly VirtualService[] {
  return servicesByRouter(model).get(keyOf(router)) ?? [];
}

/** The VirtualServices whose requests can reach a VirtualNode, directly or through a router. */
export function servicesOfNode(model: Model, node: VirtualNode): readonly VirtualService[] {
  const routers = routersByNode(model).get(keyOf(node)) ?? [];
  const direct = servicesByNode(model).get(keyOf(node)) ?? [];
  return [...direct, ...routers.flatMap((router) => servicesOfRouter(model, router))];
}

/** The gateways whose routes lead to these VirtualServices; where none is known to, every gateway. */
export function gatewaysServing(model: Model, services: readonly VirtualService[]): readonly Gateway[] {
  return gatewaysOfRoutes(
    model,
    services.flatMap((service) => routesTo(model, service)),
  );
}

/** The gateways these routes belong to; where none is known, every gateway. */
export function gatewaysOfRoutes(model: Model, routes: readonly GatewayRoute[]): readonly Gateway[] {
  const keys = new Set<string>();
  for (const route of routes) {
    const gateway = gatewayOf(model, route);
    if (gateway) keys.add(refKey(gateway.ref));
  }
  const known = model.gateways.filter((gateway) => keys.has(refKey(gateway.ref)));
  return known.length > 0 ? known : model.gateways;
}

const routesByService = memoize((model: Model) =>
  groupBy(model.gatewayRoutes, ({ target }) => (target ? referenceKey(target) : '')),
);

const servicesByRouter = memoize((model: Model) =>
  groupBy(model.virtualServices, ({ provider }) => (provider.type === 'router' ? referenceKey(provider.target) : '')),
);

const servicesByNode = memoize((model: Model) =>
  groupBy(model.virtualServices, ({ provider }) => (provider.type === 'node' ? referenceKey(provider.target) : '')),
);

const routersByNode = memoize((model: Model) => {
  const index = new Map<string, Set<VirtualRouter>>();
  for (const router of model.virtualRouters) {
    for (const target of router.routes.flatMap(({ targets }) => targets)) {
      const key = referenceKey(target);
      index.set(key, (index.get(key) ?? new Set()).add(router));
    }
  }
  return new Map([...index].map(([key, routers]) => [key, [...routers]]));
});

function referenceKey(reference: Reference): string {
  return nameKey(reference.namespace, reference.name);
}

function keyOf(object: { readonly ref: { readonly namespace: string | null; readonly name: string } }): string {
  return nameKey(object.ref.namespace, object.ref.name);
}
