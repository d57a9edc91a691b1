import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import { verdictOn } from '../envoy/verdict.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { ObjectRef } from '../../snapshot/object.ts';
import type { VirtualService } from './kinds.ts';
import { gatewaysServing, routesTo } from './reach.ts';

/** Whom a fault behind some VirtualServices hurts, and what the running gateways say of them. */
export interface Hurt {
  readonly gateways: readonly Gateway[];
  /** The VirtualServices and the GatewayRoutes that lead to them. */
  readonly affects: readonly ObjectRef[];
  readonly verdict: 'shows' | 'contradicts' | 'unseen';
  readonly evidence: readonly Evidence[];
}

/** Follows VirtualServices back to the routes and gateways that lead to them; any empty virtual host shows the fault. */
export function hurtBehind(model: Model, services: readonly VirtualService[]): Hurt {
  const gateways = gatewaysServing(model, services);
  const verdicts = services.map(({ awsName }) => verdictOn(gateways, awsName));
  const shown = verdicts.filter(({ state }) => state === 'empty');
  const routed = verdicts.filter(({ state }) => state === 'routed');
  const routes = services.flatMap((service) => routesTo(model, service));
  const deciding = shown.length > 0 ? shown : routed;
  return {
    gateways,
    affects: [...services, ...routes].slice(0, 200).map(({ ref }) => ref),
    verdict:
      shown.length > 0 ? 'shows' : routed.length > 0 && routed.length === services.length ? 'contradicts' : 'unseen',
    evidence: deciding.flatMap(({ evidence }) => evidence).slice(0, 3),
  };
}
