import { asDurationMs, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import { readAddress } from './address.ts';
import { readTelemetry } from './telemetry.ts';
import type { Bootstrap } from './view.ts';

/** Reads a Bootstrap that stands at `at`; `telemetry`: what it says of statistics and traces was asked for. */
export function readBootstrap(bootstrap: JsonObject, document: string, at: string, telemetry: boolean): Bootstrap {
  const node = asObject(bootstrap.node);
  const dynamic = asObject(bootstrap.dynamic_resources);
  return {
    place: { document, pointer: at },
    nodeId: asText(node.id) ?? '',
    nodeCluster: asText(node.cluster) ?? '',
    admin: readAddress(asObject(bootstrap.admin).address),
    dynamic: fromServer(dynamic.lds_config) || fromServer(dynamic.cds_config),
    listenerFetchTimeoutMs: asDurationMs(asObject(dynamic.lds_config).initial_fetch_timeout) ?? null,
    telemetry: telemetry ? readTelemetry(bootstrap) : null,
  };
}

/** True for a ConfigSource that asks a management server; one with a path reads files. */
function fromServer(source: unknown): boolean {
  return isObject(source) && (isObject(source.ads) || isObject(source.api_config_source));
}
