import { differences } from '../routing/compare-decisions.ts';
import { decide } from '../routing/match/decide.ts';
import type { Decision } from '../routing/match/decision.ts';
import type { RoutingRequest } from '../routing/match/request.ts';
import type { Step } from '../routing/match/steps.ts';
import { routeKey } from '../routing/translate/translation.ts';
import { refText } from '../snapshot/object.ts';
import { connectionOf } from './arriving.ts';
import type { Desired, RunningTable } from './deciders.ts';
import type { Way } from './way.ts';

/** What one table does with a request that came this way. */
export function decideBy(
  { table, envoys }: Pick<RunningTable, 'table' | 'envoys'>,
  routing: RoutingRequest,
  way: Way,
  trace: ((step: Step) => void) | null,
): Decision {
  const closed = connectionOf(table, routing, way, trace);
  if (closed) return closed;
  const decision = decide(table, routing, trace);
  if (decision.outcome === 'no-listener' && table.listeners.length === 0 && envoys.length > 0) {
    const why = 'the Envoy holds no listener: it refuses every connection (it lost, or never got, its configuration)';
    return { ...decision, why };
  }
  return decision;
}

/** What the objects ask for. */
export function decideDesired(desired: Desired, routing: RoutingRequest, way: Way): Decision {
  return orUndefined(decideBy({ table: desired.table, envoys: [] }, routing, way, null), desired, routing, way);
}

/** What the objects leave open is not decided: an unread VirtualService, or routes whose order App Mesh does not define. */
export function orUndefined(decision: Decision, desired: Desired, routing: RoutingRequest, way: Way): Decision {
  const { origins, undefinedOrder } = desired.translation;
  const sure = unlessUnread(decision, desired);
  const open = ({ hops, candidates }: Decision): boolean =>
    hops.some(({ route }) => route && undefinedOrder.has(routeKey(route))) || candidates.some(open);
  if (undefinedOrder.size === 0 || !open(decision)) return sure;
  const turned = desired.reversed();
  const other = unlessUnread(decideBy({ table: turned.table, envoys: [] }, routing, way, null), turned);
  if (differences(sure, other).length === 0) return sure;
  const names = [[decision, origins] as const, [other, turned.translation.origins] as const].flatMap(
    ([{ hops }, from]) => hops.flatMap(({ route }) => (route ? refTextOf(from.get(route)) : [])),
  );
  const why = `App Mesh does not define the order of ${[...new Set(names)].join(', ')} (equal priority, and neither prefix is the longer)`;
  return {
    ...sure,
    outcome: 'undecided',
    cluster: null,
    clusters: [],
    location: null,
    status: null,
    responseFlag: null,
    candidates: [sure, other],
    why,
  };
}

function refTextOf(origin: { readonly ref: Parameters<typeof refText>[0] } | null): readonly string[] {
  return origin ? [refText(origin.ref)] : [];
}

/** A request for a VirtualService that was not among the files ends where they end: not decided, rather than 404. */
function unlessUnread(decision: Decision, { translation }: Desired): Decision {
  const host = decision.hops.at(-2)?.rewrite?.host;
  if (decision.outcome !== 'no-virtual-host' || host === undefined || !translation.unknownServices.includes(host))
    return decision;
  const why = `VirtualService ${host}, or what answers for it, was not among what was read`;
  return { ...decision, outcome: 'undecided', status: null, responseFlag: null, why };
}
