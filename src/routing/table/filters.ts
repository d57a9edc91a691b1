import { asBoolean, asList, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import type { Filter, PerFilter } from './table.ts';

/** Filters that neither answer nor change what routing looks at. */
const harmless = new Set(
  `Router Compressor Decompressor FilterConfig Buffer BandwidthLimit Tap GrpcStats GrpcWeb Cors HeaderToMetadata SetMetadata
   AwsRequestSigning AlternateProtocolsCacheConfig FileSystemBufferFilterConfig KillRequest OnDemand`
    .split(/\s+/)
    .filter((name) => name !== ''),
);

/** Filters that answer only where they, or a route, are configured to: the field that makes them. */
const whenConfigured: Readonly<Record<string, string>> = {
  HTTPFault: 'abort',
  LocalRateLimit: 'token_bucket',
};

/** Reads the filters of a connection manager that stand before the router. */
export function readFilters(manager: JsonObject): readonly Filter[] {
  return asList(manager.http_filters).map((value): Filter => {
    const filter = asObject(value);
    const name = asText(filter.name) ?? '';
    const config = asObject(filter.typed_config);
    const type = typeOf(config);
    const disabled = asBoolean(filter.disabled) ?? false;
    const plain = { name, disabled, onlyPerRoute: false, config };
    if (harmless.has(type) || name === 'envoy.filters.http.router' || name === 'envoy.router')
      return { ...plain, effect: null };
    const effect = `filter ${name || type} can answer the request itself or change how it is routed`;
    const needed = whenConfigured[type];
    if (needed !== undefined && !isObject(config[needed])) return { ...plain, effect, onlyPerRoute: true };
    return { ...plain, effect };
  });
}

/** Nearly every route has none: all of them share it. */
const noPerFilter: ReadonlyMap<string, PerFilter> = new Map();

/** Reads `typed_per_filter_config`. */
export function readPerFilter(holder: JsonObject): ReadonlyMap<string, PerFilter> {
  if (holder.typed_per_filter_config === undefined) return noPerFilter;
  const entries = Object.entries(asObject(holder.typed_per_filter_config));
  return new Map(
    entries.map(([name, value]) => {
      const config = asObject(value);
      const wrapped = typeOf(config) === 'FilterConfig';
      const own = wrapped ? asObject(config.config) : config;
      const disabled = asBoolean(config.disabled) ?? asBoolean(own.disabled) ?? false;
      const needed = whenConfigured[typeOf(own)];
      const inert = needed !== undefined && !isObject(own[needed]);
      return [name, { disabled, configured: !disabled && (!wrapped || isObject(config.config)), inert, config: own }];
    }),
  );
}

function typeOf(config: JsonObject): string {
  const type = asText(config['@type']) ?? '';
  const own = type.slice(type.lastIndexOf('.') + 1);
  // A TypedStruct carries the type it stands for.
  return own === 'TypedStruct' ? (asText(config.type_url) ?? '').replace(/^.*\./, '') : own;
}
