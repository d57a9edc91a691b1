import { asObject, isObject, type JsonObject } from '../../../src/lib/json.ts';

const byName = /envoy\.(filters\.http\.router|filters\.listener\.tls_inspector|retry_host_predicates\.previous_hosts)/;

/**
 * A dump as Envoy 1.20 of App Mesh wrote it: extensions by name alone, matchers of older names (seen in the one public
 * capture).
 */
export function inWordsOf120(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inWordsOf120);
  if (!isObject(value)) return value;
  const old: JsonObject = Object.fromEntries(Object.entries(value).map(([key, held]) => [key, inWordsOf120(held)]));
  if (typeof old.name === 'string' && byName.test(old.name) && isObject(old.typed_config)) {
    return { name: old.name === 'envoy.filters.http.router' ? 'envoy.router' : old.name };
  }
  const exact = asObject(old.string_match).exact;
  if (typeof old.name === 'string' && typeof exact === 'string' && String(old.name).startsWith('x-')) {
    return { name: old.name, exact_match: exact };
  }
  if (typeof old.regex === 'string') return { google_re2: {}, regex: old.regex };
  if (typeof old.stat_prefix === 'string' && Array.isArray(old.http_filters)) return { ...old, tracing: {} };
  return old;
}
