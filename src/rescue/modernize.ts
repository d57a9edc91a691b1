import { asText, isObject, type JsonObject } from '../lib/json.ts';
import type { Gap } from '../snapshot/coverage.ts';
import { editObjects, without } from './edit.ts';

/** What a rescue does with a dump on its way to a bootstrap, as it goes. */
export interface Ledger {
  /** Without these it cannot be right: the rescue is refused. */
  readonly refused: Gap[];
  /** What the rescued gateway lacks or does otherwise, named. */
  readonly gaps: Set<string>;
  /** Clusters that keep the addresses a control plane once sent. */
  readonly fixed: string[];
  /** What was changed so that it starts, without a change to what it answers. */
  readonly changed: Set<string>;
}

/** A ledger in which nothing was noted yet. */
export function openLedger(): Ledger {
  return { refused: [], gaps: new Set(), fixed: [], changed: new Set() };
}

const type = (name: string): string => `type.googleapis.com/envoy.extensions.${name}`;

/**
 * Extensions that once were found by their name alone. From 1.22 on Envoy finds an extension by the type of its
 * configuration: 1.36.2 and 1.40.0 answer "Didn't find a registered implementation" to each of these without one.
 */
const typeOfName: ReadonlyMap<string, string> = new Map([
  ['envoy.filters.http.router', type('filters.http.router.v3.Router')],
  ['envoy.filters.http.cors', type('filters.http.cors.v3.Cors')],
  ['envoy.filters.http.grpc_web', type('filters.http.grpc_web.v3.GrpcWeb')],
  ['envoy.filters.http.grpc_http1_bridge', type('filters.http.grpc_http1_bridge.v3.Config')],
  ['envoy.filters.listener.tls_inspector', type('filters.listener.tls_inspector.v3.TlsInspector')],
  ['envoy.filters.listener.http_inspector', type('filters.listener.http_inspector.v3.HttpInspector')],
  ['envoy.filters.listener.original_dst', type('filters.listener.original_dst.v3.OriginalDst')],
  ['envoy.filters.listener.proxy_protocol', type('filters.listener.proxy_protocol.v3.ProxyProtocol')],
  ['envoy.retry_host_predicates.previous_hosts', type('retry.host.previous_hosts.v3.PreviousHostsPredicate')],
  ['envoy.retry_host_predicates.omit_canary_hosts', type('retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate')],
  ['envoy.transport_sockets.raw_buffer', type('transport_sockets.raw_buffer.v3.RawBuffer')],
]);

/** Names of before 1.14, which Envoy 1.20 still took. */
const oldNames: ReadonlyMap<string, string> = new Map([
  ['envoy.router', 'envoy.filters.http.router'],
  ['envoy.cors', 'envoy.filters.http.cors'],
  ['envoy.grpc_web', 'envoy.filters.http.grpc_web'],
  ['envoy.grpc_http1_bridge', 'envoy.filters.http.grpc_http1_bridge'],
  ['envoy.listener.tls_inspector', 'envoy.filters.listener.tls_inspector'],
  ['envoy.listener.http_inspector', 'envoy.filters.listener.http_inspector'],
  ['envoy.listener.original_dst', 'envoy.filters.listener.original_dst'],
  ['envoy.listener.proxy_protocol', 'envoy.filters.listener.proxy_protocol'],
]);

/** The members whose objects are extensions: a name, and a typed configuration. */
const extensionMembers: ReadonlySet<string> = new Set([
  'http_filters',
  'listener_filters',
  'filters',
  'access_log',
  'retry_host_predicate',
  'retry_priority',
  'transport_socket',
]);

/** Writes what an older Envoy said in the words a newer one takes; what has no such words is refused, by name. */
export function modernize<T>(value: T, where: string, ledger: Ledger): T {
  return editObjects(value, (object, key) => {
    if (extensionMembers.has(key)) return typedExtension(object, where, ledger);
    if (key === 'headers') return currentHeaderMatcher(object, ledger);
    if ('google_re2' in object && 'regex' in object) return without(object, 'google_re2');
    return object;
  });
}

function typedExtension(extension: JsonObject, where: string, ledger: Ledger): JsonObject {
  const name = asText(extension.name) ?? '';
  if (isObject(extension.config_discovery)) {
    refuse(ledger, `${name} of ${where}`, 'its configuration came from the control plane by itself (config_discovery)');
    return extension;
  }
  if (isObject(extension.typed_config)) {
    const url = asText(extension.typed_config['@type']) ?? '';
    const stock = /\/(envoy|udpa|xds)\./.test(url);
    if (!stock) refuse(ledger, `${name} of ${where}`, `${url || 'its type'} is not part of Envoy's own builds`);
    return extension;
  }
  const configured = isObject(extension.config) && Object.keys(extension.config).length > 0;
  const known = typeOfName.get(oldNames.get(name) ?? name);
  if (configured || known === undefined) {
    refuse(
      ledger,
      `${name} of ${where}`,
      'its configuration is untyped, and an Envoy of today takes none without a type',
    );
    return extension;
  }
  ledger.changed.add('typed the configuration of extensions that an older Envoy found by name alone');
  return { ...without(extension, 'config'), typed_config: { '@type': known } };
}

const headerForms = {
  exact_match: 'exact',
  prefix_match: 'prefix',
  suffix_match: 'suffix',
  contains_match: 'contains',
  safe_regex_match: 'safe_regex',
} as const;

function currentHeaderMatcher(matcher: JsonObject, ledger: Ledger): JsonObject {
  for (const [old, form] of Object.entries(headerForms)) {
    const held = matcher[old];
    if (held === undefined || typeof matcher.name !== 'string') continue;
    ledger.changed.add('wrote header matchers of older names (exact_match …) as string_match');
    return { ...without(matcher, old), string_match: { [form]: held } };
  }
  return matcher;
}

/** Notes why a rescue cannot be right. */
export function refuse(ledger: Ledger, missing: string, reason: string, remedy: string | null = null): void {
  if (ledger.refused.some((gap) => gap.missing === missing && gap.reason === reason)) return;
  ledger.refused.push({ missing, reason, remedy });
}
