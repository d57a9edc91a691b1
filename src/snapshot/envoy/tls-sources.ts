import { asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';

/** Where a TLS context takes a certificate or a CA from, and so whether it can be renewed without a change of configuration. */
export interface TlsSource {
  /**
   * `control-plane`: SDS over the stream of the control plane; `sds`: a secret server of its own (SPIRE); `file` and
   * `inline`: in the TLS context itself, read once when its listener or cluster was taken.
   */
  readonly kind: 'control-plane' | 'sds' | 'file' | 'inline';
  /** The name of the secret or file; empty for inline. */
  readonly name: string;
}

/** Every source of certificates in the transport sockets below a listener or cluster. */
export function tlsSources(value: unknown, depth = 0): readonly TlsSource[] {
  if (typeof value !== 'object' || value === null || depth > 16) return [];
  if (Array.isArray(value)) return value.flatMap((item) => tlsSources(item, depth + 1));
  const { sds_config, name } = asObject(value);
  if (isObject(sds_config)) return [{ kind: servesSecrets(sds_config), name: asText(name) ?? '' }];
  return Object.entries(value).flatMap(([key, child]) => ownSource(key, child) ?? tlsSources(child, depth + 1));
}

/** A certificate or CA that stands in the TLS context itself (DataSource). */
function ownSource(key: string, value: unknown): readonly TlsSource[] | null {
  if ((key !== 'certificate_chain' && key !== 'trusted_ca') || !isObject(value)) return null;
  const file = asText(value.filename);
  return [file === undefined ? { kind: 'inline', name: '' } : { kind: 'file', name: file }];
}

/** App Mesh's agent names its stream `ads_cluster` where it is no google_grpc target of the management endpoint. */
function servesSecrets(config: JsonObject): 'control-plane' | 'sds' {
  if (isObject(config.ads)) return 'control-plane';
  const services = asObject(config.api_config_source).grpc_services;
  const text = JSON.stringify(services ?? '');
  return /appmesh-envoy-management|"cluster_name":"[^"]*\bads\b|"cluster_name":"ads_/.test(text)
    ? 'control-plane'
    : 'sds';
}
