import type { Evidence } from '../../snapshot/evidence.ts';
import { envoyEvidence } from '../envoy/envoy.ts';
import { egressTables, knowsService, strangeHosts } from '../envoy/tables.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import type { Relation } from '../relation.ts';
import type { GatewayRoute, Reference, VirtualService } from './kinds.ts';
import { virtualService } from './links.ts';
import { gatewaysOfRoutes } from './reach.ts';

/**
 * The VirtualService a GatewayRoute sends its requests to. Where the objects alone cannot prove it absent, the running
 * gateway can: App Mesh keeps a virtual host for every VirtualService that an active route targets, so a table read whole,
 * in which each virtual host belongs to another VirtualService that was read, has no place for this one.
 */
export function targetOf(model: Model, route: GatewayRoute, target: Reference): Relation<VirtualService> {
  const byObjects = virtualService(model, target);
  if (byObjects.state !== 'unknown') return byObjects;
  const proof = gatewaysOfRoutes(model, [route]).flatMap((gateway) => proveUnknownTo(model, gateway, target));
  const [first, ...rest] = proof;
  return first ? { state: 'absent', proof: [first, ...rest] } : byObjects;
}

function proveUnknownTo(model: Model, gateway: Gateway, target: Reference): readonly Evidence[] {
  return gateway.envoys.flatMap((envoy) => {
    const tables = egressTables(envoy);
    const [table] = tables ?? [];
    if (!tables || !table || knowsService(envoy, `${target.name}.${target.namespace}`) !== false) return [];
    if (strangeHosts(tables, model.virtualServices).length > 0) return [];
    const names = table.virtualHosts.map(({ name }) => name);
    const note = `the gateway's table has ${names.length} virtual hosts, none for ${target.name}.${target.namespace}`;
    return [envoyEvidence('config_dump', table.place, { virtualHosts: names }, note)];
  });
}
