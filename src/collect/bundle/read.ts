import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { asObject } from '../../lib/json.ts';
import { groupBy } from '../../lib/memo.ts';
import { type CloudWatchView, readCloudWatchView } from '../../snapshot/cloudwatch.ts';
import { makeDocument } from '../../snapshot/document.ts';
import { assembleEnvoy } from '../../snapshot/envoy/assemble.ts';
import { enterAdmin } from '../../snapshot/envoy/redact-admin.ts';
import { emptyHarvest, type Harvest } from '../../snapshot/snapshot.ts';
import { describeError } from '../describe-error.ts';
import { manifestHarvest } from '../manifests/harvest.ts';
import { unpack } from './container.ts';
import { type BundledDocument, type BundleManifest, manifestName, readBundleManifest } from './format.ts';

/** How to read a bundle. */
export interface BundleOptions {
  readonly keep: boolean;
  /** The configuration of a rescue copy stays whole; else it is redacted as it enters the snapshot. */
  readonly whole?: boolean;
  /** Put before the ids of its documents, where several bundles are read together. */
  readonly prefix: string;
}

type Files = ReadonlyMap<string, string>;

/** No bundle of ours comes near: refused before it is read. */
const maxFile = 2 ** 30;

/** Reads a bundle, packed or as an unpacked folder, by the same parsers as the live sources. A bad one is refused in one line. */
export async function readBundle(path: string, options: BundleOptions): Promise<Harvest> {
  const files = await readFiles(path);
  if (typeof files === 'string') return refused(path, files);
  const manifest = openManifest(files);
  if (typeof manifest === 'string') return refused(path, manifest);
  const fault = checkDocuments(files, manifest);
  if (fault !== null) return refused(path, fault);
  return restore(path, files, manifest, options);
}

async function readFiles(path: string): Promise<Files | string> {
  try {
    const info = await stat(path);
    if (info.isDirectory()) return await readFolder(path);
    if (info.size > maxFile) return 'it is larger than 1 GiB';
    return await unpack(await readFile(path));
  } catch (error) {
    return describeError(error);
  }
}

async function readFolder(path: string): Promise<Files> {
  const files = new Map<string, string>();
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(relative(path, file).split(sep).join('/'), await readFile(file, 'utf8'));
  }
  return files;
}

function openManifest(files: Files): BundleManifest | string {
  const text = files.get(manifestName);
  if (text === undefined) return `it is no bundle of meshdoctor: it holds no ${manifestName}`;
  try {
    return readBundleManifest(JSON.parse(text));
  } catch {
    return `its ${manifestName} is damaged`;
  }
}

function checkDocuments(files: Files, { documents }: BundleManifest): string | null {
  for (const { id, sha256 } of documents) {
    const text = files.get(id);
    if (text === undefined) return `it lacks its file ${id}`;
    if (createHash('sha256').update(text).digest('hex') !== sha256)
      return `its file ${id} was changed after it was written`;
  }
  return null;
}

function restore(path: string, files: Files, manifest: BundleManifest, options: BundleOptions): Harvest {
  const { keep, prefix } = options;
  const pages = manifest.documents
    .filter(({ envoy }) => envoy !== null)
    .map((of) => {
      const text = entering(of.kind, files.get(of.id) ?? '', manifest, options);
      return { document: makeDocument({ ...of, id: prefix + of.id, envoy: prefix + of.envoy }, text, keep), text };
    });
  const envoys = manifest.envoys.map(({ key, label, pod, unread }) => {
    const mine = pages.filter(({ document }) => document.envoy === prefix + key);
    const of = { key: prefix + key, label, ...(pod ? { pod } : {}) };
    return assembleEnvoy({ ...of, pages: mine, unread, keepBodies: options.whole ?? false });
  });
  const aws = manifest.documents.find(({ kind }) => kind === 'cloudwatch');
  const sets = [...groupBy(manifest.manifests, ({ defaultNamespace }) => defaultNamespace)];
  const objects = sets.map(([defaultNamespace, set]) => {
    const texts = set.map(({ document, defaultNamespace: _, ...how }) => {
      const { origin = document, readAt = '' } = manifest.documents.find(({ id }) => id === document) ?? {};
      return { id: prefix + document, origin, text: files.get(document) ?? '', readAt, ...how };
    });
    return manifestHarvest(texts, { defaultNamespace, closed: false, keep });
  });
  // Kept whatever else is dropped: a log is read line by line, and not before it is asked for.
  const logs = manifest.documents
    .filter(({ kind }) => kind === 'access_log')
    .map((of) => makeDocument({ ...of, id: prefix + of.id }, files.get(of.id) ?? '', true));
  return {
    documents: [
      ...objects.flatMap(({ documents }) => documents),
      ...pages.map(({ document }) => document),
      ...logs,
      ...(aws ? [makeDocument({ ...aws, id: prefix + aws.id }, files.get(aws.id) ?? '', keep)] : []),
    ],
    ...(aws ? { cloudWatch: cloudWatchOf(files.get(aws.id) ?? '', prefix + aws.id) } : {}),
    objects: objects.flatMap((harvest) => harvest.objects),
    envoys: envoys.map(({ view }) => view),
    coverage: manifest.coverage.map((entry) =>
      entry.subject.type === 'envoy'
        ? { ...entry, subject: { ...entry.subject, envoy: prefix + entry.subject.envoy } }
        : entry,
    ),
    gaps: manifest.gaps,
    sources: [
      {
        name: path,
        state: 'ok',
        detail: `a bundle of ${manifest.holds}`,
        cost: { calls: 1, bytes: sizeOf(files) },
        carrier: true,
      },
      ...manifest.sources,
    ],
    redactions: manifest.redactions,
    manifests: objects.flatMap(({ manifests }) => manifests ?? []),
    takenAt: manifest.takenAt,
    ...(manifest.cluster === undefined ? {} : { cluster: manifest.cluster }),
    position: (place) => objects.map((harvest) => harvest.position?.(place) ?? null).find((at) => at !== null) ?? null,
  };
}

function cloudWatchOf(text: string, document: string): CloudWatchView {
  try {
    return readCloudWatchView(asObject(JSON.parse(text)), document);
  } catch {
    return readCloudWatchView({}, document);
  }
}

/** A rescue copy keeps its configuration whole; whoever reads it for anything else gets it redacted. */
function entering(
  kind: BundledDocument['kind'],
  text: string,
  { configuration }: BundleManifest,
  { whole = false }: BundleOptions,
): string {
  return configuration === 'whole' ? enterAdmin(text, kind, whole).text : text;
}

function sizeOf(files: Files): number {
  let size = 0;
  for (const text of files.values()) size += text.length;
  return size;
}

function refused(path: string, reason: string): Harvest {
  const detail = `nothing readable: ${reason}`;
  return {
    ...emptyHarvest,
    gaps: [{ missing: `the bundle ${path}`, reason, remedy: 'collect it again' }],
    sources: [{ name: path, state: 'failed', detail, cost: { calls: 1, bytes: 0 }, trouble: 'nothing-readable' }],
  };
}
