import type { Reference } from '../model/mesh/kinds.ts';
import type { Model } from '../model/model.ts';
import type { Resource } from '../model/resource.ts';
import { serviceOfHostname } from '../model/platform/backing.ts';
import { type ObjectRef, refKey, refText } from '../snapshot/object.ts';
import type { RouteTarget } from './route-document.ts';

/** The objects a route is made from and leads to: GatewayRoute, VirtualService, VirtualRouter, VirtualNodes, their Services. Those that were read, each once. */
export function objectsBehind(model: Model, made: ObjectRef, targets: readonly RouteTarget[]): readonly Resource[] {
  const route = model.gatewayRoutes.find(({ ref }) => refKey(ref) === refKey(made));
  const own = model.virtualServices.find(({ ref }) => refKey(ref) === refKey(made));
  const service = own ?? (route?.target ? named(model.virtualServices, route.target) : undefined);
  const provider = service && 'target' in service.provider ? service.provider : null;
  const router =
    provider?.type === 'router'
      ? named(model.virtualRouters, provider.target)
      : model.virtualRouters.find(({ ref }) => refKey(ref) === refKey(made));
  const references = router ? router.routes.flatMap((one) => one.targets) : provider ? [provider.target] : [];
  const ends = new Set(targets.map(({ object }) => object));
  const nodes = new Set([
    ...references.flatMap((one) => named(model.virtualNodes, one) ?? []),
    ...model.virtualNodes.filter(({ ref }) => ends.has(refText(ref))),
  ]);
  const services = [...nodes].flatMap(({ hostname }) => {
    const found = hostname === null ? null : serviceOfHostname(model, hostname);
    return found?.state === 'present' ? [found.value] : [];
  });
  return [route, service, router, ...nodes, ...new Set(services)].flatMap((one) => one ?? []);
}

function named<T extends Resource>(objects: readonly T[], { namespace, name }: Reference): T | undefined {
  return objects.find(({ ref }) => ref.namespace === namespace && ref.name === name);
}
