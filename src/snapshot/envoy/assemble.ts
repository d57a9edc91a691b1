import type { CoverageEntry, Gap, Seen } from '../coverage.ts';
import type { Document } from '../document.ts';
import { readClusters, readClustersText } from './clusters-page.ts';
import { type ConfigDump, readConfigDump } from './config-dump.ts';
import { parseJson, recognise } from './recognise.ts';
import { type EnvoySection, envoySections } from './section.ts';
import { readCerts, readListeners, readListenersText, readReady, readRuntime, readServerInfo } from './small-pages.ts';
import { readStats, readStatsText } from './stats-page.ts';
import type { EnvoyView, StatsRead } from './view.ts';

/** One admin page of an Envoy: its document, and the redacted text. */
export interface EnvoyPage {
  readonly document: Document;
  readonly text: string;
}

/** A section that could not be read (`partial` absent) or only in part. */
export interface Unread {
  readonly section: EnvoySection;
  readonly gap: Gap;
  readonly partial?: true;
}

/** What is known of one Envoy, to be made into its view. */
export interface EnvoyInput {
  readonly key: string;
  readonly label: string;
  readonly pages: readonly EnvoyPage[];
  readonly unread: readonly Unread[];
}

/** A view of one Envoy, with what it covers and what it lacks. */
export interface AssembledEnvoy {
  readonly view: EnvoyView;
  readonly coverage: readonly CoverageEntry[];
  readonly gaps: readonly Gap[];
}

/** The part of the config dump a document holds, from its id `…/config_dump-<resource>.json`; null for a whole dump. */
export function resourceOf(document: Pick<Document, 'id'>): string | null {
  return /\/config_dump-([a-z_]+)\.json$/.exec(document.id)?.[1] ?? null;
}

type Found = Map<EnvoySection, unknown>;

/** Makes the view of one Envoy from its pages, parsing one at a time. A page that is not what it should be is a gap. */
export function assembleEnvoy({ key, label, pages, unread }: EnvoyInput): AssembledEnvoy {
  const found: Found = new Map();
  const troubles = new Map<EnvoySection, Gap>();
  const reads: StatsRead[] = [];
  for (const page of pages) {
    const trouble = readPage(page, found, reads);
    if (trouble === null) continue;
    const gap = {
      missing: `${page.document.kind} of ${label}`,
      reason: `${page.document.origin}: ${trouble}`,
      remedy: 'save the page again',
    };
    for (const section of sectionsOfKind[page.document.kind] ?? []) troubles.set(section, gap);
  }
  if (reads.length > 0)
    found.set(
      'stats',
      reads.sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0)),
    );
  for (const { section, gap } of unread) troubles.set(section, gap);
  const partial = new Set(unread.flatMap((item) => (item.partial ? [item.section] : [])));
  const saved = pages.some(({ document }) => document.kind === 'config_dump' && resourceOf(document) === null);
  const seen = <T>(section: EnvoySection): Seen<T> => {
    const gap = troubles.get(section);
    const value = found.get(section) as T | undefined;
    if (value === undefined) return { state: 'not-read', gap: gap ?? absentGap(section, label, saved) };
    return gap && partial.has(section) ? { state: 'partial', value, gap } : { state: 'listed', value };
  };
  const view: EnvoyView = {
    key,
    label,
    serverInfo: seen('server_info'),
    ready: seen('ready'),
    listeners: seen('listeners'),
    bootstrap: seen('bootstrap'),
    listenerConfig: seen('listener_config'),
    routes: seen('routes'),
    clusterConfig: seen('cluster_config'),
    endpoints: seen('endpoints'),
    secrets: seen('secrets'),
    hosts: seen('hosts'),
    stats: seen('stats'),
    certs: seen('certs'),
    runtime: seen('runtime'),
  };
  const coverage = envoySections.map((section): CoverageEntry => {
    const state = seen(section);
    const reason = state.state === 'listed' ? `read from ${label}` : state.gap.reason;
    return { subject: { type: 'envoy', envoy: key, section }, state: state.state, reason };
  });
  return { view, coverage, gaps: [...new Set(troubles.values())] };
}

const sectionsOfKind: Readonly<Record<string, readonly EnvoySection[]>> = {
  server_info: ['server_info'],
  ready: ['ready'],
  listeners: ['listeners'],
  config_dump: ['bootstrap', 'listener_config', 'routes', 'cluster_config', 'endpoints', 'secrets'],
  clusters: ['hosts'],
  stats: ['stats'],
  certs: ['certs'],
  runtime: ['runtime'],
};

/** Reads one page into what was found; a line that says what is wrong with it, or null. */
function readPage({ document, text }: EnvoyPage, found: Found, reads: StatsRead[]): string | null {
  const { id, kind } = document;
  if (kind === 'ready') return keep(found, 'ready', readReady(id, text)) ? null : recognise(text, null);
  const isText = !/^\s*[{[]/.test(text);
  if (isText && text.trim() !== '') {
    if (kind === 'listeners' && keep(found, 'listeners', readListenersText(id, text))) return null;
    if (kind === 'clusters' && keep(found, 'hosts', readClustersText(id, text))) return null;
    if (kind === 'stats' && addRead(reads, document, readStatsText(text))) return null;
    return recognise(text, null);
  }
  if (kind === 'listeners' && text === '') return keep(found, 'listeners', []) ? null : '';
  const parsed = parseJson(text);
  if (!parsed.ok) return text.trim() === '' ? 'it is empty' : parsed.reason;
  const page = parsed.value;
  const known =
    (kind === 'server_info' && keep(found, 'server_info', readServerInfo(id, page))) ||
    (kind === 'listeners' && keep(found, 'listeners', readListeners(id, page))) ||
    (kind === 'clusters' && keep(found, 'hosts', readClusters(id, page))) ||
    (kind === 'certs' && keep(found, 'certs', readCerts(id, page))) ||
    (kind === 'runtime' && keep(found, 'runtime', readRuntime(id, page))) ||
    (kind === 'stats' && addRead(reads, document, readStats(page))) ||
    (kind === 'config_dump' && addDump(found, readConfigDump(id, page, resourceOf(document))));
  return known ? null : recognise(text, page);
}

function keep(found: Found, section: EnvoySection, value: unknown): boolean {
  if (value === null) return false;
  found.set(section, value);
  return true;
}

function addRead(reads: StatsRead[], { id, readAt }: Document, values: StatsRead['values'] | null): boolean {
  if (values) reads.push({ document: id, at: readAt, values });
  return values !== null;
}

function addDump(found: Found, dump: ConfigDump): boolean {
  for (const section of dump.sections) {
    if (section === 'bootstrap') keep(found, section, dump.bootstrap);
    else found.set(section, [...((found.get(section) as readonly unknown[]) ?? []), ...listOf(dump, section)]);
  }
  return dump.sections.size > 0;
}

function listOf(dump: ConfigDump, section: EnvoySection): readonly unknown[] {
  if (section === 'listener_config') {
    return dump.listeners;
  }
  if (section === 'routes') return dump.routes;
  if (section === 'cluster_config') return dump.clusters;
  return section === 'endpoints' ? dump.endpoints : dump.secrets;
}

function absentGap(section: EnvoySection, label: string, saved: boolean): Gap {
  const missing = `${section} of ${label}`;
  if (section === 'endpoints' && saved) {
    return { missing, reason: 'the dump was saved without ?include_eds', remedy: 'save /config_dump?include_eds' };
  }
  return { missing, reason: 'this page was not given', remedy: 'give it too, or read the Envoy itself with --admin' };
}
