import { groupBy, memoize } from '../lib/memo.ts';
import { describeClause } from './match/describe.ts';
import type { OriginOf } from './origins.ts';
import type { Cube } from './space/cube.ts';
import { contains } from './space/find.ts';
import type { HostPlace } from './space/survey.ts';
import type { Analysis } from './space/reach.ts';
import { OutOfBudget } from './space/word.ts';
import type { Route, VirtualHost } from './table/table.ts';
import type { Origin } from './translate/translation.ts';

/** The routes that one object makes in a virtual host; a route of which no object is known stands for itself. */
export interface RouteUnit {
  /** The same for the same object, wherever its routes stand. */
  readonly key: string;
  readonly origin: Origin | null;
  readonly place: HostPlace;
  readonly routes: readonly Route[];
}

/** The routes of a virtual host by their objects, in order of their first routes. */
export function unitsOf(place: HostPlace, originOf: OriginOf): readonly RouteUnit[] {
  const seen = new Map<string, number>();
  const groups = groupBy(place.host.routes, (route) => {
    const origin = originOf(route.place);
    if (origin) return `${origin.document} ${origin.pointer}`;
    const saying = `${place.host.name} ${matchText(route)}`;
    const count = (seen.get(saying) ?? 0) + 1;
    seen.set(saying, count);
    return count === 1 ? saying : `${saying} (${count})`;
  });
  return [...groups].map(([key, routes]) => ({
    key,
    origin: originOf(routes[0]?.place ?? place.host.place),
    place,
    routes,
  }));
}

/** What a route asks for, as people say it. */
export function matchText({ clauses }: Route): string {
  return clauses.map(describeClause).join(' and ') || 'every request';
}

/** Where each route of a virtual host stands. */
export const positionsIn = memoize(
  ({ routes }: VirtualHost): ReadonlyMap<Route, number> => new Map(routes.map((route, at) => [route, at])),
);

/** Whether each route of one unit asks only for what some route of another asks for too: in all fields, or of the path alone. */
export function isWithin(
  { cubes, solver }: Analysis,
  inner: RouteUnit,
  outer: RouteUnit,
  of: 'all' | 'path' = 'all',
): boolean {
  const cubesOf = ({ routes, place }: RouteUnit): readonly Cube[] =>
    routes.flatMap((route) => {
      const cube = cubes[positionsIn(place.host).get(route) ?? -1];
      if (!cube || of === 'all') return cube ?? [];
      return { ...cube, conditions: cube.conditions.filter(({ field }) => field.key === 'path') };
    });
  const outers = cubesOf(outer);
  try {
    return cubesOf(inner).every((cube) => outers.some((one) => contains(solver, one, cube)));
  } catch (error) {
    if (error instanceof OutOfBudget) return false;
    throw error;
  }
}
