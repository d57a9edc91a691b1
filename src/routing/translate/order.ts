import { groupBy } from '../../lib/memo.ts';

/**
 * What App Mesh orders a route by, among the routes of its virtual host: `priority` (0 first; 1000 where none is
 * written), then the longer matched prefix (user guide, gateway-routes). An exact path or a regex has no prefix to
 * measure. Nothing else is documented: not names, nor headers, methods or hosts.
 */
export interface RouteOrder {
  readonly priority: number;
  /** Null where the path is exact or a regex. */
  readonly prefixLength: number | null;
}

/**
 * True when App Mesh surely tries `one` before `other`. A partial order: where it is false both ways (equal priority,
 * and equal prefixes or a path that is no prefix), which of the two is tried first is undefined.
 */
export function surelyBefore(one: RouteOrder, other: RouteOrder): boolean {
  if (one.priority !== other.priority) return one.priority < other.priority;
  if (one.prefixLength === null || other.prefixLength === null) return false;
  return one.prefixLength > other.prefixLength;
}

interface Ordered {
  /** The doubled prefix of one object, `/x/` and `/x`, keeps its order. */
  readonly origin: { readonly order: RouteOrder; readonly document: string; readonly pointer: string };
}

/** Which of the two extremes stands where the order is undefined: as written with exact paths first, or the other way round. */
export type Extreme = 'usual' | 'reversed';

/** Puts routes in an order that App Mesh may give them. */
export function orderRoutes<T extends Ordered>(routes: readonly T[], extreme: Extreme): readonly T[] {
  const way = extreme === 'usual' ? 1 : -1;
  const length = ({ origin }: T): number => origin.order.prefixLength ?? way * Number.POSITIVE_INFINITY;
  return routes
    .map((route, at) => ({ route, at }))
    .sort(
      (one, other) =>
        one.route.origin.order.priority - other.route.origin.order.priority ||
        compare(length(other.route), length(one.route)) ||
        way * (one.at - other.at),
    )
    .map(({ route }) => route);
}

function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** The routes for which some other object's route of the same virtual host stands in no defined order. */
export function withoutOrder<T extends Ordered>(routes: readonly T[]): readonly T[] {
  return [...groupBy(routes, ({ origin }) => origin.order.priority).values()].flatMap((group) => {
    const byLength = groupBy(group, ({ origin }) => origin.order.prefixLength);
    const free = byLength.get(null) ?? [];
    const unordered = new Set<number | null>();
    for (const [length, peers] of byLength) {
      if (ofSeveral(length === null ? group : [...peers, ...free])) unordered.add(length);
    }
    return group.filter(({ origin }) => unordered.has(origin.order.prefixLength));
  });
}

/** True where routes come from more than one object. */
function ofSeveral(routes: readonly Ordered[]): boolean {
  const [first] = routes;
  return routes.some(
    ({ origin }) => origin.document !== first?.origin.document || origin.pointer !== first.origin.pointer,
  );
}
