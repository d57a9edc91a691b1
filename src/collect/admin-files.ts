import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { asNumber, asObject, asText } from '../lib/json.ts';
import { type DocumentKind, makeDocument } from '../snapshot/document.ts';
import { assembleEnvoy } from '../snapshot/envoy/assemble.ts';
import { enterAdmin } from '../snapshot/envoy/redact-admin.ts';
import { addRedactions, type Redactions } from '../snapshot/redact.ts';
import type { Harvest, SourceReport } from '../snapshot/snapshot.ts';
import { describeError } from './describe-error.ts';
import type { SavedAdminFiles } from './request.ts';

/** Which saved pages to read. */
export interface AdminFilesRequest extends SavedAdminFiles {
  /** The number of the first Envoy's folder. */
  readonly keyFrom: number;
  readonly keep: boolean;
  /** The configuration stays as it stands. */
  readonly whole?: boolean;
  /** ISO 8601: when they were read; the last reading of counters counts as of then. */
  readonly now: string;
}

interface SavedPage {
  readonly kind: DocumentKind;
  readonly path: string;
  readonly text: string;
  readonly redactions: Redactions;
}

const kinds: readonly (readonly [keyof SavedAdminFiles, DocumentKind])[] = [
  ['serverInfo', 'server_info'],
  ['listeners', 'listeners'],
  ['configDump', 'config_dump'],
  ['clusters', 'clusters'],
  ['stats', 'stats'],
  ['certs', 'certs'],
  ['runtime', 'runtime'],
];

const maxBytes = 500 * 1024 * 1024;

/**
 * Reads what admin endpoints once said, gzipped or not; synchronously, in the engine's worker, which spares a copy of each page. With one config dump all files are of one Envoy, and several stats
 * are its readings in the order given; with several config dumps the files belong together by their order.
 */
export function readAdminFiles(request: AdminFilesRequest): Harvest {
  const pages: SavedPage[] = [];
  const failed: SourceReport[] = [];
  for (const [field, kind] of kinds) {
    for (const path of request[field]) {
      const page = readPage(path, kind, request.whole ?? false);
      if (typeof page !== 'string') pages.push(page);
      else
        failed.push({
          name: path,
          state: 'failed',
          detail: page,
          cost: { calls: 1, bytes: 0 },
          trouble: 'nothing-readable',
        });
    }
  }
  const envoys = splitByEnvoy(pages).map((mine, index) => assemble(mine, `envoy/${request.keyFrom + index}`, request));
  return {
    documents: envoys.flatMap(({ documents }) => documents),
    objects: [],
    envoys: envoys.map(({ view }) => view),
    coverage: envoys.flatMap(({ coverage }) => coverage),
    gaps: [
      ...failed.map(({ name, detail }) => ({
        missing: `the page in ${name}`,
        reason: detail,
        remedy: 'save it again',
      })),
      ...envoys.flatMap(({ gaps }) => gaps),
    ],
    sources: [...failed, ...envoys.flatMap(({ sources }) => sources)],
    redactions: pages.reduce<Redactions>((sum, page) => addRedactions(sum, page.redactions), {}),
  };
}

function readPage(path: string, kind: DocumentKind, whole: boolean): SavedPage | string {
  try {
    if (statSync(path).size > maxBytes) return 'the file is larger than 500 MiB';
    const raw = isZipped(path) ? unzip(readFileSync(path)) : readFileSync(path, 'utf8');
    if (raw.includes('\0')) return `nothing readable: ${path}:1:1: it is not text (it holds zero bytes)`;
    const { text, redactions } = enterAdmin(raw.replace(/^\uFEFF/, ''), kind, whole);
    return { kind, path, text, redactions };
  } catch (error) {
    return `nothing readable: ${describeError(error)}`;
  }
}

function isZipped(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(2);
    readSync(file, head, 0, 2, 0);
    return head[0] === 0x1f && head[1] === 0x8b;
  } finally {
    closeSync(file);
  }
}

function unzip(bytes: Buffer): string {
  return gunzipSync(bytes, { maxOutputLength: maxBytes }).toString('utf8');
}

function splitByEnvoy(pages: readonly SavedPage[]): readonly (readonly SavedPage[])[] {
  const dumps = pages.filter(({ kind }) => kind === 'config_dump').length;
  if (dumps <= 1) return pages.length > 0 ? [pages] : [];
  const groups: SavedPage[][] = Array.from({ length: dumps }, () => []);
  for (const [, kind] of kinds) {
    const mine = pages.filter((page) => page.kind === kind);
    const each = Math.max(1, Math.floor(mine.length / dumps));
    for (const [index, page] of mine.entries()) groups[Math.min(dumps - 1, Math.floor(index / each))]?.push(page);
  }
  return groups;
}

function assemble(saved: readonly SavedPage[], key: string, request: AdminFilesRequest) {
  const label = saved.find(({ kind }) => kind === 'config_dump')?.path ?? saved[0]?.path ?? key;
  const times = readTimes(
    saved.filter(({ kind }) => kind === 'stats'),
    request.now,
  );
  const seen = new Map<DocumentKind, number>();
  const pages = saved.map(({ kind, path, text }) => {
    const number = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, number);
    const readAt = kind === 'stats' ? (times[number - 1] ?? request.now) : request.now;
    const id = `${key}/${kind}${number > 1 ? `-${number}` : ''}.json`;
    return { document: makeDocument({ id, kind, origin: path, readAt, envoy: key }, text, request.keep), text };
  });
  const { view, coverage, gaps } = assembleEnvoy({
    key,
    label,
    pages,
    unread: [],
    keepBodies: request.whole ?? false,
  });
  const faulty = pages.flatMap(({ document }): SourceReport[] => {
    const gap = gaps.find(({ reason }) => reason.startsWith(`${document.origin} `));
    const cost = { calls: 1, bytes: document.size };
    const detail = `nothing readable: ${gap?.reason}`;
    return gap ? [{ name: document.origin, state: 'failed', detail, cost, trouble: 'nothing-readable' }] : [];
  });
  const good = pages.filter(({ document }) => !faulty.some(({ name }) => name === document.origin));
  const bytes = good.reduce((sum, { document }) => sum + document.size, 0);
  const cost = { calls: good.length, bytes };
  const whole: SourceReport = { name: label, state: 'ok', detail: `${good.length} saved pages of an Envoy`, cost };
  const sources = good.length > 0 ? [whole, ...faulty] : faulty;
  return { view, coverage, gaps, sources, documents: pages.map(({ document }) => document) };
}

/**
 * When each saved reading of the stats was taken. Files do not say, and their times on disk say nothing; but `server.uptime`
 * does: an earlier reading lies as far before the last as its uptime is smaller. Where it does not tell, all are of one
 * instant, and no rate is made of them.
 */
function readTimes(stats: readonly SavedPage[], now: string): readonly string[] {
  const uptimes = stats.map(({ text }) => uptimeOf(text));
  const last = uptimes.at(-1) ?? null;
  return uptimes.map((uptime, index) => {
    if (index === uptimes.length - 1 || uptime === null || last === null) return now;
    const apart = uptime < last ? last - uptime : uptimes.length - index;
    return new Date(Date.parse(now) - apart * 1000).toISOString();
  });
}

function uptimeOf(text: string): number | null {
  const line = /^server\.uptime: (\d+)$/m.exec(text);
  if (line) return Number(line[1]);
  const member = /\{[^{}]*"server\.uptime"[^{}]*\}/.exec(text.slice(0, 200_000_000));
  if (!member) return null;
  try {
    const stat = asObject(JSON.parse(member[0]));
    return asText(stat.name) === 'server.uptime' ? (asNumber(stat.value) ?? null) : null;
  } catch {
    return null;
  }
}
