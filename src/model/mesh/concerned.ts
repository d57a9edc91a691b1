import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import type { Resource } from '../resource.ts';
import { refKey } from '../../snapshot/object.ts';
import type { VirtualService } from './kinds.ts';
import { gatewaysOfRoutes, gatewaysServing, servicesOfNode, servicesOfRouter } from './reach.ts';

/** The gateways that an App Mesh object has a part in; where none is known to, every gateway. */
export function gatewaysConcerned(model: Model, { ref }: Resource): readonly Gateway[] {
  const key = refKey(ref);
  const same = (object: Resource): boolean => refKey(object.ref) === key;
  if (ref.kind === 'VirtualGateway') return model.gateways.filter((gateway) => refKey(gateway.ref) === key);
  if (ref.kind === 'GatewayRoute') return gatewaysOfRoutes(model, model.gatewayRoutes.filter(same));
  const services = servicesBehind(model, ref.kind, same);
  return services === null ? model.gateways : gatewaysServing(model, services);
}

function servicesBehind(
  model: Model,
  kind: string,
  same: (object: Resource) => boolean,
): readonly VirtualService[] | null {
  if (kind === 'VirtualService') return model.virtualServices.filter(same);
  if (kind === 'VirtualRouter')
    return model.virtualRouters.filter(same).flatMap((router) => servicesOfRouter(model, router));
  if (kind === 'VirtualNode') return model.virtualNodes.filter(same).flatMap((node) => servicesOfNode(model, node));
  return null;
}
