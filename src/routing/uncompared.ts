import type { Gateway } from '../model/gateway.ts';
import { gatewayOf } from '../model/mesh/links.ts';
import { gatewaysServing, servicesOfRouter } from '../model/mesh/reach.ts';
import type { Model } from '../model/model.ts';
import { firstUnread } from '../model/unread.ts';
import { refKey } from '../snapshot/object.ts';
import { driftsOf } from './drift.ts';
import type { Unplaced } from './unplaced.ts';

/** Objects of gateways whose Envoys could not be compared with them, for want of tables or of what their decisions hang on. */
export function uncompared(model: Model): readonly Unplaced[] {
  const compared = new Map(driftsOf(model).map(({ gateway, gaps }) => [gateway, gaps[0] ?? null]));
  const gaps = new Map<Gateway, Unplaced['gap']>();
  for (const gateway of model.gateways) {
    const unread = firstUnread(gateway.envoys, ['envoy.routes', 'envoy.listenerConfig', 'envoy.clusterConfig']);
    const gap = compared.get(gateway) ?? unread;
    if (gap) gaps.set(gateway, gap);
  }
  if (gaps.size === 0) return [];
  const byRef = new Map([...gaps].map(([{ ref }, gap]) => [refKey(ref), gap]));
  const told = (subject: Unplaced['subject'], gap: Unplaced['gap'] | undefined): readonly Unplaced[] =>
    gap ? [{ subject, gap }] : [];
  const ofGateways = (gateways: readonly Gateway[]) => gateways.map((gateway) => gaps.get(gateway)).find(Boolean);
  return [
    ...[...gaps].flatMap(([gateway, gap]) => told(gateway, gap)),
    ...model.gatewayRoutes.flatMap((route) => {
      const owner = gatewayOf(model, route);
      return told(route, owner ? byRef.get(refKey(owner.ref)) : undefined);
    }),
    ...model.virtualServices.flatMap((one) => told(one, ofGateways(gatewaysServing(model, [one])))),
    ...model.virtualRouters.flatMap((one) =>
      told(one, ofGateways(gatewaysServing(model, servicesOfRouter(model, one)))),
    ),
  ];
}
