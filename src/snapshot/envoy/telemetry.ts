import { asList, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';

/** What a Bootstrap says of statistics and traces. */
export interface Telemetry {
  /** The name of the tracer for all connection managers: `envoy.tracers.xray`; null where there is none. */
  readonly tracer: string | null;
  /** The names of the sinks that statistics are pushed to. */
  readonly statsSinks: readonly string[];
  /** `stats_config.stats_matcher`: only some statistics are made; null where all are. */
  readonly statsMatcher: JsonObject | null;
}

/** Reads them of a Bootstrap. */
export function readTelemetry(bootstrap: JsonObject): Telemetry {
  return {
    tracer: asText(asObject(asObject(bootstrap.tracing).http).name) ?? null,
    statsSinks: asList(bootstrap.stats_sinks).map((sink) => asText(asObject(sink).name) ?? ''),
    statsMatcher: matcherOf(asObject(bootstrap.stats_config).stats_matcher),
  };
}

/** A matcher that is empty, or rejects nothing, matches all. */
function matcherOf(matcher: unknown): JsonObject | null {
  if (!isObject(matcher) || Object.keys(matcher).length === 0) return null;
  return 'reject_all' in matcher && matcher.reject_all !== true ? null : matcher;
}
