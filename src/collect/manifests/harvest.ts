import { plural } from '../../lib/plural.ts';
import { asObject, asText, isObject, type JsonObject, pointer } from '../../lib/json.ts';
import type { CoverageEntry, Gap } from '../../snapshot/coverage.ts';
import { type Document, type DocumentOrigin, makeDocument, measureDocument } from '../../snapshot/document.ts';
import { type KubernetesObject, type Place, readRef, refKey, refText, within } from '../../snapshot/object.ts';
import { addRedactions, type Redactions, redacted } from '../../snapshot/redact.ts';
import type { FilePosition, Harvest, SourceReport } from '../../snapshot/snapshot.ts';
import { lineAndColumn, parseChunk, typeOf } from './parse.ts';
import { positionFinder } from './position.ts';
import { redactDocument } from './redact.ts';
import { splitDocuments } from './split.ts';

/** A file of manifests as it was read. */
export interface ManifestFile {
  /** The id of its document: `manifests/0-routes.yaml`. */
  readonly id: string;
  /** The path as the user typed it, or `stdin`. */
  readonly origin: string;
  readonly text: string;
  /** False for what only stands by (`--base`). */
  readonly reported: boolean;
  readonly readAt: string;
  /** The cluster it was listed from; absent where it is a file. */
  readonly cluster?: string;
  /** The namespaces whose objects are reported; absent: all. Objects without a namespace always are. */
  readonly namespaces?: readonly string[];
}

/** How to read manifests. */
export interface ManifestOptions {
  /** The namespace of objects that name none. */
  readonly defaultNamespace: string;
  /** The files given are the whole set. */
  readonly closed: boolean;
  readonly keep: boolean;
}

/** Kinds that have no namespace. */
const clusterScoped: ReadonlySet<string> = new Set(
  `Mesh Namespace Node PersistentVolume CustomResourceDefinition ClusterRole ClusterRoleBinding StorageClass IngressClass
   PriorityClass GatewayClass MutatingWebhookConfiguration ValidatingWebhookConfiguration APIService RuntimeClass
   CSIDriver ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding NodePool NodeClaim EC2NodeClass Provisioner`.split(
    /\s+/,
  ),
);

interface FileHarvest {
  readonly document: Document;
  readonly objects: readonly KubernetesObject[];
  readonly broken: readonly { readonly at: string; readonly reason: string }[];
  readonly others: readonly string[];
  readonly redactions: Redactions;
  /** Where the value of each document begins in its text, by the document's index in the file. */
  readonly starts: ReadonlyMap<number, number>;
}

/** Reads manifests: files on disk, stdin, and those of a bundle. Pure; never throws whatever stands in them. */
export function manifestHarvest(files: readonly ManifestFile[], options: ManifestOptions): Harvest {
  const read = files.map((file) => readFile(file, options));
  const objects = new Map<string, KubernetesObject>();
  const notes: string[] = [];
  const position = positionFinder(files, new Map(files.map(({ id }, index) => [id, read[index]?.starts ?? new Map()])));
  for (const object of read.flatMap((file) => file.objects)) {
    const key = refKey(object.ref);
    const before = objects.get(key);
    if (before && before.reported === object.reported) {
      notes.push(
        `${refText(object.ref)} stands twice, ${where(position(before.place))} and ${where(position(object.place))}: the last is taken`,
      );
    }
    if (!before || object.reported || !before.reported) objects.set(key, object);
  }
  const broken = read.flatMap((file) => file.broken);
  return {
    documents: read.map(({ document }) => document),
    objects: [...objects.values()],
    envoys: [],
    coverage: options.closed ? [closedCoverage(broken[0])] : [],
    gaps: broken.map(brokenGap),
    sources: [...reports(files, read, notes)],
    redactions: read.reduce<Redactions>((sum, file) => addRedactions(sum, file.redactions), {}),
    manifests: files.map((file) => entryOf(file, options)),
    position,
  };
}

/** A list of an API server that was read and redacted already: what `manifestHarvest` makes of its text, which comes in pieces. */
export function listHarvest(
  list: JsonObject,
  file: Omit<ManifestFile, 'text'>,
  pieces: Iterable<string>,
  options: ManifestOptions,
): Pick<Harvest, 'documents' | 'objects' | 'manifests'> {
  return {
    documents: [
      options.keep ? makeDocument(originOf(file), [...pieces].join(''), true) : measureDocument(originOf(file), pieces),
    ],
    objects: objectsOf(list, { document: file.id, pointer: pointer(0) }, file, options),
    manifests: [entryOf(file, options)],
  };
}

function originOf({ cluster, id, origin, readAt }: Omit<ManifestFile, 'text'>): DocumentOrigin {
  return { id, kind: cluster === undefined ? 'manifest' : 'kubernetes', origin, readAt, envoy: null };
}

function entryOf(
  { id, reported, cluster, namespaces }: Omit<ManifestFile, 'text'>,
  { defaultNamespace }: ManifestOptions,
): NonNullable<Harvest['manifests']>[number] {
  return {
    ...{ document: id, defaultNamespace, reported },
    ...(cluster === undefined ? {} : { cluster }),
    ...(namespaces === undefined ? {} : { namespaces }),
  };
}

function readFile(file: ManifestFile, options: ManifestOptions): FileHarvest {
  const objects: KubernetesObject[] = [];
  const broken: { at: string; reason: string }[] = [];
  const others: string[] = [];
  const starts = new Map<number, number>();
  let redactions: Redactions = {};
  let text = '';
  let end = 0;
  for (const chunk of splitDocuments(file.text)) {
    const parsed = parseChunk(file.text, chunk);
    const before = file.text.slice(end, chunk.offset);
    end = chunk.offset + chunk.text.length;
    if (!parsed.ok) {
      broken.push({ at: `${file.origin}:${parsed.line}:${parsed.column}`, reason: parsed.reason });
      text += `${before}\n"${redacted}"${chunk.text.replaceAll(/[^\n]/g, '').slice(1)}\n`.replace(/\n{2}$/, '\n');
      continue;
    }
    starts.set(chunk.index, parsed.start);
    const clean = redactDocument(chunk, parsed.value);
    redactions = addRedactions(redactions, clean.redactions);
    text += before + clean.text;
    const found = objectsOf(clean.value, { document: file.id, pointer: pointer(chunk.index) }, file, options);
    objects.push(...found);
    if (found.length === 0 && !isEmptyList(clean.value)) {
      const start = chunk.offset + Math.max(0, chunk.text.search(/^[ \t]*[^\s#%]/m));
      others.push(`${file.origin}:${lineAndColumn(file.text, start).line}`);
    }
  }
  text += file.text.slice(end);
  return { document: makeDocument(originOf(file), text, options.keep), objects, broken, others, redactions, starts };
}

function isEmptyList(value: unknown): boolean {
  return isObject(value) && Array.isArray(value.items) && typeOf(value) !== null;
}

function objectsOf(
  value: unknown,
  place: Place,
  file: Omit<ManifestFile, 'text'>,
  options: ManifestOptions,
  inherited: { readonly apiVersion: string; readonly kind: string } | null = null,
): readonly KubernetesObject[] {
  if (!isObject(value)) return [];
  const type = typeOf(value) ?? inherited;
  if (!type) return [];
  if (type.kind.endsWith('List') && Array.isArray(value.items)) {
    const item =
      type.kind === 'List' ? null : { apiVersion: type.apiVersion, kind: type.kind.slice(0, -'List'.length) };
    const items = within(place, pointer('items'));
    return value.items.flatMap((child, index) => objectsOf(child, within(items, index), file, options, item));
  }
  const metadata = asObject(value.metadata);
  const name = asText(metadata.name);
  if (!name) return [];
  const namespace = clusterScoped.has(type.kind) ? null : asText(metadata.namespace) || options.defaultNamespace;
  const body: JsonObject = value;
  const reported = file.reported && (namespace === null || (file.namespaces?.includes(namespace) ?? true));
  const cluster = file.cluster === undefined ? {} : { cluster: file.cluster };
  const ref = readRef({ apiVersion: type.apiVersion, kind: type.kind, namespace, name });
  return [{ ref, place, body, reported, ...cluster }];
}

function where(position: FilePosition | null): string {
  return position ? `${position.file}:${position.line}` : 'somewhere';
}

function closedCoverage(broken: { readonly at: string } | undefined): CoverageEntry {
  const subject = { type: 'objects', kind: '*', namespace: '*' } as const;
  if (!broken) return { subject, state: 'listed', reason: 'the files given are the whole set (--closed)' };
  return { subject, state: 'partial', reason: `${broken.at} could not be read, so the set (--closed) has a hole` };
}

function brokenGap({ at, reason }: { readonly at: string; readonly reason: string }): Gap {
  return { missing: `the document at ${at}`, reason, remedy: 'mend it and run again; the other documents were read' };
}

function* reports(
  files: readonly ManifestFile[],
  read: readonly FileHarvest[],
  notes: readonly string[],
): Iterable<SourceReport> {
  const objects = read.reduce((sum, file) => sum + file.objects.length, 0);
  const others = read.flatMap((file) => file.others);
  const broken = read.flatMap((file) => file.broken);
  for (const [index, file] of files.entries()) {
    const { broken: faults, objects: found } = read[index] ?? { broken: [], objects: [] };
    const [first] = faults;
    if (!first || found.length > 0) continue;
    const detail = `nothing readable: ${first.at}: ${first.reason}`;
    yield { name: file.origin, state: 'failed', detail, cost: cost([file]), trouble: 'nothing-readable' };
  }
  const parts = [
    `${plural(objects, 'object')} in ${plural(files.length, 'file')}`,
    ...(others.length > 0
      ? [
          `${plural(others.length, 'document')} that ${others.length > 1 ? 'are' : 'is'} no Kubernetes object (${others[0]})`,
        ]
      : []),
    ...broken.map(({ at, reason }) => `${at}: ${reason}`),
    ...notes,
  ];
  const partly = broken.length > 0 ? ({ trouble: 'part-unreadable' } as const) : {};
  yield {
    name: 'manifests',
    state: broken.length > 0 ? 'partial' : 'ok',
    detail: parts.join('; '),
    cost: cost(files),
    ...partly,
  };
}

function cost(files: readonly ManifestFile[]): SourceReport['cost'] {
  return { calls: files.length, bytes: files.reduce((sum, { text }) => sum + text.length, 0) };
}
