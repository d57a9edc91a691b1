import { asBoolean, asDurationMs, asList, asNumber, asObject, asText, isObject, type JsonObject } from '../lib/json.ts';
import { editObjects, without } from './edit.ts';
import { addressesIn } from './endpoints.ts';

/** A bootstrap whose requests pass the gateway once where they passed it twice, and how far that went. */
export interface Folded {
  readonly bootstrap: JsonObject;
  readonly folded: number;
  /** Routes that still pass it twice, and why. */
  readonly kept: readonly string[];
}

/** Envoy's own, where a route names none. */
const defaultTimeoutMs = 15_000;

/**
 * Composes each route that hands a request to the gateway's own second listener with the routes it meets there. What
 * cannot be composed to the letter stays as it is, behind what could: the second listener stays too, so a request
 * falls through to it.
 */
export function fold(bootstrap: JsonObject): Folded {
  const inner = innerHosts(bootstrap);
  const kept: string[] = [];
  let folded = 0;
  const composed = editObjects(bootstrap, (object, key) => {
    if (key !== 'virtual_hosts' || !Array.isArray(object.routes) || changesRequests(object)) return object;
    const routes = object.routes.map(asObject).flatMap((route) => {
      const ways = foldRoute(route, inner);
      if (ways === null) return [route];
      if (typeof ways === 'string') {
        kept.push(`${describeMatch(route)}: ${ways}`);
        return [route];
      }
      folded += 1;
      return ways;
    });
    return { ...object, routes };
  });
  return { bootstrap: composed, folded, kept: [...new Set(kept)] };
}

/** By self-redirecting cluster: the virtual hosts behind it, by domain; or why what stands there cannot be composed. */
type Inner = ReadonlyMap<string, ReadonlyMap<string, JsonObject> | string>;

function innerHosts(bootstrap: JsonObject): Inner {
  const resources = asObject(bootstrap.static_resources);
  const listeners = new Map(
    asList(resources.listeners).map((value) => {
      const listener = asObject(value);
      return [asNumber(asObject(asObject(listener.address).socket_address).port_value), listener] as const;
    }),
  );
  const inner = new Map<string, ReadonlyMap<string, JsonObject> | string>();
  for (const cluster of asList(resources.clusters).map(asObject)) {
    const [only, ...others] = addressesIn(cluster.load_assignment);
    if (!only || others.length > 0 || !/^(127\.|::1$|localhost$)/.test(only.host)) continue;
    const listener = listeners.get(only.port);
    if (listener) inner.set(asText(cluster.name) ?? '', limits(cluster) ?? hostsOf(listener));
  }
  return inner;
}

/** App Mesh put a gateway's connection pool here: folding would lift it. */
function limits(cluster: JsonObject): string | null {
  const thresholds = asList(asObject(cluster.circuit_breakers).thresholds).map(asObject);
  const low = thresholds.some((threshold) =>
    Object.entries(threshold).some(([name, value]) => name.startsWith('max_') && (asNumber(value) ?? 0) < 2 ** 31 - 1),
  );
  return low ? 'the limits of its connection pool (circuit breakers) would be lost' : null;
}

function hostsOf(listener: JsonObject): ReadonlyMap<string, JsonObject> | string {
  const [chain, ...others] = asList(listener.filter_chains).map(asObject);
  const manager = asObject(asObject(asList(chain?.filters)[0]).typed_config);
  const filters = asList(manager.http_filters);
  const config = asObject(manager.route_config);
  if (others.length > 0 || listener.default_filter_chain) return 'its second listener has several filter chains';
  if (filters.length !== 1) return 'its second listener has filters of its own';
  if (changesRequests(config)) return 'the routes of its second listener change headers of all requests';
  const hosts = new Map<string, JsonObject>();
  for (const host of asList(config.virtual_hosts).map(asObject)) {
    for (const domain of asList(host.domains)) hosts.set(String(domain).toLowerCase(), host);
  }
  return hosts;
}

const plainHost: ReadonlySet<string> = new Set(['name', 'domains', 'routes', 'metadata']);

function changesRequests(level: JsonObject): boolean {
  return Object.keys(level).some((key) =>
    /headers_to_(add|remove)$|^(retry_policy|rate_limits|typed_per_filter_config)$/.test(key),
  );
}

const outerRoute: ReadonlySet<string> = new Set(['match', 'route', 'metadata', 'name']);
const outerAction: ReadonlySet<string> = new Set(['cluster', 'prefix_rewrite', 'host_rewrite_literal', 'timeout']);
const innerRoute: ReadonlySet<string> = new Set(['match', 'route', 'metadata', 'name', 'response_headers_to_add']);
const innerAction: ReadonlySet<string> = new Set([
  'cluster',
  'weighted_clusters',
  'timeout',
  'retry_policy',
  'idle_timeout',
  'hash_policy',
  'cluster_not_found_response_code',
]);

/** The routes that stand for one; null: it leads out of the gateway as it is; a line: why it cannot be composed. */
function foldRoute(route: JsonObject, inner: Inner): readonly JsonObject[] | string | null {
  const action = asObject(route.route);
  const hosts = inner.get(asText(action.cluster) ?? '');
  if (hosts === undefined) return null;
  if (typeof hosts === 'string') return hosts;
  if (Object.keys(route).some((key) => !outerRoute.has(key))) return 'it changes headers, or configures filters';
  if (Object.keys(action).some((key) => !outerAction.has(key))) return 'its action does more than hand over';
  const name = asText(action.host_rewrite_literal);
  if (name === undefined) return 'it keeps the host, which decides anew';
  const host = hosts.get(name.toLowerCase());
  if (!host) return `no virtual host ${name} behind it: 404 as before`;
  if (Object.keys(host).some((key) => !plainHost.has(key))) return `virtual host ${name} changes requests or answers`;
  const ways: JsonObject[] = [];
  for (const second of asList(host.routes).map(asObject)) {
    const way = compose(route, second, name);
    if (typeof way === 'string') return way;
    if (way === null) continue;
    ways.push(way.route);
    if (way.takesAll) return ways;
  }
  // What no second route takes ends there with 404, as it does now.
  return ways.length === 0 ? 'nothing behind it takes its requests: 404 as before' : [...ways, route];
}

interface Way {
  readonly route: JsonObject;
  /** True: it takes every request that the first route takes. */
  readonly takesAll: boolean;
}

/** Two routes as one; null: no request takes both; a line: why they cannot be composed. */
function compose(first: JsonObject, second: JsonObject, host: string): Way | string | null {
  const action = asObject(second.route);
  if (!isObject(second.route)) return 'a route behind it answers itself';
  if (Object.keys(second).some((key) => !innerRoute.has(key))) return 'a route behind it changes requests';
  if (Object.keys(action).some((key) => !innerAction.has(key))) return 'a route behind it rewrites once more';
  const [outer, inner] = [asObject(first.match), asObject(second.match)];
  const path = composePath(outer, asText(asObject(first.route).prefix_rewrite), inner);
  if (path === null || typeof path === 'string') return path;
  const asksHost = asList(inner.headers).some((header) => String(asObject(header).name).startsWith(':'));
  if (asksHost) return 'a route behind it asks for host, method or scheme';
  if ('runtime_fraction' in inner || 'runtime_fraction' in outer) return 'chance decides on both passes';
  const others = (match: JsonObject): JsonObject => without(match, 'prefix', 'path', 'safe_regex', 'case_sensitive');
  const lists = (name: string): JsonObject => {
    const both = [...asList(outer[name]), ...asList(inner[name])];
    return both.length > 0 ? { [name]: both } : {};
  };
  const match = {
    ...others(inner),
    ...others(outer),
    ...path.match,
    ...lists('headers'),
    ...lists('query_parameters'),
  };
  const rewrite = path.rewrite === null ? {} : { prefix_rewrite: path.rewrite };
  const timeout = { timeout: shorter(asObject(first.route).timeout, action.timeout) };
  const route = { ...action, ...rewrite, host_rewrite_literal: host, ...timeout };
  const plain = Object.keys(inner).every((key) => key === 'prefix');
  return { route: { ...second, match, route }, takesAll: plain && path.takesAll };
}

interface ComposedPath {
  readonly match: JsonObject;
  readonly rewrite: string | null;
  readonly takesAll: boolean;
}

/** What a path must be for both passes, and what becomes of it. */
function composePath(outer: JsonObject, rewrite: string | undefined, inner: JsonObject): ComposedPath | string | null {
  if ([outer, inner].some((match) => asBoolean(match.case_sensitive) === false)) return 'a path ignores case';
  const prefix = asText(outer.prefix);
  const exact = asText(outer.path);
  const [beyond, wanted] = [asText(inner.prefix), asText(inner.path)];
  if (beyond === undefined && wanted === undefined) return 'a route behind it matches paths by a regex';
  if (exact !== undefined) {
    const sent = rewrite ?? exact;
    const takes = wanted === undefined ? sent.startsWith(beyond ?? '') : sent === wanted;
    return takes ? { match: { path: exact }, rewrite: rewrite ?? null, takesAll: true } : null;
  }
  if (prefix === undefined) {
    // A regex, or none: the path goes on as it is, so only a second route for every path takes the same requests.
    const untouched = rewrite === undefined && beyond === '/';
    return untouched ? { match: pathOf(outer), rewrite: null, takesAll: true } : 'its path is matched by a regex';
  }
  return composePrefix(prefix, rewrite, beyond, wanted);
}

function composePrefix(
  prefix: string,
  rewrite: string | undefined,
  beyond: string | undefined,
  wanted: string | undefined,
): ComposedPath | string | null {
  const sent = rewrite ?? prefix;
  if (rewrite !== undefined && !(prefix.endsWith('/') && rewrite.endsWith('/'))) {
    // `/cart` + `..` becomes `/..`, which the second pass normalises: only the bare path is surely the same in one
    // pass.
    const takes = wanted === undefined ? rewrite.startsWith(beyond ?? '') : rewrite === wanted;
    return takes ? { match: { path: prefix }, rewrite, takesAll: false } : null;
  }
  if (wanted !== undefined) {
    if (!wanted.startsWith(sent)) return null;
    const path = prefix + wanted.slice(sent.length);
    return { match: { path }, rewrite: rewrite === undefined ? null : wanted, takesAll: false };
  }
  const next = beyond ?? '';
  if (sent.startsWith(next)) return { match: { prefix }, rewrite: rewrite ?? null, takesAll: true };
  if (!next.startsWith(sent)) return null;
  const longer = prefix + next.slice(sent.length);
  return { match: { prefix: longer }, rewrite: rewrite === undefined ? null : next, takesAll: false };
}

function pathOf({ safe_regex, path_separated_prefix, path_match_policy }: JsonObject): JsonObject {
  if (safe_regex !== undefined) return { safe_regex };
  if (path_separated_prefix !== undefined) return { path_separated_prefix };
  return path_match_policy === undefined ? { prefix: '/' } : { path_match_policy };
}

/** Both passes have a clock; the shorter ends the request. 0 is none. */
function shorter(one: unknown, other: unknown): string {
  const running = [one, other].map((text) => asDurationMs(text) ?? defaultTimeoutMs).filter((ms) => ms > 0);
  return `${(running.length > 0 ? Math.min(...running) : 0) / 1000}s`;
}

function describeMatch({ match }: JsonObject): string {
  const { prefix, path, safe_regex } = asObject(match);
  return asText(prefix) ?? asText(path) ?? asText(asObject(safe_regex).regex) ?? 'a route';
}
