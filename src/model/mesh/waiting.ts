import { memoize } from '../../lib/memo.ts';
import { refKey } from '../../snapshot/object.ts';
import { named } from '../inventory.ts';
import type { Model } from '../model.ts';
import { presentValue } from '../relation.ts';
import type { Resource } from '../resource.ts';
import { activityOf } from './activity.ts';
import { gatewayOf, virtualNode, virtualRouter, virtualService } from './links.ts';
import type { GatewayRoute, MeshMember, VirtualRouter, VirtualService } from './kinds.ts';
import { meshObjects } from './members.ts';

/** An object that App Mesh has not taken, and those that wait for it. */
export interface Awaited {
  readonly root: Resource;
  readonly waiting: readonly Resource[];
}

/**
 * The roots of waiting: the controller takes an object only when all that it builds on is active, in the order Mesh, VirtualNode,
 * VirtualRouter, VirtualService, GatewayRoute, and Mesh, VirtualGateway, GatewayRoute (controller pkg/<kind>/resource_manager.go).
 */
export const awaitedRoots = memoize((model: Model): readonly Awaited[] => {
  const roots = new Map<string, { readonly root: Resource; readonly waiting: Resource[] }>();
  for (const object of meshObjects(model)) {
    if (!waits(object)) continue;
    for (const root of rootsOf(model, object, new Set())) {
      const key = refKey(root.ref);
      const known = roots.get(key) ?? { root, waiting: [] };
      roots.set(key, known);
      if (root !== object) known.waiting.push(object);
    }
  }
  return [...roots.values()].filter(({ waiting }) => waiting.length > 0);
});

function waits(object: Resource): boolean {
  const { state } = activityOf(object);
  return state === 'inactive' || state === 'never';
}

/** Follows what an object builds on to what waits for nothing else; `seen` ends a circle. */
function rootsOf(model: Model, object: Resource, seen: Set<string>): readonly Resource[] {
  const key = refKey(object.ref);
  if (seen.has(key)) return [];
  seen.add(key);
  const below = buildsOn(model, object).filter(waits);
  return below.length === 0 ? [object] : below.flatMap((next) => rootsOf(model, next, seen));
}

function buildsOn(model: Model, object: Resource): readonly Resource[] {
  const { namespace, name } = object.ref;
  const find = <T extends MeshMember>(items: readonly T[]): T | undefined => named(items, namespace, name);
  switch (object.ref.kind) {
    case 'GatewayRoute': {
      const route = find(model.gatewayRoutes);
      return route ? [...meshOf(model, route), ...ofRoute(model, route)] : [];
    }
    case 'VirtualService': {
      const service = find(model.virtualServices);
      return service ? [...meshOf(model, service), ...ofService(model, service)] : [];
    }
    case 'VirtualRouter': {
      const router = find(model.virtualRouters);
      return router ? [...meshOf(model, router), ...ofRouter(model, router)] : [];
    }
    case 'VirtualNode':
    case 'VirtualGateway': {
      const member = object.ref.kind === 'VirtualNode' ? find(model.virtualNodes) : find(model.virtualGateways);
      return member ? meshOf(model, member) : [];
    }
    default:
      return [];
  }
}

function meshOf(model: Model, { meshName }: MeshMember): readonly Resource[] {
  return model.meshes.filter(({ ref }) => ref.name === meshName);
}

function ofRoute(model: Model, route: GatewayRoute): readonly Resource[] {
  const gateway = gatewayOf(model, route);
  const service = route.target ? presentValue(virtualService(model, route.target)) : undefined;
  return [...(gateway ? [gateway] : []), ...(service ? [service] : [])];
}

function ofService(model: Model, { provider }: VirtualService): readonly Resource[] {
  if (provider.type !== 'node' && provider.type !== 'router') return [];
  const found = provider.type === 'node' ? virtualNode(model, provider.target) : virtualRouter(model, provider.target);
  const value: Resource | undefined = presentValue<Resource>(found);
  return value ? [value] : [];
}

function ofRouter(model: Model, { routes }: VirtualRouter): readonly Resource[] {
  return routes.flatMap(({ targets }) => targets).flatMap((target) => presentValue(virtualNode(model, target)) ?? []);
}
