import { asList, asNumber, asObject, asText, isObject, type JsonObject } from '../lib/json.ts';
import { defaultBackend, nodeClusterName, parseClusterName } from '../model/envoy/naming.ts';
import type { Gateway } from '../model/gateway.ts';
import type { VirtualGateway } from '../model/mesh/kinds.ts';
import { beginsTls } from '../model/mesh/tls-demand.ts';
import type { Model } from '../model/model.ts';
import { translate } from '../routing/translate/translate.ts';
import type { Translation } from '../routing/translate/translation.ts';
import { refKey, refText } from '../snapshot/object.ts';
import { editObjects } from './edit.ts';
import type { FindService } from './endpoints.ts';
import { type Ledger, refuse } from './modernize.ts';
import { clustersOf, insertRoute, sameRoute } from './route-lists.ts';

/** A GatewayRoute to add that App Mesh never applied, and what is needed to place it. */
export interface Addition {
  readonly model: Model;
  readonly gateway: Gateway;
  /** `NS/NAME`. */
  readonly wanted: string;
  readonly envoyVersion: string;
  readonly findService: FindService;
}

/** A translated route of the object, its list, and its place in it. */
interface Placed {
  readonly port: number;
  readonly routes: readonly JsonObject[];
  readonly at: number;
}

/**
 * Adds what a GatewayRoute asks for to a bootstrap, as App Mesh would have pushed it; what is missing is noted as
 * refused.
 */
export function addGatewayRoute(bootstrap: JsonObject, addition: Addition, ledger: Ledger): JsonObject {
  const { model, gateway, wanted, envoyVersion } = addition;
  const what = `GatewayRoute ${wanted}`;
  const route = model.gatewayRoutes.find(({ ref }) => `${ref.namespace}/${ref.name}` === wanted);
  const giveIt = 'give it, its VirtualService, VirtualRouter and VirtualNodes, and the VirtualGateway, with -f';
  if (!route || !gateway.object) {
    refuse(ledger, route ? `VirtualGateway ${gateway.ref.name}` : what, 'it was not among what was read', giveIt);
    return bootstrap;
  }
  const translation = translate(model, gateway.object, envoyVersion);
  const leftOut = translation.leftOut.find(({ ref }) => refKey(ref) === refKey(route.ref));
  const placed = placesOf(translation, gateway.object, refKey(route.ref));
  if (placed.length === 0) {
    refuse(ledger, what, leftOut?.reason ?? `it does not belong to gateway ${gateway.ref.name}`, giveIt);
    return bootstrap;
  }
  const notes = new Set<string>();
  for (const { ref, grade, notes: assumed } of translation.origins.values()) {
    if (refKey(ref) === refKey(route.ref) && grade === 'assumed') for (const note of assumed) notes.add(note);
  }
  const withIngress = placed.reduce((made, one) => addIngress(made, one, what, ledger), bootstrap);
  const made = addEgress(withIngress, placed, translation, addition, ledger);
  const assumed = notes.size > 0 ? `; assumed of App Mesh: ${[...notes].join(', ')}` : '';
  ledger.gaps.add(`${refText(route.ref)} was never applied: added where its priority and prefix put it${assumed}`);
  return made;
}

function placesOf({ input, origins }: Translation, { listeners }: VirtualGateway, key: string): readonly Placed[] {
  return input.routeConfigs.flatMap(({ place, body }) => {
    const port = Number(/^rds_ingress_[a-z0-9]+_(\d+)$/.exec(asText(body.name) ?? '')?.[1]);
    if (!listeners.some((listener) => listener.port === port)) return [];
    const routes = asList(asObject(asList(body.virtual_hosts)[0]).routes).map(asObject);
    return routes.flatMap((_, at) => {
      const pointer = `/virtual_hosts/0/routes/${at}`;
      const origin = origins.get({ document: place.document, pointer });
      return origin && refKey(origin.ref) === key ? [{ port, routes, at }] : [];
    });
  });
}

/** Edits the virtual hosts of the listener on a port. */
function editHosts(
  bootstrap: JsonObject,
  port: number,
  edit: (hosts: readonly JsonObject[]) => readonly JsonObject[],
): JsonObject {
  const resources = asObject(bootstrap.static_resources);
  const listeners = asList(resources.listeners).map((value) => {
    const listener = asObject(value);
    if (asNumber(asObject(asObject(listener.address).socket_address).port_value) !== port) return listener;
    return editObjects(listener, (object, key) =>
      key === 'route_config' ? { ...object, virtual_hosts: edit(asList(object.virtual_hosts).map(asObject)) } : object,
    );
  });
  return { ...bootstrap, static_resources: { ...resources, listeners } };
}

function addIngress(bootstrap: JsonObject, { port, routes, at }: Placed, what: string, ledger: Ledger): JsonObject {
  const route = routes[at] ?? {};
  let found = false;
  const made = editHosts(bootstrap, port, (hosts) =>
    hosts.map((host) => {
      if (!asList(host.domains).includes('*')) return host;
      found = true;
      const present = asList(host.routes).map(asObject);
      if (present.some((one) => sameRoute(one, route))) {
        ledger.changed.add(`${what} already runs on the gateway`);
        return host;
      }
      const cluster = present
        .map((one) => asText(asObject(one.route).cluster))
        .find((name) => /self_redirect/.test(name ?? ''));
      const mine = cluster === undefined ? route : { ...route, route: { ...asObject(route.route), cluster } };
      return { ...host, routes: insertRoute(present, mine, routes, at) };
    }),
  );
  if (!found) {
    refuse(ledger, `a listener for ${what} on port ${port}`, 'the gateway runs none that takes routes of every host');
  }
  return made;
}

/** The virtual host of the VirtualService behind it, and its clusters, where the gateway does not have them yet. */
function addEgress(
  bootstrap: JsonObject,
  placed: readonly Placed[],
  translation: Translation,
  addition: Addition,
  ledger: Ledger,
): JsonObject {
  const config = translation.input.routeConfigs.find(({ body }) => asText(body.name)?.startsWith('rds_egress_'));
  const known = asList(config?.body.virtual_hosts).map(asObject);
  const names = new Set(placed.flatMap(({ routes, at }) => serviceNames(routes[at] ?? {})));
  const hosts = known.filter(({ name }) => names.has(asText(name) ?? ''));
  const keepsHost = placed.some(({ routes, at }) => asObject(routes[at]?.route).host_rewrite_literal === undefined);
  const missing = [...names].filter((name) => translation.unknownServices.includes(name));
  for (const name of missing)
    refuse(ledger, `VirtualService ${name}`, 'what answers for it was not read', 'give it with -f');
  const port = innerPort(bootstrap);
  const byHeader = keepsHost ? asList(known.find(({ name }) => name === defaultBackend)?.routes).map(asObject) : [];
  const mine = byHeader.filter((route) => [...names].some((name) => JSON.stringify(route.match).includes(`"${name}"`)));
  const added: JsonObject[] = [];
  const made = editHosts(bootstrap, port, (present) => {
    const fresh = hosts.filter(({ name }) => !present.some((host) => host.name === name));
    added.push(...fresh);
    const backend = present.find(({ name }) => name === defaultBackend);
    const routes = [...asList(backend?.routes).map(asObject)];
    for (const route of mine) if (!routes.some((one) => sameRoute(one, route))) routes.push(route);
    const own = { name: defaultBackend, domains: ['*'], response_headers_to_remove: ['x-app-mesh-virtual-service'] };
    const others = present.filter((host) => host !== backend);
    return [...others, ...fresh, ...(routes.length > 0 ? [{ ...(backend ?? own), routes }] : [])];
  });
  const wanted = [
    ...new Set([...added, { routes: mine }].flatMap((host) => clustersOf(asList(host.routes).map(asObject)))),
  ];
  return addClusters(made, wanted, translation, addition, ledger);
}

/** The VirtualService a route hands over to: by the host it writes, or by the header it adds. */
function serviceNames(route: JsonObject): readonly string[] {
  const host = asText(asObject(route.route).host_rewrite_literal);
  const added = asList(route.request_headers_to_add).map((value) => asText(asObject(asObject(value).header).value));
  return [host, ...added].filter((name) => name !== undefined);
}

/** The port of the listener that self-redirecting clusters lead to. */
function innerPort(bootstrap: JsonObject): number {
  for (const value of asList(asObject(bootstrap.static_resources).clusters)) {
    const cluster = asObject(value);
    const port = /self_redirect.*_(\d+)$/.exec(asText(cluster.name) ?? '')?.[1];
    if (port !== undefined) return Number(port);
  }
  return 0;
}

function addClusters(
  bootstrap: JsonObject,
  names: readonly string[],
  translation: Translation,
  { model, gateway, findService }: Addition,
  ledger: Ledger,
): JsonObject {
  const resources = asObject(bootstrap.static_resources);
  const present = asList(resources.clusters).map(asObject);
  const fresh = names.filter((name) => !present.some((cluster) => cluster.name === name));
  const secured = fresh.filter((name) => speaksTls(model, gateway.object, translation.mesh, name));
  if (secured.length > 0) {
    const why =
      'the gateway would begin with TLS there (its client policy, or the listener of the target), which is not translated';
    refuse(ledger, `TLS to ${secured.join(', ')}`, why);
  }
  const made = fresh.map((name) =>
    speaking(name, addressed(name, translation.clusters.get(name) ?? { name }, findService, ledger)),
  );
  return { ...bootstrap, static_resources: { ...resources, clusters: [...present, ...made] } };
}

function speaksTls(model: Model, gateway: VirtualGateway | null, mesh: string, cluster: string): boolean {
  return model.virtualNodes.some((node) =>
    node.listeners.some(
      ({ port, protocol }, index) =>
        port !== null &&
        nodeClusterName(mesh, node.awsName, protocol, port) === cluster &&
        gateway !== null &&
        beginsTls(gateway, node, index),
    ),
  );
}

function addressed(name: string, cluster: JsonObject, findService: FindService, ledger: Ledger): JsonObject {
  if (cluster.type !== 'EDS') return cluster;
  const service = findService(name, []);
  if (!service) {
    refuse(
      ledger,
      `the endpoints of ${name}`,
      'its VirtualNode is in Cloud Map, and no Service of its pods was read',
      'give the Service with -f',
    );
    return cluster;
  }
  const endpoint = { address: { socket_address: { address: service.hostname, port_value: service.port } } };
  const load_assignment = { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] };
  return { name, connect_timeout: '1s', type: 'STRICT_DNS', load_assignment };
}

/** A VirtualNode that listens for HTTP/2 or gRPC gets no HTTP/1.1. */
function speaking(name: string, cluster: JsonObject): JsonObject {
  const protocol = parseClusterName(name)?.protocol;
  if ((protocol !== 'http2' && protocol !== 'grpc') || isObject(cluster.typed_extension_protocol_options))
    return cluster;
  const type = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  const options = { '@type': `type.googleapis.com/${type}`, explicit_http_config: { http2_protocol_options: {} } };
  return { ...cluster, typed_extension_protocol_options: { [type]: options } };
}
