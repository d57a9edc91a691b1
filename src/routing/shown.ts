import { entriesOf, isInner } from './gateway-tables.ts';
import { decide } from './match/decide.ts';
import type { Decision } from './match/decision.ts';
import type { RoutingRequest } from './match/request.ts';
import { requestThrough } from './sample.ts';
import { requestOf } from './space/request-of.ts';
import type { Point } from './space/find.ts';
import type { HostPlace, HostSurvey } from './space/survey.ts';
import { findHost } from './table/host-index.ts';
import type { Table } from './table/table.ts';

/** A request that shows a fault, and what the table makes of it. */
export interface Shown {
  readonly request: RoutingRequest;
  readonly decision: Decision;
  /** The place in its virtual host of the route that takes it. */
  readonly taker: number;
}

/** Routes that lead to an inner virtual host are tried up to so many. */
const mostWays = 20;

/**
 * A point of an analysis as a request that clients can send, confirmed by the matcher: the route that takes it is one of
 * those expected. Throws where the two disagree: our own fault. Null where no request shows it: it hangs on what no request
 * tells, on unusual bytes, or nothing leads to it from outside.
 */
export function show(
  table: Table,
  survey: HostSurvey,
  point: Point,
  connect: boolean,
  expected: (at: number) => boolean,
): Shown | null {
  for (const [{ kind }, value] of point) {
    if (kind === 'flag' || kind === 'chance' || (value.kind === 'lines' && value.unusual)) return null;
  }
  const request = requestOf(survey.scene, survey.analysis.solver, point, connect);
  if (!request) return null;
  const decision = decide(table, request);
  const taker = takerIn(survey, decision);
  if (taker === null && isOpen(decision)) return null;
  if (taker === null || !expected(taker)) {
    throw new Error(`the analysis and the matcher disagree about ${request.authority}${request.target}`);
  }
  if (!isInner(survey.listener)) return { request, decision, taker };
  return fromOutside(table, survey, request, expected);
}

/** No route was reached, for reasons that an analysis of routes does not know. */
function isOpen({ outcome }: Decision): boolean {
  return outcome === 'undecided' || outcome === 'no-filter-chain' || outcome === 'rejected';
}

function takerIn({ host }: HostPlace, decision: Decision): number | null {
  for (const { hops } of [decision, ...decision.candidates]) {
    for (const { route } of hops) {
      const at = route
        ? host.routes.findIndex(({ place }) => place.pointer === route.pointer && place.document === route.document)
        : -1;
      if (at >= 0) return at;
    }
  }
  return null;
}

/** The request that a client sends so that the second pass sees this one. */
function fromOutside(
  table: Table,
  place: HostPlace,
  inner: RoutingRequest,
  expected: (at: number) => boolean,
): Shown | null {
  const config = place.chain.manager?.routes;
  let left = mostWays;
  for (const way of entriesOf(table)) {
    const { action } = way.route;
    if (action.type !== 'forward' || action.host.kind !== 'literal' || !config) continue;
    if (findHost(config.index, action.host.value.toLowerCase()) !== place.host) continue;
    left -= 1;
    if (left < 0) return null;
    const request = requestThrough(way, inner);
    if (!request) continue;
    const decision = decide(table, request);
    const taker = takerIn(place, decision);
    if (taker !== null && expected(taker)) return { request, decision, taker };
  }
  return null;
}
