import type { Route, RouteConfig, VirtualHost } from '../../snapshot/envoy/view.ts';
import type { VirtualService } from '../mesh/kinds.ts';
import type { Envoy } from './envoy.ts';
import { defaultBackend, isEgressRoutes, isIngressRoutes, virtualServiceHeader } from './naming.ts';

/** The route configurations in which a gateway keeps its VirtualServices; null where routes were not wholly read. */
export function egressTables(envoy: Envoy): readonly RouteConfig[] | null {
  return envoy.routes.state === 'listed' ? envoy.routes.value.filter(({ name }) => isEgressRoutes(name)) : null;
}

/** The routes that App Mesh made from GatewayRoutes; null where routes were not wholly read. */
export function ingressRoutes(envoy: Envoy): readonly Route[] | null {
  if (envoy.routes.state !== 'listed') return null;
  return envoy.routes.value
    .filter(({ name }) => isIngressRoutes(name))
    .flatMap(({ virtualHosts }) => virtualHosts)
    .flatMap(({ routes }) => routes);
}

/** The virtual host of a VirtualService, found by its AWS name among names and domains. */
export function hostOfService(tables: readonly RouteConfig[], awsName: string): VirtualHost | null {
  for (const table of tables) {
    for (const host of table.virtualHosts) if (host.name === awsName || host.domains.includes(awsName)) return host;
  }
  return null;
}

/** The VirtualService (by AWS name) that a route made from a GatewayRoute hands its requests to; null where it names none. */
export function serviceNamedBy(route: Route): string | null {
  if (route.action.type === 'forward' && route.action.hostRewrite !== null) return route.action.hostRewrite;
  return route.addsHeaders.find(({ name }) => name === virtualServiceHeader)?.value ?? null;
}

/** True when some route of the gateway leads to this VirtualService, or it has a virtual host there. */
export function knowsService(envoy: Envoy, awsName: string): boolean | null {
  const tables = egressTables(envoy);
  const routes = ingressRoutes(envoy);
  if (!tables || !routes) return null;
  return hostOfService(tables, awsName) !== null || routes.some((route) => serviceNamedBy(route) === awsName);
}

/** The virtual hosts that belong to none of these VirtualServices: they may be those of objects that were not read. */
export function strangeHosts(tables: readonly RouteConfig[], known: readonly VirtualService[]): readonly VirtualHost[] {
  const names = new Set(known.map(({ awsName }) => awsName));
  return tables
    .flatMap(({ virtualHosts }) => virtualHosts)
    .filter((host) => host.name !== defaultBackend && !names.has(host.name) && !host.domains.some((d) => names.has(d)));
}
