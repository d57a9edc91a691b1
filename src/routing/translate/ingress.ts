import { asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import { virtualServiceHeader } from '../../model/envoy/naming.ts';
import type { GatewayRoute, routeTypes } from '../../model/mesh/kinds.ts';
import { within } from '../../snapshot/object.ts';
import { translateMatch, type TranslatedPath } from './match.ts';
import type { RouteOrder } from './order.ts';
import { type Origin, originAt } from './translation.ts';

/** A route made from an object, before it has its place in a table. */
export interface MadeRoute {
  readonly json: JsonObject;
  /** Envoy's clusters it leads to. */
  readonly clusters: readonly JsonObject[];
  readonly origin: Origin;
}

/** Where a GatewayRoute hands a request: the VirtualService's name, and whether it has routes (its timeout then stands). */
export interface RouteTarget {
  readonly awsName: string;
  readonly hasRoutes: boolean;
}

/** Where a route of each type stands in its object. */
const routePointers = {
  grpcRoute: '/spec/grpcRoute',
  httpRoute: '/spec/httpRoute',
  http2Route: '/spec/http2Route',
  tcpRoute: '/spec/tcpRoute',
} as const satisfies Record<(typeof routeTypes)[number], string>;

/** The priority of a route that names none. */
export const lowestPriority = 1000;

/** What orders a route, from its object's `priority` and its path. */
export function orderOf(priority: unknown, path: TranslatedPath): RouteOrder {
  const prefixLength = path.kind === 'prefix' ? path.text.length : null;
  return { priority: typeof priority === 'number' ? priority : lowestPriority, prefixLength };
}

/**
 * Translates a GatewayRoute. Default rewrites: host to the VirtualService's AWS name, a matched prefix to `/`
 * (user guide, gateway-routes); a prefix without trailing slash stands as two routes, `/x/` then `/x` (real dump). `actions`: those
 * of other routes, by what they say; routes to one target share theirs.
 */
export function translateGatewayRoute(
  route: GatewayRoute,
  target: RouteTarget,
  cluster: JsonObject,
  actions: Map<string, JsonObject>,
): readonly MadeRoute[] {
  const [type] = route.types;
  if (!type) return [];
  const spec = asObject(route.spec[type]);
  const action = asObject(spec.action);
  const rewrite = asObject(action.rewrite);
  const translated = translateMatch(asObject(spec.match), type);
  const keepsHost = asText(asObject(rewrite.hostname).defaultTargetHostname) === 'DISABLED';
  const place = within(route.place, routePointers[type]);
  // The path of a gRPC request names its method: App Mesh offers no rewrite of it.
  const keepsPath = type === 'grpcRoute';
  const paths = translated.paths.flatMap((path) =>
    keepsPath ? [{ path, prefixRewrite: null }] : doubled(path, rewrite),
  );
  const actionOf = (prefixRewrite: string | null): JsonObject => {
    const key = `${asText(cluster.name)} ${target.awsName} ${target.hasRoutes} ${keepsHost} ${prefixRewrite}`;
    const made = actions.get(key) ?? {
      cluster: cluster.name,
      ...(prefixRewrite === null ? {} : { prefix_rewrite: prefixRewrite }),
      ...(keepsHost ? {} : { host_rewrite_literal: target.awsName }),
      ...(target.hasRoutes ? { timeout: '15s' } : {}),
    };
    actions.set(key, made);
    return made;
  };
  return paths.map(({ path, prefixRewrite }) => ({
    json: {
      match: { ...path.match, ...translated.common },
      route: actionOf(prefixRewrite),
      ...(keepsHost
        ? { request_headers_to_add: [{ header: { key: virtualServiceHeader, value: target.awsName } }] }
        : {}),
    },
    clusters: [cluster],
    origin: originAt(place, {
      ref: route.ref,
      grade: translated.grade,
      order: orderOf(route.spec.priority, path),
      notes: translated.notes,
    }),
  }));
}

interface RewrittenPath {
  readonly path: TranslatedPath;
  readonly prefixRewrite: string | null;
}

function doubled(path: TranslatedPath, rewrite: JsonObject): readonly RewrittenPath[] {
  const exact = asText(asObject(rewrite.path).exact);
  if (path.kind !== 'prefix') return [{ path, prefixRewrite: exact ?? null }];
  const prefix = asObject(rewrite.prefix);
  const value = asText(prefix.value) ?? '/';
  const kept = isObject(rewrite.prefix) && asText(prefix.defaultPrefix) === 'DISABLED' && prefix.value === undefined;
  if (kept) return [{ path, prefixRewrite: null }];
  if (path.text.endsWith('/')) return [{ path, prefixRewrite: value }];
  const slashed: TranslatedPath = { ...path, text: `${path.text}/`, match: { prefix: `${path.text}/` } };
  return [
    { path: slashed, prefixRewrite: value },
    { path, prefixRewrite: value },
  ];
}
