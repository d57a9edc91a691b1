import type { Gap } from '../coverage.ts';
import type { Document, DocumentKind } from '../document.ts';
import { readCerts } from './certs.ts';
import { readClusters, readClustersText } from './clusters.ts';
import {
  addConfigDump,
  addNotFound,
  type ConfigKept,
  type ConfigReading,
  emptyConfigReading,
  finishConfig,
} from './config-dump.ts';
import { type ConfigAsked, configFields, fieldsOfSection, readConfigAsked } from './config-fields.ts';
import { readListeners, readListenersText } from './listeners.ts';
import { type PageRead, type PageReaders, readPage } from './page.ts';
import { readReady } from './ready.ts';
import { readRuntime } from './runtime.ts';
import { type EnvoySection, envoySections } from './section.ts';
import { readServerInfo } from './server-info.ts';
import { readStats, readStatsText } from './stats.ts';
import type { BoundListener, Certificate, ClusterHosts, Ready, Runtime, ServerInfo, StatsRead } from './view.ts';

/** A document and its text, which the document itself may have dropped. */
export interface Page {
  readonly document: Document;
  readonly text: string;
}

/** Why a page brought nothing, and what to do. */
export type Fault = Pick<Gap, 'reason' | 'remedy'>;

/** What the pages of one Envoy brought. */
export interface Readings {
  serverInfo: ServerInfo | null;
  ready: Ready | null;
  listeners: readonly BoundListener[] | null;
  readonly config: ConfigReading;
  hosts: readonly ClusterHosts[] | null;
  readonly stats: StatsRead[];
  certs: readonly Certificate[] | null;
  runtime: Runtime | null;
  /** The first fault of each section. */
  readonly faults: Map<EnvoySection, Fault>;
  /** Where each section was read from. */
  readonly origins: Map<EnvoySection, string[]>;
}

/** Reads the pages one after another, so that only one of them is parsed at a time. Of two equal pages the later one holds. */
export function readPages(pages: readonly Page[], kept: ConfigKept): Readings {
  const to: Readings = {
    serverInfo: null,
    ready: null,
    listeners: null,
    config: emptyConfigReading(kept),
    hosts: null,
    stats: [],
    certs: null,
    runtime: null,
    faults: new Map(),
    origins: new Map(),
  };
  for (const page of pages) addPage(to, page);
  finishConfig(to.config);
  return to;
}

function addPage(to: Readings, page: Page): void {
  const { id, kind, origin } = page.document;
  switch (kind) {
    case 'server_info':
      to.serverInfo = take(to, page, '/server_info', { json: (of) => readServerInfo(of, id) }) ?? to.serverInfo;
      return;
    case 'ready':
      to.ready = take(to, page, '/ready', { text: (of) => readReady(of, id) }) ?? to.ready;
      return;
    case 'listeners':
      to.listeners =
        take(to, page, '/listeners', {
          json: (of) => readListeners(of, id),
          text: (of) => readListenersText(of, id),
        }) ?? to.listeners;
      return;
    case 'config_dump':
      addConfig(to, page, readConfigAsked(origin));
      return;
    case 'clusters':
      to.hosts =
        take(to, page, '/clusters', {
          json: (of) => readClusters(of, id),
          text: (of) => readClustersText(of, id),
        }) ?? to.hosts;
      return;
    case 'stats': {
      const values = take(to, page, '/stats', {
        json: (of) => readStats(of, id),
        text: (of) => readStatsText(of, id),
      });
      if (values) to.stats.push({ document: id, at: page.document.readAt, values });
      return;
    }
    case 'certs':
      to.certs = take(to, page, '/certs', { json: (of) => readCerts(of, id) }) ?? to.certs;
      return;
    case 'runtime':
      to.runtime = take(to, page, '/runtime', { json: (of) => readRuntime(of, id) }) ?? to.runtime;
      return;
    case 'manifest':
    case 'coverage':
      return;
  }
}

function addConfig(to: Readings, page: Page, asked: ConfigAsked): void {
  const { id } = page.document;
  const sections = sectionsAsked(asked);
  if (asked.resource !== null && asked.mask !== null) {
    const fault = 'was read with a mask, which leaves things out';
    blame(to, sections, page, { fault, remedy: 'read it without mask' });
    return;
  }
  const json = (of: Parameters<typeof addConfigDump>[1]) => (addConfigDump(to.config, of, id, asked) ? true : null);
  const text = (of: string) => (addNotFound(to.config, of, asked) ? true : null);
  settle(to, sections, page, readPage(page.text, { path: '/config_dump', json, text }));
}

/** The sections a page of `/config_dump` is asked for. */
function sectionsAsked({ resource, mask }: ConfigAsked): readonly EnvoySection[] {
  const fields = configFields.filter((field) => (resource ? field === resource : !mask || mask.has(field)));
  return envoySections.filter(
    (section) => section in fieldsOfSection && fieldsOfConfig(section).some((field) => fields.includes(field)),
  );
}

function fieldsOfConfig(section: EnvoySection): readonly (typeof configFields)[number][] {
  for (const [name, fields] of Object.entries(fieldsOfSection)) if (name === section) return fields;
  return [];
}

const sectionOfKind: Readonly<Partial<Record<DocumentKind, EnvoySection>>> = {
  server_info: 'server_info',
  ready: 'ready',
  listeners: 'listeners',
  clusters: 'hosts',
  stats: 'stats',
  certs: 'certs',
  runtime: 'runtime',
};

function take<T>(to: Readings, page: Page, path: string, readers: Omit<PageReaders<T>, 'path'>): T | null {
  const section = sectionOfKind[page.document.kind];
  return settle(to, section ? [section] : [], page, readPage(page.text, { path, ...readers }));
}

/** Notes for these sections where they were read from, or why they were not; gives the value. */
function settle<T>(to: Readings, sections: readonly EnvoySection[], page: Page, read: PageRead<T>): T | null {
  if (read.state === 'unreadable') {
    blame(to, sections, page, read);
    return null;
  }
  for (const section of sections) {
    const origins = to.origins.get(section) ?? [];
    to.origins.set(section, [...origins, page.document.origin]);
  }
  return read.value;
}

function blame(
  to: Readings,
  sections: readonly EnvoySection[],
  page: Page,
  { fault, remedy }: { readonly fault: string; readonly remedy: string },
): void {
  for (const section of sections) {
    if (!to.faults.has(section)) to.faults.set(section, { reason: `${page.document.origin} ${fault}`, remedy });
  }
}
