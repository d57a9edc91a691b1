import { asBoolean, asList, asNumber, asObject, asText, asTexts, isObject, type JsonObject } from '../../lib/json.ts';
import type { Place } from '../../snapshot/object.ts';
import { readFilters } from './filters.ts';
import type { ListenerInput, RouteConfigInput } from './input.ts';
import type { FilterChain, Listener, Manager, RouteConfig } from './table.ts';

type ByName = (name: string) => RouteConfig | null;
type Inline = (config: RouteConfigInput) => RouteConfig;

/** Reads a listener; one without an address (a refused update alone) is none. */
export function readListener({ body, place }: ListenerInput, byName: ByName, inline: Inline): readonly Listener[] {
  const socket = asObject(asObject(body.address).socket_address);
  const port = asNumber(socket.port_value);
  if (port === undefined) return [];
  // A matcher over all chains takes the place of their own matches.
  const others = isObject(body.filter_chain_matcher) ? ['filter_chain_matcher'] : [];
  const read = (value: unknown, at: string): FilterChain =>
    readChain(asObject(value), { document: place.document, pointer: place.pointer + at }, others, byName, inline);
  return [
    {
      place,
      name: asText(body.name) ?? '',
      host: asText(socket.address) ?? '',
      port,
      chains: asList(body.filter_chains).map((chain, index) => read(chain, `/filter_chains/${index}`)),
      defaultChain: isObject(body.default_filter_chain)
        ? read(body.default_filter_chain, '/default_filter_chain')
        : null,
      inspectsTls: asList(body.listener_filters).some((filter) =>
        asText(asObject(filter).name)?.includes('tls_inspector'),
      ),
    },
  ];
}

const told = new Set(['server_names', 'transport_protocol']);

function readChain(
  chain: JsonObject,
  place: Place,
  others: readonly string[],
  byName: ByName,
  inline: Inline,
): FilterChain {
  const match = asObject(chain.filter_chain_match);
  const transport = asText(match.transport_protocol);
  const socket = asObject(asObject(chain.transport_socket).typed_config);
  const context = isObject(chain.tls_context) ? chain.tls_context : socket;
  return {
    place,
    name: asText(chain.name) ?? '',
    serverNames: asTexts(match.server_names).map((name) => name.toLowerCase()),
    transport: transport === 'tls' || transport === 'raw_buffer' ? transport : '',
    otherCriteria: [...others, ...Object.keys(match).filter((name) => !told.has(name))],
    tls: asText(socket['@type'])?.endsWith('.DownstreamTlsContext') === true || isObject(chain.tls_context),
    asksCertificate:
      asBoolean(context.require_client_certificate) === true ||
      Object.keys(asObject(context.common_tls_context)).some((name) => name.includes('validation_context')),
    manager: readManager(chain, place, byName, inline),
  };
}

const slashes = {
  REJECT_REQUEST: 'reject',
  UNESCAPE_AND_FORWARD: 'forward',
  UNESCAPE_AND_REDIRECT: 'redirect',
} as const;

function readManager(chain: JsonObject, place: Place, byName: ByName, inline: Inline): Manager | null {
  for (const [index, value] of asList(chain.filters).entries()) {
    const filter = asObject(value);
    const typed = isObject(filter.typed_config);
    const body = typed ? asObject(filter.typed_config) : asObject(filter.config);
    if (
      typed
        ? !asText(body['@type'])?.endsWith('.HttpConnectionManager')
        : filter.name !== 'envoy.http_connection_manager'
    ) {
      continue;
    }
    const at = {
      document: place.document,
      pointer: `${place.pointer}/filters/${index}/${typed ? 'typed_config' : 'config'}`,
    };
    return managerOf(body, at, byName, inline);
  }
  return null;
}

function managerOf(body: JsonObject, place: Place, byName: ByName, inline: Inline): Manager {
  const name = asText(asObject(body.rds).route_config_name) ?? asText(asObject(body.route_config).name) ?? '';
  const own = isObject(body.route_config)
    ? inline({ body: body.route_config, place: { document: place.document, pointer: `${place.pointer}/route_config` } })
    : null;
  const action = Object.entries(slashes).find(([key]) => key === body.path_with_escaped_slashes_action)?.[1];
  const matching = asBoolean(body.strip_matching_host_port) === true;
  return {
    place,
    normalizePath: asBoolean(body.normalize_path) ?? false,
    mergeSlashes: asBoolean(body.merge_slashes) ?? false,
    escapedSlashes: action ?? 'keep',
    stripPort: asBoolean(body.strip_any_host_port) === true ? 'any' : matching ? 'matching' : 'none',
    stripTrailingDot: asBoolean(body.strip_trailing_host_dot) ?? false,
    upgrades: new Set(
      asList(body.upgrade_configs)
        .map(asObject)
        .filter((upgrade) => asBoolean(upgrade.enabled) !== false)
        .map((upgrade) => (asText(upgrade.upgrade_type) ?? '').toLowerCase()),
    ),
    anyMethod: asBoolean(asObject(body.http_protocol_options).allow_custom_methods) === true,
    filters: readFilters(body),
    overwritesForwardedProto:
      asBoolean(body.use_remote_address) === true && (asNumber(body.xff_num_trusted_hops) ?? 0) === 0,
    routeConfigName: name,
    routes: own ?? byName(name),
  };
}
