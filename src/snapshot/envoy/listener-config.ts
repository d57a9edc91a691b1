import { asList, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import { readAddress } from './address.ts';
import { readRefusedUpdate } from './refused-update.ts';
import { readRouteConfig } from './route-config.ts';
import type { HttpConnectionManager, ListenerConfig, RouteConfig } from './view.ts';

/** A listener of the config dump, and the route configurations that stand inside its connection managers. */
export interface ListenerReading {
  readonly listener: ListenerConfig;
  readonly inlineRoutes: readonly RouteConfig[];
}

const states = [
  ['active', 'active_state'],
  ['warming', 'warming_state'],
  ['draining', 'draining_state'],
] as const;

/** Reads an element of `dynamic_listeners` that stands at `at`: its active state, else the warming, else the draining one. */
export function readDynamicListener(element: JsonObject, document: string, at: string): ListenerReading | null {
  const refused = readRefusedUpdate(element.error_state, document, at);
  for (const [state, member] of states) {
    const held = element[member];
    if (!isObject(held)) continue;
    return readListener({ element, held, state, document, at, inside: `${at}/${member}/listener`, refused });
  }
  const name = asText(element.name);
  if (!refused && name === undefined) return null;
  const listener = {
    place: { document, pointer: at },
    name: name ?? '',
    state: 'none',
    version: '',
    lastUpdated: null,
    address: null,
    body: null,
    http: [],
    refused,
  } as const;
  return { listener, inlineRoutes: [] };
}

/** Reads an element of `static_listeners` that stands at `at`. */
export function readStaticListener(element: JsonObject, document: string, at: string): ListenerReading | null {
  if (!isObject(element.listener)) return null;
  return readListener({
    element,
    held: element,
    state: 'static',
    document,
    at,
    inside: `${at}/listener`,
    refused: readRefusedUpdate(element.error_state, document, at),
  });
}

/** Reads a bare Listener that stands at `at`. */
export function readBareListener(
  element: JsonObject,
  state: 'active' | 'static',
  document: string,
  at: string,
): ListenerReading | null {
  if (asText(element.name) === undefined && !isObject(element.address)) return null;
  return readListener({ element, held: { listener: element }, state, document, at, inside: at, refused: null });
}

interface HeldListener {
  readonly element: JsonObject;
  /** What holds `listener`, `version_info` and `last_updated`. */
  readonly held: JsonObject;
  readonly state: ListenerConfig['state'];
  readonly document: string;
  readonly at: string;
  /** Where the Listener itself stands. */
  readonly inside: string;
  readonly refused: ListenerConfig['refused'];
}

function readListener({ element, held, state, document, at, inside, refused }: HeldListener): ListenerReading {
  const body = asObject(held.listener);
  const http: HttpConnectionManager[] = [];
  const inlineRoutes: RouteConfig[] = [];
  for (const [pointer, manager] of managersOf(body, inside)) {
    const inline = isObject(manager.route_config)
      ? readRouteConfig(manager.route_config, document, `${pointer}/route_config`)
      : null;
    if (inline) inlineRoutes.push(inline);
    http.push({
      place: { document, pointer },
      statPrefix: asText(manager.stat_prefix) ?? '',
      routeConfig: asText(asObject(manager.rds).route_config_name) ?? inline?.name ?? '',
      writesAccessLog: asList(manager.access_log).length > 0,
    });
  }
  const listener: ListenerConfig = {
    place: { document, pointer: at },
    name: asText(element.name) ?? asText(body.name) ?? '',
    state,
    version: asText(held.version_info) ?? '',
    lastUpdated: asText(held.last_updated) ?? null,
    address: readAddress(body.address),
    body: { place: { document, pointer: inside }, json: body },
    http,
    refused,
  };
  return { listener, inlineRoutes };
}

/** The HTTP connection managers of a Listener, each with where its configuration stands. */
function* managersOf(body: JsonObject, inside: string): Generator<readonly [string, JsonObject]> {
  const chains: (readonly [string, unknown])[] = [];
  for (const [index, chain] of asList(body.filter_chains).entries()) chains.push([`/filter_chains/${index}`, chain]);
  chains.push(['/default_filter_chain', body.default_filter_chain]);
  for (const [at, chain] of chains) {
    for (const [index, value] of asList(asObject(chain).filters).entries()) {
      const filter = asObject(value);
      const config = filter.typed_config;
      if (isObject(config) && asText(config['@type'])?.endsWith('.HttpConnectionManager')) {
        yield [`${inside}${at}/filters/${index}/typed_config`, config];
      }
      // The v2 API kept a filter's configuration untyped.
      if (isObject(filter.config) && filter.name === 'envoy.http_connection_manager') {
        yield [`${inside}${at}/filters/${index}/config`, filter.config];
      }
    }
  }
}
