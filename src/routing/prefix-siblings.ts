import type { Model } from '../model/model.ts';
import { entriesOf, type GatewayTable } from './gateway-tables.ts';
import { decide } from './match/decide.ts';
import type { RouteFact } from './route-facts.ts';
import { originsIn, pathTestOf, type RouteOrigin, serviceNamedBy } from './route-origin.ts';
import { madeBy, requestFor } from './sample.ts';
import type { Route } from './table/table.ts';

/** A request that a route takes because its prefix ends inside a segment, and the later route that is made for its path. */
export interface PrefixSibling extends RouteFact {
  readonly prefix: string;
  readonly path: string;
  readonly lost: RouteOrigin;
}

/** A prefix that may end inside a segment; null for others. */
export function prefixOf(route: Route): string | null {
  const test = pathTestOf(route);
  return test?.kind === 'prefix' && !test.value.endsWith('/') && test.value.length > 1 ? test.value : null;
}

/** Routes whose own requests an earlier route takes, because its prefix ends inside their first differing segment. */
export function* prefixSiblings(model: Model, table: GatewayTable): Iterable<PrefixSibling> {
  const entries = entriesOf(table.table);
  const cutting = entries.flatMap((entry) => prefixOf(entry.route) ?? []);
  if (cutting.length === 0) return;
  const byPlace = new Map(
    entries.map((entry) => [`${entry.route.place.document} ${entry.route.place.pointer}`, entry]),
  );
  const prefixes = new Set(cutting);
  const originOf = originsIn(model, table);
  const told = new Set<string>();
  for (const entry of entries) {
    const path = literalPath(entry.route);
    if (path === null || !insideSegment(path, prefixes)) continue;
    const request = requestFor(entry);
    const decision = request && decide(table.table, request);
    const at = decision?.hops[0]?.route;
    const taker = at ? byPlace.get(`${at.document} ${at.pointer}`) : undefined;
    const prefix = taker ? prefixOf(taker.route) : null;
    if (!taker || !decision || prefix === null || !path.startsWith(prefix) || path.charAt(prefix.length) === '/')
      continue;
    if (path === prefix || madeBy(decision, taker.route) !== true || sameTarget(taker.route, entry.route)) continue;
    const [by, lost] = [originOf(taker.route), originOf(entry.route)];
    const key = `${by.key} ${lost.key}`;
    if (told.has(key)) continue;
    told.add(key);
    yield { prefix, path, request, decision, entry: taker, origin: by, lost };
  }
}

function literalPath(route: Route): string | null {
  const test = pathTestOf(route);
  return test?.kind === 'prefix' || test?.kind === 'exact' || test?.kind === 'segments' ? test.value : null;
}

/** True where one of the prefixes ends inside a segment of the path. */
function insideSegment(path: string, prefixes: ReadonlySet<string>): boolean {
  for (let end = 2; end < path.length; end += 1) {
    if (path.charAt(end) !== '/' && prefixes.has(path.slice(0, end))) return true;
  }
  return false;
}

function sameTarget(one: Route, other: Route): boolean {
  const says = (route: Route): string =>
    `${serviceNamedBy(route)} ${route.action.type === 'forward' ? JSON.stringify(route.action.target) : route.action.type}`;
  return says(one) === says(other);
}
