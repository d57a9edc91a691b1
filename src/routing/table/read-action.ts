import {
  asBoolean,
  asDurationMs,
  asList,
  asNumber,
  asObject,
  asText,
  asTexts,
  isObject,
  type JsonObject,
} from '../../lib/json.ts';
import { bytesOf } from '../../lib/bytes.ts';
import type { Action, Forward, HeaderMutation, HostRewrite, PathRewrite, Redirect } from './action.ts';
import { compileRegex } from './regex.ts';

const redirectStatus: Readonly<Record<string, number>> = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
};
const missingClusterStatus: Readonly<Record<string, number>> = {
  SERVICE_UNAVAILABLE: 503,
  NOT_FOUND: 404,
  INTERNAL_SERVER_ERROR: 500,
};
const defaultTimeoutMs = 15_000;

/** Reads what a Route does; `fault` hears what is not understood. */
export function readAction(
  route: JsonObject,
  unit: 'byte' | 'utf8',
  fault: (at: string, message: string) => void,
): Action {
  try {
    if (isObject(route.route)) return readForward(route.route, unit);
    if (isObject(route.redirect)) return readRedirect(route.redirect, unit);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    fault(isObject(route.route) ? '/route' : '/redirect', what);
    return { type: 'unknown', what };
  }
  if (isObject(route.direct_response)) {
    return { type: 'direct-response', status: asNumber(route.direct_response.status) ?? 200 };
  }
  if (isObject(route.non_forwarding_action)) return { type: 'non-forwarding' };
  const what = isObject(route.filter_action)
    ? 'a filter answers (filter_action)'
    : 'the route has no action that is understood';
  fault('', what);
  return { type: 'unknown', what };
}

function readForward(action: JsonObject, unit: 'byte' | 'utf8'): Forward {
  const retry = asObject(action.retry_policy);
  return {
    type: 'forward',
    target: readTarget(action),
    missingClusterStatus: missingClusterStatus[asText(action.cluster_not_found_response_code) ?? ''] ?? 503,
    path: readPathRewrite(action, unit),
    host: readHostRewrite(action, unit),
    timeoutMs: asDurationMs(action.timeout) ?? defaultTimeoutMs,
    retries: isObject(action.retry_policy)
      ? { on: asText(retry.retry_on) ?? '', count: asNumber(retry.num_retries) ?? 1 }
      : null,
    upgrades: action.upgrade_configs === undefined ? noUpgrades : readUpgrades(action.upgrade_configs),
  };
}

/** Nearly every route has none: all of them share it. */
const noUpgrades: Forward['upgrades'] = new Map();

function readUpgrades(configs: unknown): Forward['upgrades'] {
  return new Map(
    asList(configs).map((value) => {
      const upgrade = asObject(value);
      return [(asText(upgrade.upgrade_type) ?? '').toLowerCase(), asBoolean(upgrade.enabled) ?? true] as const;
    }),
  );
}

function readTarget(action: JsonObject): Forward['target'] {
  const name = asText(action.cluster);
  if (name !== undefined) return { kind: 'cluster', name };
  const header = asText(action.cluster_header);
  if (header !== undefined) return { kind: 'header', name: header.toLowerCase() };
  if (!isObject(action.weighted_clusters)) {
    return { kind: 'plugin', what: asText(action.cluster_specifier_plugin) ?? 'a cluster specifier' };
  }
  const clusters = asList(action.weighted_clusters.clusters).map(asObject);
  if (clusters.some((cluster) => asText(cluster.cluster_header))) {
    return { kind: 'plugin', what: 'a weighted cluster named by a header' };
  }
  return {
    kind: 'weighted',
    header: asText(action.weighted_clusters.header_name)?.toLowerCase() || null,
    clusters: clusters.map((cluster) => ({
      name: asText(cluster.name) ?? '',
      weight: asNumber(cluster.weight) ?? 0,
      hostRewrite: asText(cluster.host_rewrite_literal) ?? null,
      headers: readHeaderMutation(cluster),
    })),
  };
}

function readPathRewrite(action: JsonObject, unit: 'byte' | 'utf8'): PathRewrite {
  const prefix = asText(action.prefix_rewrite);
  if (prefix) return { kind: 'prefix', value: bytesOf(prefix) };
  const pattern = asText(asObject(asObject(action.regex_rewrite).pattern).regex);
  if (pattern !== undefined) {
    const substitution = bytesOf(asText(asObject(action.regex_rewrite).substitution) ?? '');
    return { kind: 'regex', regex: compileRegex(pattern, unit), substitution };
  }
  const template = asText(asObject(asObject(action.path_rewrite_policy).typed_config).path_template_rewrite);
  if (template !== undefined) return { kind: 'template', template: bytesOf(template) };
  if (isObject(action.path_rewrite_policy)) return { kind: 'unknown', what: 'path_rewrite_policy' };
  if (action.path_rewrite !== undefined) return { kind: 'unknown', what: 'path_rewrite' };
  return { kind: 'keep' };
}

function readHostRewrite(action: JsonObject, unit: 'byte' | 'utf8'): HostRewrite {
  // `host_rewrite` is the name of the field in the v2 API.
  const literal = asText(action.host_rewrite_literal) ?? asText(action.host_rewrite);
  if (literal) return { kind: 'literal', value: bytesOf(literal) };
  const header = asText(action.host_rewrite_header) ?? asText(action.auto_host_rewrite_header);
  if (header) return { kind: 'header', name: header.toLowerCase() };
  const pattern = asText(asObject(asObject(action.host_rewrite_path_regex).pattern).regex);
  if (pattern !== undefined) {
    const substitution = bytesOf(asText(asObject(action.host_rewrite_path_regex).substitution) ?? '');
    return { kind: 'path-regex', regex: compileRegex(pattern, unit), substitution };
  }
  return { kind: asBoolean(action.auto_host_rewrite) === true ? 'auto' : 'keep' };
}

function readRedirect(redirect: JsonObject, unit: 'byte' | 'utf8'): Redirect {
  const replaced = asText(redirect.path_redirect);
  return {
    type: 'redirect',
    status: redirectStatus[asText(redirect.response_code) ?? 'MOVED_PERMANENTLY'] ?? 301,
    scheme:
      asBoolean(redirect.https_redirect) === true ? 'https' : (asText(redirect.scheme_redirect)?.toLowerCase() ?? null),
    host: asText(redirect.host_redirect) || null,
    port: asNumber(redirect.port_redirect) || null,
    path: replaced ? { kind: 'replace', value: bytesOf(replaced) } : readPathRewrite(redirect, unit),
    stripQuery: asBoolean(redirect.strip_query) ?? false,
  };
}

const noMutation: HeaderMutation = Object.freeze({ add: [], remove: [] });
const appendActions = {
  APPEND_IF_EXISTS_OR_ADD: 'append',
  ADD_IF_ABSENT: 'add-if-absent',
  OVERWRITE_IF_EXISTS_OR_ADD: 'overwrite',
  OVERWRITE_IF_EXISTS: 'overwrite-if-present',
} as const;

/** What an object with `request_headers_to_add` and `request_headers_to_remove` does to a request's headers. */
export function readHeaderMutation(holder: JsonObject): HeaderMutation {
  if (!Array.isArray(holder.request_headers_to_add) && !Array.isArray(holder.request_headers_to_remove))
    return noMutation;
  const add = asList(holder.request_headers_to_add).map((item) => {
    const option = asObject(item);
    const header = asObject(option.header);
    const value = asText(header.value) ?? '';
    const how = Object.entries(appendActions).find(([name]) => name === option.append_action)?.[1];
    return {
      name: (asText(header.key) ?? '').toLowerCase(),
      value: value.includes('%') ? null : bytesOf(value),
      how: how ?? (asBoolean(option.append) === false ? 'overwrite' : 'append'),
    };
  });
  return { add, remove: asTexts(holder.request_headers_to_remove).map((name) => name.toLowerCase()) };
}
