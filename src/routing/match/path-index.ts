import { groupBy, memoize } from '../../lib/memo.ts';
import type { Route } from '../table/table.ts';

/** The routes of a virtual host that may take a path, in Envoy's order; the others' path clauses surely refuse it. */
export type PathIndex = (path: string) => Iterable<Route>;

/** Below this many routes asking each is as quick. */
const fewest = 4;

/** Indexes routes by what their paths must begin with; letter case is folded, so that no route is missed. */
export const indexRoutes = memoize((routes: readonly Route[]): PathIndex => {
  if (routes.length < fewest) return () => routes;
  const byBeginning = groupBy(routes.keys(), (at) => beginningOf(routes[at]));
  const lengths = [...new Set([...byBeginning.keys()].map(({ length }) => length))].sort((one, other) => one - other);
  return (path) => {
    const folded = path.toLowerCase();
    const found: number[] = [];
    for (const length of lengths) {
      if (length > folded.length) break;
      for (const at of byBeginning.get(folded.slice(0, length)) ?? []) found.push(at);
    }
    found.sort((one, other) => one - other);
    return pick(routes, found);
  };
});

function* pick(routes: readonly Route[], places: readonly number[]): Generator<Route> {
  for (const at of places) {
    const route = routes[at];
    if (route) yield route;
  }
}

/** What every path that a route takes begins with, in lower case; empty where that is not plain to see. */
function beginningOf(route: Route | undefined): string {
  for (const clause of route?.clauses ?? []) {
    if (clause.field !== 'path' || clause.test.kind === 'connect') continue;
    const { test } = clause;
    if (test.kind === 'regex') return literalBeginning(test.regex.source).toLowerCase();
    if (test.kind !== 'template') return test.value.toLowerCase();
  }
  return '';
}

/** The characters a pattern surely begins with: up to its first operator, and without the one a quantifier follows. */
export function literalBeginning(pattern: string): string {
  // An alternative may begin otherwise; a group may hold flags.
  if (pattern.includes('|')) return '';
  const [literal = ''] = /^[\w/~-]*/.exec(pattern) ?? [];
  return /[*?{+]/.test(pattern.charAt(literal.length)) ? literal.slice(0, -1) : literal;
}
