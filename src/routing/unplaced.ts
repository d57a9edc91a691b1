import { memoize } from '../lib/memo.ts';
import type { Gateway } from '../model/gateway.ts';
import { gatewayOf } from '../model/mesh/links.ts';
import { gatewayGap, writtenRoutes } from '../model/mesh/written-routes.ts';
import type { Model } from '../model/model.ts';
import { firstUnlisted, firstUnread } from '../model/unread.ts';
import type { Gap } from '../snapshot/coverage.ts';
import { type ObjectRef, refKey } from '../snapshot/object.ts';
import { gatewayTables, supersededTables } from './gateway-tables.ts';

/** A route that stands in no table, or a gateway whose table may lack routes, for want of what was not read. */
export interface Unplaced {
  readonly subject: { readonly ref: ObjectRef };
  readonly gap: Gap;
}

/** Objects whose routes stand in no table though they may belong into one, and gateways whose table is made of objects and may lack them. */
export const unplaced = memoize((model: Model): readonly Unplaced[] => {
  const placed = new Set<string>();
  for (const { translation } of [...gatewayTables(model), ...supersededTables(model)]) {
    for (const { ref } of translation?.origins.values() ?? []) placed.add(refKey(ref));
  }
  const open = new Map<string, Unplaced>();
  const behind = firstUnlisted(model, ['VirtualService', 'VirtualRouter', 'VirtualNode']);
  const before = firstUnlisted(model, ['VirtualGateway', 'GatewayRoute']);
  const joining =
    model.gatewayRoutes
      .filter((route) => !gatewayOf(model, route))
      .map((route) => gatewayGap(model, route))
      .find((gap) => gap !== null) ?? null;
  for (const route of writtenRoutes(model)) {
    const key = refKey(route.object.ref);
    if (placed.has(key) || open.has(key)) continue;
    const own = route.kind === 'gateway' ? gatewayGap(model, route.object) : (before ?? joining);
    const gap = own ?? behind;
    if (gap) open.set(key, { subject: route.object, gap });
  }
  for (const service of model.virtualServices) {
    const key = refKey(service.ref);
    const gap = before ?? joining ?? behind;
    if (gap && !placed.has(key)) open.set(key, { subject: service, gap });
  }
  for (const [gateway, gap] of undecidedGateways(model)) {
    open.set(refKey(gateway.ref), { subject: gateway, gap });
    for (const route of model.gatewayRoutes) {
      const owner = gatewayOf(model, route);
      if (owner && refKey(owner.ref) === refKey(gateway.ref)) open.set(refKey(route.ref), { subject: route, gap });
    }
  }
  return [...open.values(), ...(joining ? gatewaysOfObjects(model, joining) : [])];
});

function gatewaysOfObjects(model: Model, gap: Gap): readonly Unplaced[] {
  const running = new Set<Gateway>(gatewayTables(model).flatMap(({ gateway, envoy }) => (envoy ? [gateway] : [])));
  return model.gateways.filter((gateway) => !running.has(gateway)).map((subject) => ({ subject, gap }));
}

/** Gateways whose Envoys decide, and whose tables were not read. */
function undecidedGateways(model: Model): ReadonlyMap<Gateway, Gap> {
  const running = new Set<Gateway>(gatewayTables(model).flatMap(({ gateway, envoy }) => (envoy ? [gateway] : [])));
  const entries = model.gateways.flatMap((gateway): readonly (readonly [Gateway, Gap])[] => {
    if (running.has(gateway)) return [];
    const gap = firstUnread(gateway.envoys, ['envoy.routes', 'envoy.listenerConfig']);
    return gap ? [[gateway, gap]] : [];
  });
  return new Map(entries);
}
