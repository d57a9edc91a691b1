import { asBoolean, asList, asObject, asText, isObject, type JsonObject, pointer } from '../../lib/json.ts';
import { readAddress, readAddressText } from './address.ts';
import type { ClusterHosts, Host } from './view.ts';

/** Reads `/clusters?format=json`; null where it is not that page. `{}` is an Envoy without clusters. */
export function readClusters(page: JsonObject, document: string): readonly ClusterHosts[] | null {
  if (!Array.isArray(page.cluster_statuses)) return Object.keys(page).length === 0 ? [] : null;
  const clusters: ClusterHosts[] = [];
  for (const [index, value] of asList(page.cluster_statuses).entries()) {
    const status = asObject(value);
    const cluster = asText(status.name);
    if (cluster === undefined) continue;
    const at = `/cluster_statuses/${index}`;
    const hosts: Host[] = [];
    for (const [position, item] of asList(status.host_statuses).entries()) {
      const host = asObject(item);
      const address = readAddress(host.address);
      if (!address) continue;
      hosts.push({
        place: { document, pointer: `${at}/host_statuses/${position}` },
        address,
        hostname: asText(host.hostname) ?? '',
        failures: failuresOf(host.health_status),
      });
    }
    clusters.push({ place: { document, pointer: at }, cluster, hosts });
  }
  return clusters;
}

const noFailures: readonly string[] = Object.freeze([]);

/** The failures in an `envoy.admin.v3.HostHealthStatus`: its true flags, and what EDS says where that is not good. */
function failuresOf(value: unknown): readonly string[] {
  if (!isObject(value)) return noFailures;
  const failures: string[] = [];
  for (const [name, flag] of Object.entries(value)) {
    if (asBoolean(flag) === true) failures.push(name);
    const ofEds = name === 'eds_health_status' ? edsFailures.get(asText(flag) ?? '') : undefined;
    if (ofEds) failures.push(ofEds);
  }
  return failures.length === 0 ? noFailures : failures;
}

const edsFailures: ReadonlyMap<string, string> = new Map([
  ['UNHEALTHY', 'failed_eds_health'],
  ['TIMEOUT', 'failed_eds_health'],
  ['DRAINING', 'eds_status_draining'],
  ['DEGRADED', 'degraded_eds_health'],
]);

/** Flags of the text page whose names in the JSON page differ (`HostUtility::healthFlagsToString`). */
const jsonNames: ReadonlyMap<string, string> = new Map([
  ['failed_active_hc', 'failed_active_health_check'],
  ['degraded_active_hc', 'failed_active_degraded_check'],
]);

/**
 * Reads the text of `/clusters`: `cluster::address::statistic::value` a line; null where it is not that page.
 * Pointers are into `{everything before the value: value}`.
 */
export function readClustersText(text: string, document: string): readonly ClusterHosts[] | null {
  const clusters = new Map<string, { at: string; hosts: Map<string, Host> }>();
  let lines = 0;
  let strange = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    lines += 1;
    if (!line.includes('::')) strange += 1;
    readLine(line, document, clusters);
  }
  if (lines > 0 && (clusters.size === 0 || strange * 2 > lines)) return null;
  return [...clusters].map(([cluster, { at, hosts }]) => ({
    place: { document, pointer: pointer(at) },
    cluster,
    hosts: [...hosts.values()],
  }));
}

const clusterMark = '::default_priority::max_connections::';
const flagsMark = '::health_flags::';
const hostnameMark = '::hostname::';

function readLine(
  line: string,
  document: string,
  clusters: Map<string, { at: string; hosts: Map<string, Host> }>,
): void {
  const clusterEnd = line.indexOf(clusterMark);
  if (clusterEnd > 0) {
    const name = line.slice(0, clusterEnd);
    if (!clusters.has(name))
      clusters.set(name, { at: line.slice(0, clusterEnd + clusterMark.length - 2), hosts: new Map() });
    return;
  }
  const mark = line.includes(flagsMark) ? flagsMark : line.includes(hostnameMark) ? hostnameMark : null;
  if (mark === null) return;
  const end = line.lastIndexOf(mark);
  const owner = line.slice(0, end);
  // An IPv6 address holds `::` itself, but stands in brackets.
  const start = owner.endsWith(']') || /\]:\d+$/.test(owner) ? owner.lastIndexOf('::[') : owner.lastIndexOf('::');
  const address = start > 0 ? readAddressText(owner.slice(start + 2)) : null;
  if (!address) return;
  const at = `${owner}${mark.slice(0, -2)}`;
  const name = owner.slice(0, start);
  const cluster = clusters.get(name) ?? { at, hosts: new Map<string, Host>() };
  clusters.set(name, cluster);
  const known = cluster.hosts.get(owner) ?? {
    place: { document, pointer: pointer(at) },
    address,
    hostname: '',
    failures: noFailures,
  };
  const value = line.slice(end + mark.length).trim();
  cluster.hosts.set(
    owner,
    mark === hostnameMark
      ? { ...known, hostname: value }
      : { ...known, place: { document, pointer: pointer(at) }, failures: failuresOfText(value) },
  );
}

function failuresOfText(flags: string): readonly string[] {
  if (flags === 'healthy' || flags === '') return noFailures;
  return flags
    .split('/')
    .filter((flag) => flag !== '')
    .map((flag) => jsonNames.get(flag) ?? flag);
}
