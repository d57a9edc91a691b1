import { asBoolean, asList, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import type { Grade } from './translation.ts';

/** A match of a GatewayRoute or VirtualRouter route as Envoy's RouteMatch, without its path; and what of it is not observed. */
export interface TranslatedMatch {
  readonly common: JsonObject;
  /** The paths it stands for, in order: App Mesh writes a prefix without a trailing slash as two routes. */
  readonly paths: readonly TranslatedPath[];
  readonly grade: Grade;
  readonly notes: readonly string[];
}

/** A path specifier, and the text that ranks it. */
export interface TranslatedPath {
  readonly match: JsonObject;
  readonly kind: 'prefix' | 'exact' | 'regex';
  readonly text: string;
}

/** Translates a match of an http, http2 or grpc route. */
export function translateMatch(match: JsonObject, type: string): TranslatedMatch {
  const notes: string[] = [];
  const assumed = (what: string): void => {
    notes.push(what);
  };
  const headers: JsonObject[] = [];
  const host = asObject(match.hostname);
  const exact = asText(host.exact);
  const suffix = asText(host.suffix);
  if (exact !== undefined) headers.push({ name: ':authority', string_match: { exact } });
  else if (suffix !== undefined) headers.push({ name: ':authority', string_match: { suffix } });
  if (exact !== undefined || suffix !== undefined) assumed('hostname as a match of :authority');
  const method = asText(match.method);
  if (method !== undefined) {
    headers.push({ name: ':method', string_match: { exact: method } });
    assumed('method as a match of :method');
  }
  const scheme = asText(match.scheme);
  if (scheme !== undefined) {
    headers.push({ name: ':scheme', string_match: { exact: scheme } });
    assumed('scheme as a match of :scheme');
  }
  for (const value of asList(type === 'grpcRoute' ? match.metadata : match.headers))
    headers.push(header(asObject(value), assumed));
  const query = asList(match.queryParameters).map((value) => {
    const parameter = asObject(value);
    const exactly = asText(asObject(parameter.match).exact);
    const name = asText(parameter.name) ?? '';
    return exactly === undefined ? { name, present_match: true } : { name, string_match: { exact: exactly } };
  });
  if (query.length > 0) assumed('query parameters');
  const grpc = type === 'grpcRoute';
  if (grpc) assumed('gRPC service names as path prefixes');
  const common: JsonObject = {
    ...(headers.length > 0 ? { headers } : {}),
    ...(query.length > 0 ? { query_parameters: query } : {}),
    ...(grpc ? { grpc: {} } : {}),
  };
  const paths = grpc ? grpcPaths(match) : httpPaths(match, assumed);
  return { common, paths, grade: notes.length > 0 ? 'assumed' : 'observed', notes };
}

function httpPaths(match: JsonObject, assumed: (what: string) => void): readonly TranslatedPath[] {
  const path = asObject(match.path);
  const exact = asText(path.exact);
  if (exact !== undefined) {
    assumed('an exact path');
    return [{ match: { path: exact }, kind: 'exact', text: exact }];
  }
  const regex = asText(path.regex);
  if (regex !== undefined) {
    assumed('a path regex');
    return [{ match: { safe_regex: { regex } }, kind: 'regex', text: regex }];
  }
  const prefix = asText(match.prefix);
  if (prefix === undefined) return [{ match: { prefix: '/' }, kind: 'prefix', text: '/' }];
  return [{ match: { prefix }, kind: 'prefix', text: prefix }];
}

function grpcPaths(match: JsonObject): readonly TranslatedPath[] {
  const service = asText(match.serviceName);
  const method = asText(match.methodName);
  if (service === undefined) return [{ match: { prefix: '/' }, kind: 'prefix', text: '/' }];
  if (method !== undefined) {
    const path = `/${service}/${method}`;
    return [{ match: { path }, kind: 'exact', text: path }];
  }
  const prefix = `/${service}/`;
  return [{ match: { prefix }, kind: 'prefix', text: prefix }];
}

function header(value: JsonObject, assumed: (what: string) => void): JsonObject {
  const name = asText(value.name) ?? '';
  const invert = asBoolean(value.invert) === true ? { invert_match: true } : {};
  if (asBoolean(value.invert) === true) assumed('an inverted header');
  const match = asObject(value.match);
  if (isObject(match.range)) {
    assumed('a header range');
    const { start, end } = match.range;
    return { name, range_match: { start: String(start ?? 0), end: String(end ?? 0) }, ...invert };
  }
  const regex = asText(match.regex);
  if (regex !== undefined) {
    assumed('a header regex');
    return { name, string_match: { safe_regex: { regex } }, ...invert };
  }
  for (const kind of ['exact', 'prefix', 'suffix'] as const) {
    const text = asText(match[kind]);
    if (text === undefined) continue;
    if (kind !== 'exact') assumed(`a header ${kind}`);
    return { name, string_match: { [kind]: text }, ...invert };
  }
  assumed('a header that need only be there');
  return { name, present_match: true, ...invert };
}
