import { groupBy } from '../lib/memo.ts';
import type { Model } from '../model/model.ts';
import { classEvidence, countOf, impactOf, mostFirst, sinceOf, trafficOf } from '../model/traffic.ts';
import type { GatewayTable } from '../routing/gateway-tables.ts';
import { labelOfRoute } from '../routing/match/describe.ts';
import type { RouteFact } from '../routing/route-facts.ts';
import type { SeenClass } from '../snapshot/access-log/traffic-view.ts';
import { refKey } from '../snapshot/object.ts';
import type { FindingDraft } from './finding.ts';
import { aboutRoutes } from './route-facts.ts';

/** What the log of a gateway shows to come of something that is true of its routes. */
export interface LoggedFacts {
  readonly facts: readonly [RouteFact, ...RouteFact[]];
  readonly count: number;
  /** What most of the requests are. */
  readonly most: SeenClass;
  /** What a finding about it shares with others. */
  readonly about: Pick<FindingDraft, 'effect' | 'evidence' | 'affects' | 'witness' | 'impact' | 'since'>;
}

/**
 * Requests of clients that surely took one of these routes, and to which `hurts` applies; null: fewer than `least`, or no log of
 * the gateway was read. None like them was served: what is answered as its sender wishes hurts nobody.
 */
export function loggedFacts(
  model: Model,
  table: GatewayTable,
  facts: readonly RouteFact[],
  hurts: (one: SeenClass, fact: RouteFact) => boolean,
  least: number,
): LoggedFacts | null {
  const logs = trafficOf(model, table.gateway);
  if (logs.state === 'not-read') return null;
  const view = logs.value;
  const refused = view.classes.filter((one) => one.sender === null && one.served === 0 && one.routes.length === 1);
  const byRoute = groupBy(refused, ({ routes: [route] }) => (route?.ref ? refKey(route.ref) : route?.label));
  const groups = facts.flatMap((fact) => {
    const classes = keysOf(fact).flatMap((key) => (byRoute.get(key) ?? []).filter((one) => hurts(one, fact)));
    return classes.length > 0 ? [{ fact, classes }] : [];
  });
  const [hurt, ...others] = groups.map(({ fact }) => fact);
  const classes = mostFirst(groups.flatMap((group) => group.classes));
  const [most, ...rest] = classes;
  const count = countOf(classes);
  if (!hurt || !most || count < least) return null;
  const routes = aboutRoutes(model, table, [hurt, ...others]);
  const seen = rest.slice(0, 4).map((one) => classEvidence(view, one));
  return {
    facts: [hurt, ...others],
    count,
    most,
    about: {
      ...routes,
      effect: 'traffic',
      evidence: [classEvidence(view, most), ...seen, ...routes.evidence],
      impact: impactOf(view, count),
      ...sinceOf(view, classes),
    },
  };
}

/** How a class may name the route of a fact: by its object, or as one of which no object is known. */
function keysOf({ entry, origin: { written } }: RouteFact): readonly string[] {
  const label = labelOfRoute(entry.route);
  return written ? [refKey(written.object.ref), label] : [label];
}
