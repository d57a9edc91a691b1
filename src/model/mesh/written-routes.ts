import { asList, asNumber, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import { memoize } from '../../lib/memo.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import type { Model } from '../model.ts';
import type { Relation } from '../relation.ts';
import { type GatewayRoute, type Listener, routeTypes, type VirtualGateway, type VirtualRouter } from './kinds.ts';
import { gatewayOf, namespaceOf } from './links.ts';

/** What a route says, wherever it is written. */
interface WrittenBody {
  readonly type: (typeof routeTypes)[number];
  /** Dotted path of the type's object: `spec.httpRoute`, `spec.routes[0].httpRoute`. */
  readonly path: string;
  readonly match: JsonObject;
  readonly action: JsonObject;
  readonly timeout: JsonObject;
  /** `match.port`; null where none is written. */
  readonly port: number | null;
  /** Tells the routes of one router apart: the route's name, or its place where it has none; empty for a GatewayRoute. */
  readonly key: string;
}

/** A route of one kind of object: field by field, and with what people say made when it is asked for, since there are thousands. */
class WrittenBy<K extends 'gateway' | 'router', O extends GatewayRoute | VirtualRouter> implements WrittenBody {
  readonly kind: K;
  readonly object: O;
  readonly type: WrittenBody['type'];
  readonly path: string;
  readonly match: JsonObject;
  readonly action: JsonObject;
  readonly timeout: JsonObject;
  readonly port: number | null;
  readonly key: string;

  constructor(kind: K, object: O, { type, path, match, action, timeout, port, key }: WrittenBody) {
    this.kind = kind;
    this.object = object;
    this.type = type;
    this.path = path;
    this.match = match;
    this.action = action;
    this.timeout = timeout;
    this.port = port;
    this.key = key;
  }

  /** As people say it: `Route shop/cart`, `Route "canary" of VirtualRouter shop/cart`. */
  get says(): string {
    const { namespace, name } = this.object.ref;
    if (this.kind === 'gateway') return `Route ${namespace}/${name}`;
    return `Route ${JSON.stringify(this.key)} of VirtualRouter ${namespace}/${name}`;
  }
}

/** A route as an object writes it: a GatewayRoute's, or one of a VirtualRouter's. */
export type WrittenRoute = WrittenBy<'gateway', GatewayRoute> | WrittenBy<'router', VirtualRouter>;

/** Where a GatewayRoute writes what it matches: thousands of them share these. */
const gatewayPaths = {
  grpcRoute: 'spec.grpcRoute',
  httpRoute: 'spec.httpRoute',
  http2Route: 'spec.http2Route',
  tcpRoute: 'spec.tcpRoute',
} as const satisfies Record<WrittenBody['type'], string>;

/** The routes of GatewayRoutes. */
export const writtenGatewayRoutes = memoize((model: Model) =>
  model.gatewayRoutes.flatMap((object): readonly WrittenRoute[] => {
    return bodiesOf(object.spec, null, '').map((body) => new WrittenBy('gateway', object, body));
  }),
);

/** Every route that objects write, GatewayRoutes first. */
export const writtenRoutes = memoize((model: Model): readonly WrittenRoute[] => [
  ...writtenGatewayRoutes(model),
  ...model.virtualRouters.flatMap((object): readonly WrittenRoute[] =>
    asList(object.spec.routes).flatMap((item, index) => {
      const key = asText(asObject(item).name) || String(index);
      const bodies = bodiesOf(asObject(item), `spec.routes[${index}]`, key);
      return bodies.map((body) => new WrittenBy('router', object, body));
    }),
  ),
]);

/** The object of each of them. */
export const writingObjects = memoize((model: Model) => writtenRoutes(model).map(({ object }) => object));

function bodiesOf(holder: JsonObject, at: string | null, key: string): readonly WrittenBody[] {
  const type = routeTypes.find((name) => isObject(holder[name]));
  if (!type) return [];
  const body = asObject(holder[type]);
  const match = asObject(body.match);
  const port = asNumber(match.port) ?? null;
  const [action, timeout] = [asObject(body.action), asObject(body.timeout)];
  return [{ type, path: at === null ? gatewayPaths[type] : `${at}.${type}`, match, action, timeout, port, key }];
}

/** The path specifiers that Envoy would print for a written match: `prefix /cart`, `path /cart`, `regex /v[0-9]`. */
export function writtenPaths({ type, match }: WrittenRoute): readonly string[] {
  if (type === 'grpcRoute') {
    const service = asText(match.serviceName);
    const method = asText(match.methodName);
    if (service === undefined) return ['prefix /'];
    return [method === undefined ? `prefix /${service}/` : `path /${service}/${method}`];
  }
  const exact = asText(asObject(match.path).exact);
  if (exact !== undefined) return [`path ${exact}`];
  const regex = asText(asObject(match.path).regex);
  if (regex !== undefined) return [`regex ${regex}`];
  const prefix = asText(match.prefix);
  // App Mesh writes a prefix without trailing slash as two routes.
  return prefix === undefined ? ['prefix /'] : [`prefix ${prefix}`, `prefix ${prefix}/`];
}

/** The object whose listeners a route belongs to: the gateway of a GatewayRoute, the router itself. */
export function listening(model: Model, route: WrittenRoute): Relation<VirtualGateway | VirtualRouter> | null {
  if (route.kind === 'router') return { state: 'present', value: route.object };
  const gateway = gatewayOf(model, route.object);
  if (gateway) return { state: 'present', value: gateway };
  const gap = gatewayGap(model, route.object);
  return gap ? { state: 'unknown', gap } : null;
}

/** What was not seen that would tell a route's gateway; null where it is known that it has none. */
export function gatewayGap(model: Model, route: GatewayRoute): Gap | null {
  if (!route.gateway) {
    const namespace = namespaceOf(model, route.ref.namespace ?? '');
    if (namespace.state === 'unknown') return namespace.gap;
  }
  const all = model.completeness('VirtualGateway', route.gateway?.namespace ?? '*');
  return all.complete ? null : all.gap;
}

/** The ports of listeners as people read them: `8088 (http), 8089 (grpc)`. */
export function listenersText(listeners: readonly Listener[]): string {
  return listeners.map(({ port, protocol }) => `${port} (${protocol || 'no protocol'})`).join(', ');
}

/** A regular expression in a route's match. */
export interface WrittenRegex {
  /** Dotted path in the route's object. */
  readonly path: string;
  readonly pattern: string;
  /** What must match it, as people say it: `the path`, `header user-agent`. */
  readonly of: string;
  readonly invert: boolean;
}

/** The regular expressions of a match: of the path, of headers, of gRPC metadata. */
export function writtenRegexes({ match, path, type }: WrittenRoute): readonly WrittenRegex[] {
  const member = type === 'grpcRoute' ? 'metadata' : 'headers';
  const ofPath = asText(asObject(match.path).regex);
  const headers = asList(match[member]).flatMap((item, index): readonly WrittenRegex[] => {
    const { name, match: matcher, invert } = asObject(item);
    const pattern = asText(asObject(matcher).regex);
    if (pattern === undefined) return [];
    const of = `${type === 'grpcRoute' ? 'metadata' : 'header'} ${asText(name) ?? ''}`;
    return [{ path: `${path}.match.${member}[${index}].match.regex`, pattern, of, invert: invert === true }];
  });
  if (ofPath === undefined || type === 'grpcRoute') return headers;
  return [{ path: `${path}.match.path.regex`, pattern: ofPath, of: 'the path', invert: false }, ...headers];
}
