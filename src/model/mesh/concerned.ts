import type { Gateway } from '../gateway.ts';
import { named } from '../inventory.ts';
import type { Model } from '../model.ts';
import type { Resource } from '../resource.ts';
import { type ObjectRef, refKey } from '../../snapshot/object.ts';
import type { VirtualService } from './kinds.ts';
import { gatewaysOfRoutes, gatewaysServing, servicesOfNode, servicesOfRouter } from './reach.ts';

/** The gateways that an App Mesh object has a part in; where none is known to, every gateway. */
export function gatewaysConcerned(model: Model, { ref }: Resource): readonly Gateway[] {
  const { kind, namespace, name } = ref;
  if (kind === 'VirtualGateway') return model.gateways.filter((gateway) => refKey(gateway.ref) === refKey(ref));
  if (kind === 'GatewayRoute') {
    const route = named(model.gatewayRoutes, namespace, name);
    return gatewaysOfRoutes(model, route ? [route] : []);
  }
  const services = servicesBehind(model, ref);
  return services === null ? model.gateways : gatewaysServing(model, services);
}

function servicesBehind(model: Model, { kind, namespace, name }: ObjectRef): readonly VirtualService[] | null {
  if (kind === 'VirtualService') {
    const service = named(model.virtualServices, namespace, name);
    return service ? [service] : [];
  }
  if (kind === 'VirtualRouter') {
    const router = named(model.virtualRouters, namespace, name);
    return router ? servicesOfRouter(model, router) : [];
  }
  if (kind !== 'VirtualNode') return null;
  const node = named(model.virtualNodes, namespace, name);
  return node ? servicesOfNode(model, node) : [];
}
