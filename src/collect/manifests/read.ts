import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gap } from '../../snapshot/coverage.ts';
import type { Harvest, SourceReport } from '../../snapshot/snapshot.ts';
import { describeError } from '../describe-error.ts';
import { type ManifestFile, manifestHarvest } from './harvest.ts';

/** Which manifests to read. */
export interface ManifestRequest {
  /** Files, folders, `-` for stdin. */
  readonly paths: readonly string[];
  /** Folders below folders too. */
  readonly recursive: boolean;
  readonly base: readonly string[];
  readonly closed: boolean;
  readonly namespace: string | null;
  readonly keep: boolean;
  /** The number of the first document, after those of other sources. */
  readonly idFrom: number;
  /** ISO 8601: when they were read. */
  readonly now: string;
  readonly readStdin: () => Promise<string>;
}

type Read = { readonly file: ManifestFile } | { readonly trouble: string; readonly path: string };

const maxBytes = 256 * 1024 * 1024;
const names = /\.(ya?ml|json)$/i;

/** Reads manifests from files, folders (as kubectl does: *.yaml, *.yml, *.json, sorted by name) and stdin. */
export async function readManifests(request: ManifestRequest): Promise<Harvest> {
  const reads: Read[] = [];
  for (const [paths, reported] of [
    [request.base, false],
    [request.paths, true],
  ] as const) {
    for (const path of paths) {
      for (const read of await readPath(path, request)) {
        if ('trouble' in read) reads.push(read);
        else
          reads.push({ file: { ...read.file, reported, id: idOf(request.idFrom + reads.length, read.file.origin) } });
      }
    }
  }
  const files = reads.flatMap((read) => ('file' in read ? [read.file] : []));
  const defaultNamespace = request.namespace ?? 'default';
  const closed = request.closed && files.length === reads.length;
  const harvest = manifestHarvest(files, { defaultNamespace, closed, keep: request.keep });
  const failed = reads.flatMap((read) => ('trouble' in read ? [read] : []));
  return {
    ...harvest,
    gaps: [...failed.map(gapOf), ...harvest.gaps],
    sources: [...failed.map(reportOf), ...(files.length > 0 ? harvest.sources : [])],
  };
}

async function readPath(path: string, request: ManifestRequest): Promise<readonly Read[]> {
  try {
    if (path === '-') return [toFile('stdin', await request.readStdin(), request.now)];
    if (!(await stat(path)).isDirectory()) return [await readOne(path, request.now)];
    const entries = await readdir(path, { recursive: request.recursive, withFileTypes: true });
    const found = entries
      .filter((entry) => entry.isFile() && names.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    if (found.length === 0) return [{ path, trouble: 'the folder holds no *.yaml, *.yml or *.json file' }];
    const reads: Read[] = [];
    for (const name of found) reads.push(await readOne(name, request.now));
    return reads;
  } catch (error) {
    return [{ path, trouble: describeError(error) }];
  }
}

async function readOne(path: string, now: string): Promise<Read> {
  try {
    if ((await stat(path)).size > maxBytes) return { path, trouble: 'the file is larger than 256 MiB' };
    return toFile(path, await readFile(path, 'utf8'), now);
  } catch (error) {
    return { path, trouble: describeError(error) };
  }
}

/** Refuses at once what cannot hold a manifest, so that noise of any size costs nothing. */
function toFile(path: string, text: string, now: string): Read {
  if (text.includes('\0')) return { path, trouble: `${path}:1:1: it is not text (it holds zero bytes)` };
  if (/^\s*<(!doctype|html|\?xml)/i.test(text))
    return { path, trouble: `${path}:1:1: it is HTML or XML, not YAML or JSON` };
  if (text.trim() !== '' && !/\bkind\b/.test(text)) {
    return { path, trouble: `${path}:1:1: it holds no Kubernetes object (the word kind is nowhere in it)` };
  }
  return { file: { id: '', origin: path, text, reported: true, readAt: now } };
}

function idOf(index: number, origin: string): string {
  const name = origin.split(/[\\/]/).at(-1) ?? '';
  return `manifests/${index}-${name.replaceAll(/[^\w.-]/g, '_').slice(-80)}`;
}

function gapOf({ path, trouble }: { readonly path: string; readonly trouble: string }): Gap {
  return { missing: `the manifests of ${path}`, reason: trouble, remedy: 'check the path and the file' };
}

function reportOf({ path, trouble }: { readonly path: string; readonly trouble: string }): SourceReport {
  const detail = `nothing readable: ${trouble}`;
  return { name: path, state: 'failed', detail, cost: { calls: 1, bytes: 0 }, trouble: 'nothing-readable' };
}
