import type { CoverageEntry, Gap, Seen } from '../coverage.ts';
import { type ConfigSection, fieldsOfSection } from './config-fields.ts';
import { type Page, type Readings, readPages } from './readings.ts';
import type { EnvoySection } from './section.ts';
import { missingSection, neverRead } from './section-gaps.ts';
import { orderReads } from './stats-reads.ts';
import type { EnvoyView, PodName, StatsReads } from './view.ts';

/** What an Envoy said, page by page, and what could not be read of it. */
export interface EnvoyPages {
  /** The folder of its documents: `envoy/0`. */
  readonly key: string;
  /** What people call it. */
  readonly label: string;
  readonly pod?: PodName;
  /**
   * Which admin page a document holds is told by its `kind`; which part of `/config_dump` it is by the `?resource=` and `?mask=`
   * of its `origin`, where that has them, else by the `@type` of what it holds; which reading of `/stats` by its `readAt`.
   */
  readonly pages: readonly Page[];
  /** Sections that were asked for and not, or not surely, read. */
  readonly unread: readonly { readonly section: EnvoySection; readonly gap: Gap }[];
  /** Keep the configuration as Envoy prints it, for `rescue`. */
  readonly keepBodies?: boolean;
  /** What of routes is equal is kept once: for views that stay. Where one is read once it costs more than it saves. */
  readonly share?: boolean;
}

/** The view of an Envoy, with what of it was seen. */
export interface EnvoyAssembly {
  readonly view: EnvoyView;
  readonly coverage: readonly CoverageEntry[];
  readonly gaps: readonly Gap[];
}

/**
 * Makes the view of one Envoy from the pages of its admin endpoint. A section is `listed` only where all of it was read;
 * a page that is not what its kind says leaves its sections unread, with the reason.
 */
export function assembleEnvoy({
  key,
  label,
  pod,
  pages,
  unread,
  keepBodies = false,
  share = false,
}: EnvoyPages): EnvoyAssembly {
  const found = readPages(pages, { keepBodies, share });
  const told = new Map(unread.map(({ section, gap }) => [section, gap]));
  const coverage: CoverageEntry[] = [];
  const gaps: Gap[] = [];
  const see = <T>(section: EnvoySection, value: T | null, incomplete: Gap | null = null): Seen<T> => {
    const gap = told.get(section) ?? faultOf(found, section, label) ?? incomplete;
    const seen = seenAs(value, gap ?? (value === null ? neverRead(section, label) : null));
    const reason = seen.state === 'listed' ? readFrom(found.origins.get(section)) : seen.gap.reason;
    coverage.push({ subject: { type: 'envoy', envoy: key, section }, state: seen.state, reason });
    if (seen.state !== 'listed') gaps.push(seen.gap);
    return seen;
  };
  const seeConfig = <T>(section: ConfigSection, value: T | null): Seen<T> => {
    const touched = fieldsOfSection[section].some((field) => found.config.touched.has(field));
    return see(section, touched ? value : null, incompleteConfig(found, section, touched, label));
  };
  // The order of these members is the order of the coverage table.
  const view: EnvoyView = {
    key,
    label,
    ...(pod ? { pod } : {}),
    serverInfo: see('server_info', found.serverInfo),
    ready: see('ready', found.ready),
    listeners: see('listeners', found.listeners),
    bootstrap: seeConfig('bootstrap', found.config.bootstrap),
    listenerConfig: seeConfig('listener_config', found.config.listeners),
    routes: seeConfig('routes', found.config.routes),
    clusterConfig: seeConfig('cluster_config', found.config.clusters),
    endpoints: seeConfig('endpoints', found.config.endpoints),
    secrets: seeConfig('secrets', found.config.secrets),
    hosts: see('hosts', found.hosts),
    stats: see<StatsReads>('stats', orderReads(found.stats)),
    certs: see('certs', found.certs),
    runtime: see('runtime', found.runtime),
    ...(found.config.bodies ? { bodies: found.config.bodies } : {}),
  };
  return { view, coverage, gaps };
}

function seenAs<T>(value: T | null, gap: Gap | null): Seen<T> {
  if (value !== null) return gap ? { state: 'partial', value, gap } : { state: 'listed', value };
  return { state: 'not-read', gap: gap ?? { missing: '', reason: '', remedy: null } };
}

function faultOf(found: Readings, section: EnvoySection, label: string): Gap | null {
  const fault = found.faults.get(section);
  return fault ? { missing: missingSection(section, label), ...fault } : null;
}

/** Why a section of the config dump is not whole; null where it is, or where nothing of a config dump was read. */
function incompleteConfig(found: Readings, section: ConfigSection, touched: boolean, label: string): Gap | null {
  const missing = missingSection(section, label);
  if (!touched) {
    if (!found.config.complete) return null;
    if (section === 'endpoints') {
      const remedy = 'save /config_dump?include_eds';
      return { missing, reason: 'the config dump was saved without include_eds', remedy };
    }
    return { missing, reason: 'the config dump does not hold it', remedy: 'save /config_dump?include_eds whole' };
  }
  const lacking = fieldsOfSection[section].filter((field) => !found.config.whole.has(field));
  if (lacking.length === 0) return null;
  return {
    missing,
    reason: `${lacking.join(' and ')} of the config dump ${lacking.length === 1 ? 'was' : 'were'} not read whole`,
    remedy: 'save /config_dump?include_eds whole',
  };
}

function readFrom(origins: readonly string[] | undefined): string {
  if (!origins) return 'read';
  const distinct = [...new Set(origins)];
  const more = distinct.length > 3 ? ` and ${distinct.length - 3} more` : '';
  return `read from ${distinct.slice(0, 3).join(', ')}${more}`;
}
