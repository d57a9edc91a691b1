import { tlsSources } from '../../snapshot/envoy/tls-sources.ts';
import type { Certificate } from '../../snapshot/envoy/view.ts';
import type { Envoy } from './envoy.ts';

/** Whether a certificate that an Envoy has loaded can be replaced while it runs. */
export type Renewal = 'by-a-secret-server' | 'by-the-control-plane' | 'from-its-file' | 'unknown';

/**
 * By whom a certificate would be renewed. `/certs` tells a file's name for one that stands in a TLS context: Envoy reads
 * such a file once, and a new one in its place changes nothing (seen on 1.40.0). All others are `<inline>`, those of a
 * secret server (SDS) too, so that only the sources of the whole configuration tell where they came from.
 */
export function renewalOf(envoy: Envoy, { path }: Certificate): Renewal {
  if (path !== '' && path !== '<inline>') return 'from-its-file';
  const { listenerConfig, clusterConfig } = envoy;
  const listeners = listenerConfig.state === 'not-read' ? [] : listenerConfig.value;
  const clusters = clusterConfig.state === 'not-read' ? [] : clusterConfig.value;
  const sources = [...listeners.flatMap(({ body }) => tlsSources(body?.json)), ...clusters.flatMap(({ tls }) => tls)];
  const kinds = new Set(sources.flatMap(({ kind }) => (kind === 'file' ? [] : [kind])));
  if (kinds.size === 0) return 'unknown';
  if (!kinds.has('sds')) return 'by-the-control-plane';
  return kinds.size === 1 ? 'by-a-secret-server' : 'unknown';
}
