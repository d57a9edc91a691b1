import { nearest } from '../lib/nearest.ts';
import type { Decision } from '../routing/match/decision.ts';
import { findHost } from '../routing/table/host-index.ts';
import type { RouteConfig, Table } from '../routing/table/table.ts';

/** What would have been a virtual host for a request that found none: for people; null: nothing near. */
export function nearHost(table: Table, { outcome, hops }: Decision, sent: string | null): string | null {
  const config = configOf(table, hops.at(-1)?.listener);
  const host = hops.length > 1 ? hops.at(-2)?.rewrite?.host : sent;
  if (outcome !== 'no-virtual-host' || !config || !host) return null;
  const bare = host.replace(/:\d+$/, '');
  const without = bare === host ? null : findHost(config.index, bare.toLowerCase());
  if (without) {
    return `the port is part of the host name here: "${bare}" alone is taken by virtual host ${without.name}`;
  }
  const domains = config.hosts.flatMap((one) => one.domains);
  const near = nearest(bare, domains);
  if (near !== null) return `the nearest domain is "${near}"`;
  const shown = domains.slice(0, 3).map((domain) => `"${domain}"`);
  return `the domains are ${shown.join(', ')}${domains.length > 3 ? ` and ${domains.length - 3} more` : ''}`;
}

function configOf(table: Table, name: string | undefined): RouteConfig | null {
  const listener = table.listeners.find((one) => one.name === name);
  for (const { manager } of listener?.chains ?? []) if (manager?.routes) return manager.routes;
  return listener?.defaultChain?.manager?.routes ?? null;
}
