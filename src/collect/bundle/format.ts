import { asList, asNumber, asObject, asText, asTexts, isObject, type JsonObject } from '../../lib/json.ts';
import type { CoverageEntry, Gap } from '../../snapshot/coverage.ts';
import type { Document, DocumentKind } from '../../snapshot/document.ts';
import type { EnvoySection } from '../../snapshot/envoy/section.ts';
import type { PodName } from '../../snapshot/envoy/view.ts';
import type { ManifestSet, SourceReport } from '../../snapshot/snapshot.ts';

/** The version of the bundle's layout; a reader refuses a newer one. */
export const formatVersion = 1;

/** The file in a bundle that says what it is and what it holds. */
export const manifestName = 'bundle.json';

/** An Envoy of a bundle: which of its sections could not be read, and why. */
export interface BundledEnvoy {
  readonly key: string;
  readonly label: string;
  readonly pod?: PodName;
  readonly unread: readonly { readonly section: EnvoySection; readonly gap: Gap }[];
}

/** A document of a bundle; its text is the file of the same name. */
export type BundledDocument = Pick<Document, 'id' | 'kind' | 'origin' | 'readAt' | 'envoy' | 'sha256' | 'size'>;

/** What `bundle.json` says. */
export interface BundleManifest {
  readonly format: 'meshdoctor-bundle';
  readonly formatVersion: number;
  readonly tool: string;
  readonly takenAt: string;
  readonly cluster?: string;
  readonly holds: string;
  /** `whole` in a rescue copy: header values and inline secrets stand as the gateway needs them. */
  readonly configuration: 'redacted' | 'whole';
  readonly redactions: Readonly<Record<string, number>>;
  readonly documents: readonly BundledDocument[];
  readonly manifests: readonly ManifestSet[];
  readonly envoys: readonly BundledEnvoy[];
  readonly coverage: readonly CoverageEntry[];
  readonly gaps: readonly Gap[];
  readonly sources: readonly SourceReport[];
}

const kinds: ReadonlySet<string> = new Set<DocumentKind>([
  'manifest',
  'kubernetes',
  'coverage',
  'access_log',
  'server_info',
  'ready',
  'listeners',
  'config_dump',
  'clusters',
  'stats',
  'certs',
  'runtime',
  'cloudwatch',
]);

/** Reads `bundle.json`; a line that says what is wrong with it where it is not one of ours. */
export function readBundleManifest(value: unknown): BundleManifest | string {
  if (!isObject(value) || value.format !== 'meshdoctor-bundle') return 'it is no bundle of meshdoctor';
  const version = asNumber(value.formatVersion);
  if (version === undefined || version < 1) return 'its bundle.json has no formatVersion';
  if (version > formatVersion) {
    return `it has format ${version}, and this meshdoctor reads up to ${formatVersion}: use a newer meshdoctor`;
  }
  const documents = asList(value.documents).map(readDocument);
  if (documents.some((document) => document === null)) return 'its bundle.json is damaged (documents)';
  const takenAt = asText(value.takenAt) ?? '';
  if (Number.isNaN(Date.parse(takenAt))) return 'its bundle.json is damaged (takenAt)';
  return {
    format: 'meshdoctor-bundle',
    formatVersion: version,
    tool: asText(value.tool) ?? '',
    takenAt,
    ...optional('cluster', asText(value.cluster)),
    holds: asText(value.holds) ?? '',
    configuration: value.configuration === 'whole' ? 'whole' : 'redacted',
    redactions: countsOf(asObject(value.redactions)),
    documents: documents.filter((document) => document !== null),
    manifests: asList(value.manifests).map((item) => {
      const { document, defaultNamespace, reported, cluster, namespaces } = asObject(item);
      return {
        document: asText(document) ?? '',
        defaultNamespace: asText(defaultNamespace) ?? 'default',
        reported: reported !== false,
        ...optional('cluster', asText(cluster)),
        ...optional('namespaces', Array.isArray(namespaces) ? asTexts(namespaces) : undefined),
      };
    }),
    envoys: asList(value.envoys).map(readEnvoy),
    coverage: asList(value.coverage).flatMap((entry) => readCoverage(asObject(entry)) ?? []),
    gaps: asList(value.gaps).map((gap) => readGap(asObject(gap))),
    sources: asList(value.sources).map((source) => readSource(asObject(source))),
  };
}

function readDocument(value: unknown): BundledDocument | null {
  const { id, kind, origin, readAt, envoy, sha256, size } = asObject(value);
  const known = typeof id === 'string' && typeof kind === 'string' && kinds.has(kind) && typeof sha256 === 'string';
  if (!known) return null;
  return {
    id,
    kind: kind as DocumentKind,
    origin: asText(origin) ?? id,
    readAt: asText(readAt) ?? '',
    envoy: asText(envoy) ?? null,
    sha256,
    size: asNumber(size) ?? 0,
  };
}

function readEnvoy(value: unknown): BundledEnvoy {
  const { key, label, unread, pod } = asObject(value);
  const { namespace, name } = asObject(pod);
  return {
    key: asText(key) ?? '',
    label: asText(label) ?? '',
    ...optional('pod', typeof namespace === 'string' && typeof name === 'string' ? { namespace, name } : undefined),
    unread: asList(unread).map((item) => {
      const { section, gap } = asObject(item);
      return { section: (asText(section) ?? '') as EnvoySection, gap: readGap(asObject(gap)) };
    }),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

function readCoverage(value: JsonObject): CoverageEntry | null {
  const { type, kind, namespace, envoy, section } = asObject(value.subject);
  const state = value.state === 'listed' ? 'listed' : value.state === 'partial' ? 'partial' : 'not-read';
  const reason = asText(value.reason) ?? '';
  if (type === 'envoy') {
    const subject = { type, envoy: asText(envoy) ?? '', section: (asText(section) ?? '') as EnvoySection } as const;
    return { subject, state, reason };
  }
  if (type !== 'objects') return null;
  return { subject: { type, kind: asText(kind) ?? '', namespace: asText(namespace) ?? '' }, state, reason };
}

function readGap(value: JsonObject): Gap {
  return {
    missing: asText(value.missing) ?? '',
    reason: asText(value.reason) ?? '',
    remedy: asText(value.remedy) ?? null,
  };
}

function readSource(value: JsonObject): SourceReport {
  const cost = asObject(value.cost);
  const state = value.state === 'ok' ? 'ok' : value.state === 'failed' ? 'failed' : 'partial';
  return {
    name: asText(value.name) ?? '',
    state,
    detail: asText(value.detail) ?? '',
    cost: { calls: asNumber(cost.calls) ?? 0, bytes: asNumber(cost.bytes) ?? 0 },
    ...troubleOf(value.trouble),
  };
}

/** What was not seen when the bundle was collected is not seen now; but nobody named an unreadable file this time. */
function troubleOf(value: unknown): Pick<SourceReport, 'trouble'> {
  if (value === 'part-unreadable') return { trouble: value };
  return value === 'not-seen' || value === 'nothing-readable' ? { trouble: 'not-seen' } : {};
}

function countsOf(value: JsonObject): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, count]) => (typeof count === 'number' ? [[key, count]] : [])),
  );
}
