import { asObject, asText, pointer } from '../../lib/json.ts';
import { type At, addressOf, inside, itemsOf, placeOf, textOf } from './fields.ts';
import { addressFromText } from './small-pages.ts';
import type { ClusterHosts, Host } from './view.ts';

/** Reads `/clusters?format=json`; null where the page is another. */
export function readClusters(document: string, page: unknown): readonly ClusterHosts[] | null {
  const root: At = { document, pointer: '', value: asObject(page) };
  if (root.value.cluster_statuses === undefined && Object.keys(root.value).length > 0) return null;
  return itemsOf(root, 'cluster_statuses').map((at) => ({
    place: placeOf(at),
    cluster: textOf(at, 'name'),
    hosts: itemsOf(at, 'host_statuses').map(readHost),
  }));
}

function readHost(at: At): Host {
  const health = inside(at, 'health_status');
  const failures = Object.entries(health.value).flatMap(([name, value]) => (value === true ? [name] : []));
  const eds = asText(health.value.eds_health_status);
  return {
    place: placeOf(at),
    address: addressOf(at.value.address) ?? { host: '', port: 0 },
    hostname: textOf(at, 'hostname'),
    failures: eds !== undefined && eds !== 'HEALTHY' && eds !== 'UNKNOWN' ? [...failures, `eds_${eds}`] : failures,
  };
}

/** Reads the text form of `/clusters`: `name::address::stat::value`, settings of the cluster among them. */
export function readClustersText(document: string, text: string): readonly ClusterHosts[] | null {
  const clusters = new Map<string, Map<string, Host>>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [name, subject, stat, ...rest] = line.split('::');
    if (name === undefined || subject === undefined) return null;
    const hosts = clusters.get(name) ?? new Map<string, Host>();
    clusters.set(name, hosts);
    if (stat === undefined || !/:\d+$|^\//.test(subject)) continue;
    const known = hosts.get(subject);
    const value = rest.join('::');
    hosts.set(subject, {
      place: { document, pointer: pointer(`${name}::${subject}::health_flags`) },
      address: known?.address ?? addressFromText(subject),
      hostname: stat === 'hostname' ? value : (known?.hostname ?? ''),
      failures: stat === 'health_flags' ? flagsOf(value) : (known?.failures ?? []),
    });
  }
  return [...clusters].map(([cluster, hosts]) => ({
    place: { document, pointer: '' },
    cluster,
    hosts: [...hosts.values()],
  }));
}

function flagsOf(value: string): readonly string[] {
  return value === 'healthy' ? [] : value.split('/').filter((flag) => flag !== '');
}
