import { asDurationMs, asNumber, asText, asTexts } from '../../lib/json.ts';
import { type At, inside, itemsOf, placeOf, refusedOf, textOf } from './fields.ts';
import type { Route, RouteAction, RouteConfig, VirtualHost } from './view.ts';

/** Reads a `dynamic_route_configs` or `static_route_configs` element. */
export function readRouteConfig(at: At): RouteConfig {
  return readRouteTable(inside(at, 'route_config'), {
    place: placeOf(at),
    version: textOf(at, 'version_info'),
    lastUpdated: asText(at.value.last_updated) ?? null,
    refused: refusedOf(at),
  });
}

/** Reads a RouteConfiguration, wherever it stands. */
export function readRouteTable(
  table: At,
  held: Pick<RouteConfig, 'place' | 'version' | 'lastUpdated' | 'refused'>,
): RouteConfig {
  return { ...held, name: textOf(table, 'name'), virtualHosts: itemsOf(table, 'virtual_hosts').map(readVirtualHost) };
}

function readVirtualHost(at: At): VirtualHost {
  return {
    place: placeOf(at),
    name: textOf(at, 'name'),
    domains: asTexts(at.value.domains),
    routes: itemsOf(at, 'routes').map(readRoute),
  };
}

function readRoute(at: At): Route {
  return {
    place: placeOf(at),
    name: textOf(at, 'name'),
    match: inside(at, 'match').value,
    action: readAction(at),
    addsHeaders: itemsOf(at, 'request_headers_to_add').map((option) => {
      const header = inside(option, 'header');
      return { name: textOf(header, 'key').toLowerCase(), value: textOf(header, 'value') };
    }),
  };
}

function readAction(at: At): RouteAction {
  if (at.value.redirect !== undefined) return { type: 'redirect' };
  if (at.value.direct_response !== undefined) return { type: 'direct-response' };
  if (at.value.route === undefined) return { type: 'other' };
  const route = inside(at, 'route');
  const single = asText(route.value.cluster);
  const weighted = itemsOf(inside(route, 'weighted_clusters'), 'clusters').map((cluster) => ({
    name: textOf(cluster, 'name'),
    weight: asNumber(cluster.value.weight) ?? 0,
  }));
  return {
    type: 'forward',
    clusters: single === undefined ? weighted : [{ name: single, weight: 100 }],
    hostRewrite: asText(route.value.host_rewrite_literal) ?? null,
    prefixRewrite: asText(route.value.prefix_rewrite) ?? null,
    timeoutMs: asDurationMs(route.value.timeout) ?? null,
  };
}
