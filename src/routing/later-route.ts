import { arrive } from './match/arrive.ts';
import { holds } from './match/clauses.ts';
import type { Decision } from './match/decision.ts';
import { chooseChains } from './match/filter-chain.ts';
import type { RoutingRequest } from './match/request.ts';
import type { Route, Table } from './table/table.ts';

/** Two routes of one virtual host that both take a request: the first does. */
export interface TakenEarlier {
  readonly taker: Route;
  /** The later one, whose path says more. */
  readonly later: Route;
}

/**
 * The later route of the same virtual host that would take a request as well, and whose path names more of it than that of the
 * route which does; null: there is none, or something of the request is unknown.
 */
export function laterRoute(table: Table, request: RoutingRequest, decision: Decision): TakenEarlier | null {
  const [hop] = decision.hops;
  const listener = table.listeners.find(({ name }) => name === hop?.listener);
  if (!listener || !hop?.route || decision.candidates.length > 0) return null;
  const [chain, ...others] = chooseChains(listener, request).chains;
  const manager = chain?.manager;
  const host = manager?.routes?.hosts.find(({ name }) => name === hop.virtualHost);
  if (!chain || others.length > 0 || !manager || !host || host.tree) return null;
  const facts = arrive(table, listener, manager, chain, request);
  if ('why' in facts) return null;
  const { index } = hop.route;
  const taker = host.routes.find((route) => route.index === index);
  if (!taker) return null;
  const named = pathLength(taker);
  const later = host.routes.find(
    (route) =>
      route.index > index &&
      pathLength(route) > named &&
      route.clauses.every((clause) => holds(clause, facts) === true),
  );
  return later ? { taker, later } : null;
}

/** How many characters of a path a route names; 0 where it names them by a pattern. */
function pathLength({ clauses }: Route): number {
  for (const clause of clauses) {
    if (clause.field === 'path' && 'value' in clause.test) return clause.test.value.length;
  }
  return 0;
}
