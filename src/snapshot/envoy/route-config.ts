import {
  asDurationMs,
  asList,
  asNumber,
  asObject,
  asText,
  asTexts,
  isObject,
  type JsonObject,
} from '../../lib/json.ts';
import { memoize } from '../../lib/memo.ts';
import { type Place, within } from '../object.ts';
import { readRefusedUpdate } from './refused-update.ts';
import type { Route, RouteAction, RouteConfig, VirtualHost } from './view.ts';

const noMatch: JsonObject = Object.freeze({});

/**
 * Reads a static or dynamic route configuration of RoutesConfigDump, or a bare RouteConfiguration, that stands at `at`;
 * null where the element holds nothing.
 */
export function readRouteConfig(element: JsonObject, document: string, at: string): RouteConfig | null {
  const refused = readRefusedUpdate(element.error_state, document, at);
  const wrapped = isObject(element.route_config);
  const config = wrapped ? asObject(element.route_config) : element;
  const name = asText(config.name);
  const hosts = config.virtual_hosts;
  if (name === undefined && !Array.isArray(hosts) && !wrapped && !refused) return null;
  const inside = wrapped ? `${at}/route_config` : at;
  const place = { document, pointer: inside };
  const hostsPlace = within(place, '/virtual_hosts');
  return {
    place,
    name: name ?? '',
    version: asText(element.version_info) ?? '',
    lastUpdated: asText(element.last_updated) ?? null,
    virtualHosts: asList(hosts).map((host, index) => readVirtualHost(asObject(host), within(hostsPlace, index))),
    body: config,
    refused,
  };
}

function readVirtualHost(host: JsonObject, place: Place): VirtualHost {
  const routesPlace = within(place, '/routes');
  const routes = asList(host.routes).map((route, index) => readRoute(asObject(route), within(routesPlace, index)));
  return {
    place,
    name: asText(host.name) ?? '',
    domains: asTexts(host.domains),
    routes,
  };
}

function readRoute(route: JsonObject, place: Place): Route {
  return {
    place,
    name: asText(route.name) ?? '',
    match: isObject(route.match) ? route.match : noMatch,
    action: readAction(route),
    addsHeaders: headersOf(route.request_headers_to_add),
  };
}

/** Routes to one target often hold the very same action. */
const readForward = memoize((action: JsonObject): RouteAction => {
  return {
    type: 'forward',
    clusters: clustersOf(action),
    // `host_rewrite` is the name of the field in the v2 API.
    hostRewrite: asText(action.host_rewrite_literal) ?? asText(action.host_rewrite) ?? null,
    prefixRewrite: asText(action.prefix_rewrite) ?? null,
    timeoutMs: asDurationMs(action.timeout) ?? null,
  };
});

const redirect: RouteAction = { type: 'redirect' };
const directResponse: RouteAction = { type: 'direct-response' };
const other: RouteAction = { type: 'other' };

function readAction(route: JsonObject): RouteAction {
  if (isObject(route.redirect)) return redirect;
  if (isObject(route.direct_response)) return directResponse;
  if (!isObject(route.route)) return other;
  return readForward(route.route);
}

/** The clusters of a RouteAction; a single cluster takes every request and weighs 100. */
function clustersOf(action: JsonObject): readonly { readonly name: string; readonly weight: number }[] {
  const name = asText(action.cluster);
  if (name !== undefined) return [{ name, weight: 100 }];
  const clusters: { readonly name: string; readonly weight: number }[] = [];
  for (const value of asList(asObject(action.weighted_clusters).clusters)) {
    const cluster = asObject(value);
    const target = asText(cluster.name);
    if (target) clusters.push({ name: target, weight: asNumber(cluster.weight) ?? 0 });
  }
  return clusters;
}

const noHeaders: Route['addsHeaders'] = Object.freeze([]);

function headersOf(value: unknown): Route['addsHeaders'] {
  if (!Array.isArray(value)) return noHeaders;
  const headers: { readonly name: string; readonly value: string }[] = [];
  for (const option of value) {
    const header = asObject(asObject(option).header);
    const name = asText(header.key);
    if (name !== undefined) headers.push({ name: name.toLowerCase(), value: asText(header.value) ?? '' });
  }
  return headers;
}
