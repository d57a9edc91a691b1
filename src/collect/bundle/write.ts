import { plural } from '../../lib/plural.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import type { EnvoyView } from '../../snapshot/envoy/view.ts';
import type { EnvoySection } from '../../snapshot/envoy/section.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { pack } from './container.ts';
import { type BundleManifest, formatVersion, manifestName } from './format.ts';

/** Writes a snapshot as a bundle: the bytes of a .tar.gz, the same for the same snapshot. Its documents must have been kept. */
export async function writeBundle(
  snapshot: Snapshot,
  { version, whole = false }: { readonly version: string; readonly whole?: boolean },
): Promise<Uint8Array> {
  const files = new Map<string, string>();
  const documents = snapshot.documents.filter(({ kind }) => kind !== 'coverage' && kind !== 'rescue-copies');
  for (const document of documents) {
    const text = document.text();
    if (text === null) throw new Error(`the text of ${document.id} was not kept`);
    files.set(document.id, text);
  }
  const manifest: BundleManifest = {
    format: 'meshdoctor-bundle',
    formatVersion,
    tool: `meshdoctor ${version}`,
    takenAt: snapshot.takenAt,
    ...(snapshot.cluster === null ? {} : { cluster: snapshot.cluster }),
    holds: `${describe(snapshot)}${whole ? '; the configuration is whole: keep it like a key' : ''}`,
    configuration: whole ? 'whole' : 'redacted',
    redactions: snapshot.redactions,
    documents: documents.map(({ id, kind, origin, readAt, envoy, sha256, size }) => ({
      id,
      kind,
      origin,
      readAt,
      envoy,
      sha256,
      size,
    })),
    manifests: snapshot.manifests,
    envoys: snapshot.envoys.map((view) => ({
      key: view.key,
      label: view.label,
      ...(view.pod ? { pod: view.pod } : {}),
      unread: unreadOf(view),
    })),
    coverage: snapshot.coverage,
    gaps: snapshot.gaps,
    sources: snapshot.sources.filter(({ carrier }) => !carrier),
  };
  files.set(manifestName, `${JSON.stringify(manifest, null, 2)}\n`);
  return pack(files);
}

function describe({ objects, envoys, manifests, redactions }: Snapshot): string {
  const hidden = Object.values(redactions).reduce((sum, count) => sum + count, 0);
  const parts = [plural(objects.length, 'object'), plural(manifests.length, 'file'), plural(envoys.length, 'Envoy')];
  return `${parts.join(', ')}; ${plural(hidden, 'value')} hidden`;
}

function unreadOf(view: EnvoyView): { section: EnvoySection; gap: Gap }[] {
  const sections = {
    server_info: view.serverInfo,
    ready: view.ready,
    listeners: view.listeners,
    bootstrap: view.bootstrap,
    listener_config: view.listenerConfig,
    routes: view.routes,
    cluster_config: view.clusterConfig,
    endpoints: view.endpoints,
    secrets: view.secrets,
    hosts: view.hosts,
    stats: view.stats,
    certs: view.certs,
    runtime: view.runtime,
  } as const satisfies Record<EnvoySection, unknown>;
  const unread: { section: EnvoySection; gap: Gap }[] = [];
  for (const [section, seen] of Object.entries(sections)) {
    if (seen.state !== 'listed') unread.push({ section: section as EnvoySection, gap: seen.gap });
  }
  return unread;
}
