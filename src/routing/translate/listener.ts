import { asList, asObject, asText, type JsonObject } from '../../lib/json.ts';
import type { VirtualGateway } from '../../model/mesh/kinds.ts';
import type { ListenerInput } from '../table/input.ts';

const httpFilters = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3';
const tlsSocket = {
  name: 'envoy.transport_sockets.tls',
  typed_config: { '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext' },
};

/** A listener to make. */
export interface MadeListener {
  readonly name: string;
  readonly port: number;
  readonly statPrefix: string;
  readonly routeConfig: string;
  readonly document: string;
  readonly tls: TlsMode;
}

/** What a gateway's listener asks of its clients. */
export type TlsMode = 'DISABLED' | 'PERMISSIVE' | 'STRICT';

/** The TLS mode of a VirtualGateway's listener, by its place among them. */
export function tlsMode(gateway: VirtualGateway, index: number): TlsMode {
  const mode = asText(asObject(asObject(asList(gateway.spec.listeners)[index]).tls).mode);
  return mode === 'STRICT' || mode === 'PERMISSIVE' ? mode : 'DISABLED';
}

/** A listener as in the real dump; how TLS stands in it was never seen, Envoy's usual form is taken. */
export function makeListener({ name, port, statPrefix, routeConfig, document, tls }: MadeListener): ListenerInput {
  const typed_config = {
    '@type': `${httpFilters}.HttpConnectionManager`,
    stat_prefix: statPrefix,
    rds: { route_config_name: routeConfig },
    http_filters: [{ name: 'envoy.filters.http.router' }],
    tracing: {},
    normalize_path: true,
    merge_slashes: true,
    path_with_escaped_slashes_action: 'KEEP_UNCHANGED',
    upgrade_configs: [{ upgrade_type: 'websocket' }],
  };
  const plain = { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config }] };
  const body = {
    name,
    address: { socket_address: { address: '0.0.0.0', port_value: port } },
    listener_filters: [{ name: 'envoy.filters.listener.tls_inspector' }],
    filter_chains: chainsOf(plain, tls),
  };
  return { place: { document, pointer: '' }, body };
}

function chainsOf(plain: JsonObject, tls: TlsMode): readonly JsonObject[] {
  if (tls === 'DISABLED') return [plain];
  const secured = { ...plain, transport_socket: tlsSocket };
  if (tls === 'STRICT') return [secured];
  return [{ ...secured, filter_chain_match: { transport_protocol: 'tls' } }, plain];
}
