import type { Model } from '../model/model.ts';
import { type Entry, entriesOf, type GatewayTable } from './gateway-tables.ts';
import { decide } from './match/decide.ts';
import type { Decision } from './match/decision.ts';
import type { RoutingRequest } from './match/request.ts';
import { originsIn, type RouteOrigin } from './route-origin.ts';

/** Something that is true of a route, shown by a request that the matcher decided. */
export interface RouteFact {
  readonly entry: Entry;
  readonly origin: RouteOrigin;
  readonly request: RoutingRequest;
  readonly decision: Decision;
}

/** The facts of one kind about a gateway's routes. */
export interface RouteFacts {
  readonly facts: readonly RouteFact[];
  /** How many: `7 routes`, `at least 500 routes`. */
  readonly count: string;
}

/** Facts that are true of nearly every route need not be shown on thousands. */
const enough = 500;

/**
 * Gathers a kind of fact over the routes by which requests enter a gateway, one for each object (or, where none is known,
 * each path and service). `ask` makes the request for a route it may be true of; `shows` says whether the decision shows it.
 */
export function routeFacts(
  model: Model,
  table: GatewayTable,
  ask: (entry: Entry, origin: RouteOrigin) => RoutingRequest | null,
  shows: (decision: Decision, entry: Entry, request: RoutingRequest) => boolean,
): RouteFacts {
  const originOf = originsIn(model, table);
  const facts = new Map<string, RouteFact>();
  for (const entry of entriesOf(table.table)) {
    if (facts.size >= enough) break;
    const origin = originOf(entry.route);
    const request = facts.has(origin.key) ? null : ask(entry, origin);
    if (!request) continue;
    const decision = decide(table.table, request);
    if (shows(decision, entry, request)) facts.set(origin.key, { entry, origin, request, decision });
  }
  const { size } = facts;
  const count = `${size >= enough ? 'at least ' : ''}${size} ${size === 1 ? 'route' : 'routes'}`;
  return { facts: [...facts.values()], count };
}
