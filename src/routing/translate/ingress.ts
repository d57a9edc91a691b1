import { asObject, asText, isObject, type JsonObject, pointer } from '../../lib/json.ts';
import { virtualServiceHeader } from '../../model/envoy/naming.ts';
import type { GatewayRoute, VirtualService } from '../../model/mesh/kinds.ts';
import { translateMatch, type TranslatedPath } from './match.ts';
import type { Grade } from './translation.ts';

/** A route made from an object, before it has its place in a table. */
export interface MadeRoute {
  readonly json: JsonObject;
  readonly priority: number;
  readonly path: TranslatedPath;
  /** Which of the routes of one object: the doubled prefix keeps its order. */
  readonly part: number;
  readonly object: GatewayRoute | null;
  readonly source: { readonly ref: GatewayRoute['ref']; readonly document: string; readonly pointer: string };
  readonly grade: Grade;
  readonly notes: readonly string[];
}

/** Where a GatewayRoute hands a request: the VirtualService's name, and whether it has routes (its timeout then stands). */
export interface RouteTarget {
  readonly awsName: string;
  readonly service: VirtualService | null;
  readonly hasRoutes: boolean;
}

const lowestPriority = 1000;

/**
 * Translates a GatewayRoute. Default rewrites: host to the VirtualService's AWS name, a matched prefix to `/`
 * (user guide, gateway-routes); a prefix without trailing slash stands as two routes, `/x/` then `/x` (real dump).
 */
export function translateGatewayRoute(route: GatewayRoute, target: RouteTarget, cluster: string): readonly MadeRoute[] {
  const [type] = route.types;
  if (!type) return [];
  const spec = asObject(route.spec[type]);
  const action = asObject(spec.action);
  const rewrite = asObject(action.rewrite);
  const translated = translateMatch(asObject(spec.match), type);
  const keepsHost = asText(asObject(rewrite.hostname).defaultTargetHostname) === 'DISABLED';
  const evidence = route.at(`spec.${type}`);
  const paths = translated.paths.flatMap((path) => doubled(path, rewrite));
  return paths.map(({ path, prefixRewrite }, part) => ({
    json: {
      match: { ...path.match, ...translated.common },
      route: {
        cluster,
        ...(prefixRewrite === null ? {} : { prefix_rewrite: prefixRewrite }),
        ...(keepsHost ? {} : { host_rewrite_literal: target.awsName }),
        ...(target.hasRoutes ? { timeout: '15s' } : {}),
      },
      ...(keepsHost
        ? { request_headers_to_add: [{ header: { key: virtualServiceHeader, value: target.awsName } }] }
        : {}),
    },
    priority: typeof route.spec.priority === 'number' ? route.spec.priority : lowestPriority,
    path,
    part,
    object: route,
    source: { ref: route.ref, document: evidence.document, pointer: evidence.pointer },
    grade: translated.grade,
    notes: translated.notes,
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

/** Orders routes: priority (0 first), then the longer prefix; what is equal in both keeps its order and is a tie. */
export function orderRoutes(routes: readonly MadeRoute[]): {
  readonly ordered: readonly MadeRoute[];
  readonly ties: readonly (readonly number[])[];
} {
  const ordered = routes
    .map((route, at) => ({ route, at }))
    .sort((one, other) => rank(one.route, other.route) || one.at - other.at)
    .map(({ route }) => route);
  const ties: number[][] = [];
  for (const [at, route] of ordered.entries()) {
    const before = ordered[at - 1];
    if (
      before &&
      rank(before, route) === 0 &&
      before.source.pointer + before.source.document !== route.source.pointer + route.source.document
    ) {
      const last = ties.at(-1);
      if (last?.at(-1) === at - 1) last.push(at);
      else ties.push([at - 1, at]);
    }
  }
  return { ordered, ties };
}

function rank(one: MadeRoute, other: MadeRoute): number {
  return one.priority - other.priority || other.path.text.length - one.path.text.length;
}

/** The pointer of a route in a translated route configuration. */
export function routePointer(host: number, route: number): string {
  return pointer('virtual_hosts', host, 'routes', route);
}
