import { groupBy } from '../lib/memo.ts';
import type { SeenClass, TrafficView } from '../snapshot/access-log/traffic-view.ts';
import type { ObjectRef } from '../snapshot/object.ts';
import { countOf, mostFirst } from './traffic.ts';

/** Below these a few requests are noise: people mistype, and links grow old. */
const leastOfServed = 20;
const leastOfNew = 50;
const leastShare = 0.01;

/** Requests that no route of a gateway took, as its log tells. */
export interface RequestsWithoutRoute {
  /** Those that matter by their number, by a key of their kind (hop and beginning of the path); the most first in each. */
  readonly kinds: ReadonlyMap<string, readonly SeenClass[]>;
  /** All others but health checks, the most first; empty where they are fewer than 20. */
  readonly quiet: readonly SeenClass[];
}

/**
 * Sorts the requests that no route took. A kind matters with 20 requests where some like them were served in the same time,
 * else with 50 that are 1 % of their virtual host; those of scanners never do.
 */
export function requestsWithoutRoute(view: TrafficView): RequestsWithoutRoute {
  const classes = view.classes.filter((one) => isWithoutRoute(one) && !one.contradiction);
  const clients = classes.filter(({ sender, path }) => sender === null && path !== '(other)');
  const groups = groupBy(clients, (one) => `${one.hop} ${beginningOf(one.path)}`);
  const loud = [...groups].filter(([, group]) => isLoud(view, group));
  const quiet = mostFirst(
    classes.filter((one) => one.sender !== 'health-check' && !loud.some(([, group]) => group.includes(one))),
  );
  return {
    kinds: new Map(loud.map(([key, group]) => [key, mostFirst(group)])),
    quiet: countOf(quiet) < leastOfServed ? [] : quiet,
  };
}

function isWithoutRoute({ flag }: SeenClass): boolean {
  return flag.split(',').includes('NR');
}

/** The object that requests without route concern, where one is known: it asks for them, or its VirtualService has no route. */
export function objectWithoutRoute(one: SeenClass): ObjectRef | null {
  if (!isWithoutRoute(one)) return null;
  const { askedBy, hop, routes } = one;
  return hop === 'inner' && routes.length === 1 ? (routes[0]?.ref ?? null) : askedBy;
}

function isLoud(view: TrafficView, group: readonly SeenClass[]): boolean {
  const count = countOf(group);
  if (group.some(({ served }) => served > 0)) return count >= leastOfServed;
  const host = group[0]?.virtualHost ?? null;
  const all = countOf(view.classes.filter(({ virtualHost }) => host === null || virtualHost === host));
  return count >= leastOfNew && count / Math.max(1, all) >= leastShare;
}

/** `/cart/*` of `/cart/:id/items`. */
export function beginningOf(path: string): string {
  const [, first = ''] = path.split('/');
  return path === `/${first}` ? path : `/${first}/*`;
}
