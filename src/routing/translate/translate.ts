import { asList, asObject, asText, type JsonObject, pointer } from '../../lib/json.ts';
import { memoize } from '../../lib/memo.ts';
import { defaultBackend, virtualServiceHeader } from '../../model/envoy/naming.ts';
import type { GatewayRoute, Listener, VirtualGateway, VirtualService } from '../../model/mesh/kinds.ts';
import { routesByGateway, meshesSelecting, namespaceOf } from '../../model/mesh/links.ts';
import { targetOf } from '../../model/mesh/target.ts';
import type { Model } from '../../model/model.ts';
import { presentValue } from '../../model/relation.ts';
import { refKey, within } from '../../snapshot/object.ts';
import type { ClusterInput, ListenerInput, RouteConfigInput } from '../table/input.ts';
import { egressPort, selfRedirect } from './clusters.ts';
import { routesOfService } from './egress.ts';
import { type MadeRoute, translateGatewayRoute } from './ingress.ts';
import { makeListener, tlsMode } from './listener.ts';
import { translateMatch } from './match.ts';
import { type Extreme, orderRoutes, withoutOrder } from './order.ts';
import { ByRoute, type LeftOut, type Origin, routeKey, type Translation } from './translation.ts';

/**
 * The tables App Mesh would have pushed to a gateway: each request passes an ingress and an egress listener (real dump).
 * Where App Mesh does not define an order, `extreme` says which way round they stand.
 */
export function translate(
  model: Model,
  gateway: VirtualGateway,
  envoyVersion: string,
  extreme: Extreme = 'usual',
): Translation {
  const mesh = meshName(model, gateway);
  const leftOut: LeftOut[] = [];
  const unknownServices: string[] = [];
  const services = new Map<string, readonly MadeRoute[]>();
  const actions = new Map<string, JsonObject>();
  const routesOf = memoize((service: VirtualService) => routesOfService(model, service, mesh));
  const keepsHost = new Set<string>();
  const ingress = new Map(
    gateway.listeners.map((listener) => [
      listener,
      { redirect: selfRedirect(mesh, gateway, listener), routes: [] as MadeRoute[] },
    ]),
  );
  for (const route of routesByGateway(model).get(refKey(gateway.ref)) ?? []) {
    const listener = listenerFor(gateway, route);
    if (typeof listener === 'string') {
      leftOut.push(leaveOut(route, listener));
      continue;
    }
    const { target } = route;
    const service = target ? targetOf(model, route, target) : null;
    if (!target || !service || service.state === 'absent') {
      leftOut.push(leaveOut(route, 'the VirtualService it targets does not exist'));
      continue;
    }
    const awsName = presentValue(service)?.awsName ?? `${target.name}.${target.namespace}`;
    const routes = service.state === 'present' ? routesOf(service.value) : null;
    if (routes) services.set(awsName, routes);
    else unknownServices.push(awsName);
    const hasRoutes = routes === null || routes.length > 0;
    const entry = ingress.get(listener);
    if (!entry) continue;
    const made = translateGatewayRoute(route, { awsName, hasRoutes }, entry.redirect, actions);
    for (const one of made) if ('request_headers_to_add' in one.json) keepsHost.add(awsName);
    entry.routes.push(...made);
  }
  const origins = new ByRoute<Origin>();
  const undefinedOrder = new Set<string>();
  const place = (document: string, host: number, routes: readonly MadeRoute[]): readonly JsonObject[] => {
    const ordered = orderRoutes(routes, extreme);
    const free = new Set(withoutOrder(routes));
    const list = within({ document, pointer: '' }, pointer('virtual_hosts', host, 'routes'));
    origins.fill(
      list,
      ordered.map(({ origin }) => origin),
    );
    for (const [index, route] of ordered.entries())
      if (free.has(route)) undefinedOrder.add(routeKey(within(list, index)));
    return ordered.map(({ json }) => json);
  };
  const document = (config: string): string => `translated/${gateway.ref.namespace}/${gateway.ref.name}/${config}`;
  const listeners: ListenerInput[] = [];
  const routeConfigs: RouteConfigInput[] = [];
  const assumed: string[] = [];
  for (const [index, [{ port, protocol }, { routes }]] of [...ingress].entries()) {
    if (port === null) continue;
    const routeConfig = `rds_ingress_${protocol}_${port}`;
    const hosts = [{ name: 'self_redirect', domains: ['*'], routes: place(document(routeConfig), 0, routes) }];
    routeConfigs.push(config(document(routeConfig), routeConfig, hosts));
    const statPrefix = gateway.listeners.length > 1 ? `ingress.${protocol}.${port}` : 'ingress';
    const tls = tlsMode(gateway, index);
    if (tls !== 'DISABLED') assumed.push(`TLS (${tls}) of the listener on port ${port}`);
    const name = `lds_ingress_0.0.0.0_${port}`;
    listeners.push(makeListener({ name, port, statPrefix, routeConfig, document: document(`lds_${port}`), tls }));
  }
  const routeConfig = `rds_egress_http_${egressPort}`;
  const egress = egressHosts(services, keepsHost, (host, routes) => place(document(routeConfig), host, routes));
  routeConfigs.push(config(document(routeConfig), routeConfig, egress));
  const name = `lds_egress_0.0.0.0_${egressPort}`;
  const egressListener = { port: egressPort, statPrefix: 'egress', routeConfig, document: document('lds_egress') };
  listeners.push(makeListener({ name, ...egressListener, tls: 'DISABLED' }));
  const redirects = [...ingress.values()].map(({ redirect }) => redirect);
  const made = [...redirects, ...[...services.values()].flat().flatMap((route) => route.clusters)];
  const clusters = new Map(made.map((cluster) => [asText(cluster.name) ?? '', cluster]));
  return {
    mesh,
    input: { envoyVersion, runtime: new Map(), listeners, routeConfigs, clusters: targetsOf(clusters) },
    clusters,
    origins,
    undefinedOrder,
    assumed,
    leftOut,
    unknownServices,
    emptyServices: [...services].flatMap(([name, routes]) => (routes.length === 0 ? [name] : [])),
  };
}

/** Only the self redirect leads back into the gateway. */
function targetsOf(clusters: ReadonlyMap<string, JsonObject>): ReadonlyMap<string, ClusterInput> {
  return new Map(
    [...clusters].map(([name, { type }]) => [
      name,
      { targets: type === 'STATIC' ? [{ host: '127.0.0.1', port: egressPort }] : [] },
    ]),
  );
}

function leaveOut(route: GatewayRoute, reason: string): LeftOut {
  const [type = ''] = route.types;
  const { common, paths } = translateMatch(asObject(asObject(route.spec[type]).match), type);
  const matches = type === '' ? [] : paths.map((path) => ({ ...path.match, ...common }));
  const { document, pointer } = route.at(`spec.${type}`);
  return { ref: route.ref, reason, place: { document, pointer }, matches };
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

function config(document: string, name: string, hosts: readonly JsonObject[]): RouteConfigInput {
  return { place: { document, pointer: '' }, body: { name, virtual_hosts: hosts } };
}
