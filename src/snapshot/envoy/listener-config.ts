import { asText } from '../../lib/json.ts';
import { type At, addressOf, inside, itemsOf, placeOf, refusedOf, textOf } from './fields.ts';
import { readRouteTable } from './route-config.ts';
import type { HttpConnectionManager, ListenerConfig, RouteConfig } from './view.ts';

/** The listeners of a config dump, and the route configurations that stand inline in them. */
export interface ListenerRead {
  readonly listeners: readonly ListenerConfig[];
  readonly inline: readonly RouteConfig[];
}

/** Reads a `dynamic_listeners` element: active, warming, draining, or nothing but a refused update. */
export function readDynamicListener(at: At): ListenerRead {
  const refused = refusedOf(at);
  const name = textOf(at, 'name');
  for (const state of ['active', 'warming', 'draining'] as const) {
    const held = inside(at, `${state}_state`);
    if (Object.keys(held.value).length === 0) continue;
    const listener = inside(held, 'listener');
    const http = managersOf(listener);
    return {
      listeners: [
        {
          place: placeOf(at),
          name: name || textOf(listener, 'name'),
          state,
          version: textOf(held, 'version_info'),
          lastUpdated: asText(held.value.last_updated) ?? null,
          address: addressOf(listener.value.address),
          http: http.managers,
          refused,
        },
      ],
      inline: http.inline,
    };
  }
  if (!refused) return { listeners: [], inline: [] };
  const none = { version: '', lastUpdated: null, address: null, http: [] };
  return { listeners: [{ place: placeOf(at), name, state: 'none', ...none, refused }], inline: [] };
}

/** Reads a `static_listeners` element. */
export function readStaticListener(at: At): ListenerRead {
  const listener = inside(at, 'listener');
  const { managers, inline } = managersOf(listener);
  const config: ListenerConfig = {
    place: placeOf(at),
    name: textOf(listener, 'name'),
    state: 'static',
    version: '',
    lastUpdated: asText(at.value.last_updated) ?? null,
    address: addressOf(listener.value.address),
    http: managers,
    refused: refusedOf(at),
  };
  return { listeners: [config], inline };
}

function managersOf(listener: At): {
  readonly managers: readonly HttpConnectionManager[];
  readonly inline: readonly RouteConfig[];
} {
  const managers: HttpConnectionManager[] = [];
  const inline: RouteConfig[] = [];
  const chains = [...itemsOf(listener, 'filter_chains'), inside(listener, 'default_filter_chain')];
  for (const filter of chains.flatMap((chain) => itemsOf(chain, 'filters'))) {
    const config = inside(filter, 'typed_config');
    if (!textOf(config, '@type').endsWith('.HttpConnectionManager')) continue;
    const table = inside(config, 'route_config');
    const held = Object.keys(table.value).length > 0;
    if (held)
      inline.push(readRouteTable(table, { place: placeOf(table), version: '', lastUpdated: null, refused: null }));
    managers.push({
      place: placeOf(filter),
      statPrefix: textOf(config, 'stat_prefix'),
      routeConfig: held ? textOf(table, 'name') : textOf(inside(config, 'rds'), 'route_config_name'),
      writesAccessLog: itemsOf(config, 'access_log').length > 0,
    });
  }
  return { managers, inline };
}
