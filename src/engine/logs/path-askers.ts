import { routesOf } from '../../routing/origins.ts';
import { type ClusterInput, isLoopback } from '../../routing/table/input.ts';
import type { Route, Table } from '../../routing/table/table.ts';

/** Something else than comparing the path decides: a tree of matchers, a regex that rewrites, a header of that name. */
export function asksOtherwise(table: Table): boolean {
  for (const { host, route } of routesOf(table)) {
    const { action, clauses } = route;
    if (host.matcher || clauses.some((clause) => clause.field === 'header' && clause.name === ':path')) return true;
    if (action.type !== 'forward') continue;
    if (['regex', 'template'].includes(action.path.kind) || action.host.kind === 'path-regex') return true;
    const named = action.target.kind === 'cluster' || action.target.kind === 'weighted';
    if (!named && loopPorts(table).size > 0) return true;
  }
  return hasMatcher(table);
}

/** True where a tree of matchers decides in a virtual host, which holds no routes of its own then. */
export function hasMatcher({ listeners }: Table): boolean {
  const chains = listeners.flatMap((one) => (one.defaultChain ? [...one.chains, one.defaultChain] : one.chains));
  return chains.some(({ manager }) => manager?.routes?.hosts.some(({ matcher }) => matcher));
}

/** The ports on which the gateway takes requests from itself. */
function loopPorts({ clusters, listeners }: Table): ReadonlySet<number> {
  const own = new Set(listeners.map(({ port }) => port));
  return new Set(
    [...(clusters?.values() ?? [])].flatMap((cluster) => portOf(cluster) ?? []).filter((port) => own.has(port)),
  );
}

function portOf({ targets: [target, ...others] }: ClusterInput): number | null {
  return target && others.length === 0 && isLoopback(target.host) ? target.port : null;
}

/** The gateway takes requests of this route from itself again. */
export function loops({ action }: Route, table: Table): boolean {
  if (action.type !== 'forward') return false;
  const { target } = action;
  const names =
    target.kind === 'cluster'
      ? [target.name]
      : target.kind === 'weighted'
        ? target.clusters.map(({ name }) => name)
        : [];
  const ports = table.listeners.map(({ port }) => port);
  return names.some((name) => {
    const cluster = table.clusters?.get(name);
    const port = cluster ? portOf(cluster) : null;
    return port !== null && ports.includes(port);
  });
}

/** A request that the gateway took from itself is handed to it again. */
export function comesBackTwice(table: Table): boolean {
  const ports = loopPorts(table);
  if (ports.size === 0) return false;
  return [...routesOf(table)].some(({ listener, route }) => ports.has(listener.port) && loops(route, table));
}
