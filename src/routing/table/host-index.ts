import type { HostIndex, VirtualHost } from './table.ts';

/** Indexes virtual hosts by their domains; domains are case-insensitive, and the first of two equal ones wins. */
export function indexHosts(hosts: readonly VirtualHost[]): HostIndex {
  const exact = new Map<string, VirtualHost>();
  const suffixes = new Map<string, VirtualHost>();
  const prefixes = new Map<string, VirtualHost>();
  let any: VirtualHost | null = null;
  for (const host of hosts) {
    for (const written of host.domains) {
      const domain = written.toLowerCase();
      if (domain === '*') any ??= host;
      else if (domain.startsWith('*')) setOnce(suffixes, domain.slice(1), host);
      else if (domain.endsWith('*')) setOnce(prefixes, domain.slice(0, -1), host);
      else setOnce(exact, domain, host);
    }
  }
  return { exact, suffixes: longestFirst(suffixes), prefixes: longestFirst(prefixes), any };
}

/** The virtual host of a host name in lower case, after the connection manager's options; null: none. */
export function findHost(index: HostIndex, host: string): VirtualHost | null {
  if (index.exact.size === 0 && index.suffixes.length === 0 && index.prefixes.length === 0) return index.any;
  if (host === '') return null;
  const exact = index.exact.get(host);
  if (exact) return exact;
  for (const [suffix, found] of index.suffixes) if (host.length > suffix.length && host.endsWith(suffix)) return found;
  for (const [prefix, found] of index.prefixes)
    if (host.length > prefix.length && host.startsWith(prefix)) return found;
  return index.any;
}

function setOnce(map: Map<string, VirtualHost>, key: string, host: VirtualHost): void {
  if (!map.has(key)) map.set(key, host);
}

function longestFirst(map: ReadonlyMap<string, VirtualHost>): HostIndex['suffixes'] {
  return [...map].sort(([one], [other]) => other.length - one.length);
}
