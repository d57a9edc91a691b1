import { asList, asObject, asText, type JsonObject } from '../../lib/json.ts';
import { defaultBackend, virtualServiceHeader } from '../../model/envoy/naming.ts';
import type { GatewayRoute, Listener, VirtualGateway } from '../../model/mesh/kinds.ts';
import { gatewayOf, meshesSelecting, namespaceOf } from '../../model/mesh/links.ts';
import { targetOf } from '../../model/mesh/target.ts';
import type { Model } from '../../model/model.ts';
import { presentValue } from '../../model/relation.ts';
import { refKey } from '../../snapshot/object.ts';
import type { ClusterInput, ListenerInput, RouteConfigInput } from '../table/input.ts';
import { routesOfService } from './egress.ts';
import { type MadeRoute, orderRoutes, routePointer, translateGatewayRoute } from './ingress.ts';
import { type Origin, routeKey, type Translation } from './translation.ts';

const egressPort = 15001;
const managerType =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** The tables App Mesh would have pushed to a gateway: each request passes an ingress and an egress listener (real dump). */
export function translate(model: Model, gateway: VirtualGateway, envoyVersion: string): Translation {
  const mesh = meshName(model, gateway);
  const leftOut: Translation['leftOut'][number][] = [];
  const unknownServices: string[] = [];
  const services = new Map<string, readonly MadeRoute[]>();
  const keepsHost = new Set<string>();
  const ingress = new Map<Listener, MadeRoute[]>(gateway.listeners.map((listener) => [listener, []]));
  for (const route of model.gatewayRoutes) {
    const mine = gatewayOf(model, route);
    if (!mine || refKey(mine.ref) !== refKey(gateway.ref)) continue;
    const listener = listenerFor(gateway, route);
    if (typeof listener === 'string') {
      leftOut.push({ ref: route.ref, reason: listener });
      continue;
    }
    const { target } = route;
    const service = target ? targetOf(model, route, target) : null;
    if (!target || !service || service.state === 'absent') {
      leftOut.push({ ref: route.ref, reason: 'the VirtualService it targets does not exist: App Mesh never took it' });
      continue;
    }
    const awsName = presentValue(service)?.awsName ?? `${target.name}.${target.namespace}`;
    const routes = service.state === 'present' ? routesOfService(model, service.value, mesh) : null;
    if (routes) services.set(awsName, routes);
    else unknownServices.push(awsName);
    const cluster = selfCluster(mesh, gateway, listener);
    const hasRoutes = routes === null || routes.length > 0;
    const made = translateGatewayRoute(route, { awsName, service: presentValue(service) ?? null, hasRoutes }, cluster);
    for (const one of made) if ('request_headers_to_add' in one.json) keepsHost.add(awsName);
    ingress.get(listener)?.push(...made);
  }
  const origins = new Map<string, Origin>();
  const ties: (readonly string[])[] = [];
  const place = (document: string, host: number, routes: readonly MadeRoute[]): readonly JsonObject[] => {
    const { ordered, ties: tied } = orderRoutes(routes);
    const keys = ordered.map((_, at) => routeKey({ document, pointer: routePointer(host, at) }));
    for (const [at, { source, grade, notes }] of ordered.entries())
      origins.set(keys[at] ?? '', { ...source, grade, notes });
    for (const group of tied) ties.push(group.map((at) => keys[at] ?? ''));
    return ordered.map(({ json }) => json);
  };
  const document = (config: string): string => `translated/${gateway.ref.namespace}/${gateway.ref.name}/${config}`;
  const listeners: ListenerInput[] = [];
  const routeConfigs: RouteConfigInput[] = [];
  for (const [{ port, protocol }, routes] of ingress) {
    if (port === null) continue;
    const name = `rds_ingress_http_${port}`;
    const hosts = [{ name: 'self_redirect', domains: ['*'], routes: place(document(name), 0, routes) }];
    routeConfigs.push(config(document(name), name, hosts));
    listeners.push(
      listenerOf(
        `lds_ingress_0.0.0.0_${port}`,
        port,
        ingressPrefix(gateway, protocol, port),
        name,
        document(`lds_${port}`),
      ),
    );
  }
  const egressName = `rds_egress_http_${egressPort}`;
  const egress = egressHosts(services, keepsHost, (host, routes) => place(document(egressName), host, routes));
  routeConfigs.push(config(document(egressName), egressName, egress));
  listeners.push(
    listenerOf(`lds_egress_0.0.0.0_${egressPort}`, egressPort, 'egress', egressName, document('lds_egress')),
  );
  const clusters = new Map<string, ClusterInput>();
  for (const listener of gateway.listeners) {
    clusters.set(selfCluster(mesh, gateway, listener), { targets: [{ host: '127.0.0.1', port: egressPort }] });
  }
  for (const name of [...services.values()].flat().flatMap(clustersIn)) clusters.set(name, { targets: [] });
  return {
    input: { envoyVersion, runtime: new Map(), listeners, routeConfigs, clusters },
    origins,
    ties,
    leftOut,
    unknownServices,
  };
}

function meshName(model: Model, gateway: VirtualGateway): string {
  const written = gateway.meshName;
  if (written !== null) return model.meshes.find(({ ref }) => ref.name === written)?.awsName ?? written;
  const namespace = namespaceOf(model, gateway.ref.namespace ?? '');
  const [only] = namespace.state === 'present' ? meshesSelecting(model, namespace.value.labels).chosen : model.meshes;
  return only?.awsName ?? '';
}

/** A route goes to the listener of its port, or the only one; its protocol must be the listener's. */
function listenerFor(gateway: VirtualGateway, route: GatewayRoute): Listener | string {
  const [type] = route.types;
  if (!type) return 'it has no route type';
  const match = asObject(asObject(route.spec[type]).match);
  const protocol = type.replace('Route', '');
  const wanted = match.port;
  const [only, ...others] = gateway.listeners;
  if (wanted === undefined && others.length > 0) return 'the gateway has several listeners and the route names no port';
  const listener = wanted === undefined ? only : gateway.listeners.find(({ port }) => port === wanted);
  if (!listener) return `the gateway has no listener on port ${String(wanted)}`;
  return listener.protocol === protocol ? listener : `a ${protocol} route on a ${listener.protocol} listener`;
}

function ingressPrefix(gateway: VirtualGateway, protocol: string, port: number): string {
  return gateway.listeners.length > 1 ? `ingress.${protocol}.${port}` : 'ingress';
}

function selfCluster(mesh: string, gateway: VirtualGateway, { port }: Listener): string {
  const own = gateway.listeners.length > 1 ? `_${port}` : '';
  return `cds_ingress_${mesh}_${gateway.awsName}_self_redirect${own}_http_${egressPort}`;
}

function egressHosts(
  services: ReadonlyMap<string, readonly MadeRoute[]>,
  keepsHost: ReadonlySet<string>,
  place: (host: number, routes: readonly MadeRoute[]) => readonly JsonObject[],
): readonly JsonObject[] {
  const hosts = [...services].map(([name, routes], index): JsonObject => {
    const base = { name, domains: [name, `${name}:${egressPort}`] };
    // App Mesh writes a VirtualService without routes as a virtual host without the key.
    return routes.length === 0 ? base : { ...base, routes: place(index, routes) };
  });
  const kept = [...services].filter(([name]) => keepsHost.has(name));
  if (kept.length === 0) return hosts;
  const routes = kept.flatMap(([name, made]) => made.map((one) => onlyFor(one, name)));
  const header = { response_headers_to_remove: [virtualServiceHeader] };
  return [...hosts, { name: defaultBackend, domains: ['*'], routes: place(hosts.length, routes), ...header }];
}

/** A route of `default_backend`: taken by the header that the first pass adds. */
function onlyFor(route: MadeRoute, service: string): MadeRoute {
  const match = asObject(route.json.match);
  const headers = [...asList(match.headers), { name: virtualServiceHeader, string_match: { exact: service } }];
  return { ...route, json: { ...route.json, match: { ...match, headers } } };
}

function clustersIn({ json }: MadeRoute): readonly string[] {
  const route = asObject(json.route);
  const weighted = asList(asObject(route.weighted_clusters).clusters);
  if (typeof route.cluster === 'string') return [route.cluster];
  return weighted.flatMap((one) => asText(asObject(one).name) ?? []);
}

function config(document: string, name: string, hosts: readonly JsonObject[]): RouteConfigInput {
  return { place: { document, pointer: '' }, body: { name, virtual_hosts: hosts } };
}

function listenerOf(name: string, port: number, statPrefix: string, routes: string, document: string): ListenerInput {
  const typed_config = {
    '@type': managerType,
    stat_prefix: statPrefix,
    rds: { route_config_name: routes },
    http_filters: [{ name: 'envoy.filters.http.router' }],
    normalize_path: true,
    merge_slashes: true,
    path_with_escaped_slashes_action: 'KEEP_UNCHANGED',
    upgrade_configs: [{ upgrade_type: 'websocket' }],
  };
  const body = {
    name,
    address: { socket_address: { address: '0.0.0.0', port_value: port } },
    filter_chains: [{ filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config }] }],
  };
  return { place: { document, pointer: '' }, body };
}
