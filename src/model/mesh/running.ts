import { asObject, asText, type JsonObject } from '../../lib/json.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Route, RouteConfig } from '../../snapshot/envoy/view.ts';
import { envoyEvidence, type Envoy } from '../envoy/envoy.ts';
import { isIngressRoutes } from '../envoy/naming.ts';
import { egressTables, hostOfService, serviceNamedBy } from '../envoy/tables.ts';
import { hostEvidence } from '../envoy/verdict.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import { presentValue } from '../relation.ts';
import type { GatewayRoute, VirtualRouter } from './kinds.ts';
import { virtualService } from './links.ts';
import { gatewaysOfRoutes, gatewaysServing, servicesOfRouter } from './reach.ts';
import { type WrittenRoute, writtenPaths } from './written-routes.ts';

/** Whether the running gateways have a route that an object writes. */
export interface Running {
  readonly gateways: readonly Gateway[];
  /** `runs`: some Envoy has it; `lacks`: tables were read whole and it is in none; `unknown`: no table tells. */
  readonly state: 'runs' | 'lacks' | 'unknown';
  readonly evidence: readonly Evidence[];
}

/** Looks for a written route in what the gateways run: same path specifier, same VirtualService. */
export function runningRoute(model: Model, route: WrittenRoute): Running {
  return route.kind === 'gateway'
    ? runningGatewayRoute(model, route.object, writtenPaths(route))
    : runningRouterRoute(model, route.object, writtenPaths(route));
}

function runningGatewayRoute(model: Model, object: GatewayRoute, paths: readonly string[]): Running {
  const gateways = gatewaysOfRoutes(model, [object]);
  const { target } = object;
  if (!target) return { gateways, state: 'unknown', evidence: [] };
  const awsName = presentValue(virtualService(model, target))?.awsName ?? `${target.name}.${target.namespace}`;
  const lacking: Evidence[] = [];
  for (const envoy of gateways.flatMap(({ envoys }) => envoys)) {
    const tables = ingressTables(envoy);
    for (const route of tables.flatMap(routesIn)) {
      if (serviceNamedBy(route) !== awsName || !paths.includes(pathSpecifier(route.match))) continue;
      return { gateways, state: 'runs', evidence: [routeEvidence(route, `${envoy.label} runs this route`)] };
    }
    for (const table of tables.slice(0, 1)) lacking.push(tableEvidence(table, envoy.label, awsName));
  }
  return { gateways, state: lacking.length > 0 ? 'lacks' : 'unknown', evidence: lacking.slice(0, 3) };
}

function runningRouterRoute(model: Model, object: VirtualRouter, paths: readonly string[]): Running {
  const services = servicesOfRouter(model, object);
  const gateways = gatewaysServing(model, services);
  const lacking: Evidence[] = [];
  for (const envoy of gateways.flatMap(({ envoys }) => envoys)) {
    for (const { awsName } of services) {
      const host = hostOfService(egressTables(envoy) ?? [], awsName);
      if (!host) continue;
      const route = host.routes.find(({ match }) => paths.includes(pathSpecifier(match)));
      if (route) return { gateways, state: 'runs', evidence: [routeEvidence(route, `${envoy.label} runs this route`)] };
      lacking.push(hostEvidence(host, envoy.label));
    }
  }
  return { gateways, state: lacking.length > 0 ? 'lacks' : 'unknown', evidence: lacking.slice(0, 3) };
}

/** What a running Envoy says of a fault that keeps a route out of it. */
export function verdictOfFault({ state }: Running): 'shows' | 'contradicts' | 'unseen' {
  return state === 'lacks' ? 'shows' : state === 'runs' ? 'contradicts' : 'unseen';
}

/** The path specifier of a RouteMatch as `writtenPaths` says it. */
export function pathSpecifier(match: JsonObject): string {
  const prefix = asText(match.prefix);
  if (prefix !== undefined) return `prefix ${prefix}`;
  const path = asText(match.path);
  if (path !== undefined) return `path ${path}`;
  const regex = asText(asObject(match.safe_regex).regex);
  return regex === undefined ? '' : `regex ${regex}`;
}

/** Evidence of a route that an Envoy runs: its match, cut down to what decides. */
export function routeEvidence({ place, match }: Route, note: string): Evidence {
  return envoyEvidence('config_dump', { document: place.document, pointer: `${place.pointer}/match` }, match, note);
}

function ingressTables(envoy: Envoy): readonly RouteConfig[] {
  return envoy.routes.state === 'listed' ? envoy.routes.value.filter(({ name }) => isIngressRoutes(name)) : [];
}

function routesIn({ virtualHosts }: RouteConfig): readonly Route[] {
  return virtualHosts.flatMap(({ routes }) => routes);
}

function tableEvidence(table: RouteConfig, label: string, awsName: string): Evidence {
  const value = { name: table.name, routes: routesIn(table).length };
  const note = `${table.name} of ${label} has ${value.routes} routes, none with this path to ${awsName}`;
  return envoyEvidence('config_dump', table.place, value, note);
}
