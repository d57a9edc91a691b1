import { asList, asObject, asText, type JsonObject } from '../lib/json.ts';

/** Whether two routes take the same requests and hand them to the same service. */
export function sameRoute(one: JsonObject, other: JsonObject): boolean {
  return sayingOf(one) === sayingOf(other);
}

function sayingOf(route: JsonObject): string {
  const { host_rewrite_literal: host, prefix_rewrite: prefix } = asObject(route.route);
  return JSON.stringify([sorted(route.match), host ?? null, prefix ?? null]);
}

/** Members in one order, whoever wrote them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, held]) => [key, sorted(held)]),
  );
}

/**
 * Puts a route into a list where another list of the same routes has it: before the next one that both know, else
 * behind the last one before it that both know, else at the end.
 */
export function insertRoute(
  present: readonly JsonObject[],
  route: JsonObject,
  wanted: readonly JsonObject[],
  at: number,
): readonly JsonObject[] {
  const position = (other: JsonObject): number => present.findIndex((one) => sameRoute(one, other));
  for (const next of wanted.slice(at + 1)) {
    const found = position(next);
    if (found >= 0) return [...present.slice(0, found), route, ...present.slice(found)];
  }
  for (const before of wanted.slice(0, at).reverse()) {
    const found = position(before);
    if (found >= 0) return [...present.slice(0, found + 1), route, ...present.slice(found + 1)];
  }
  return [...present, route];
}

/** The clusters that routes send to, by name. */
export function clustersOf(routes: readonly JsonObject[]): readonly string[] {
  return routes.flatMap((route) => {
    const action = asObject(route.route);
    const weighted = asList(asObject(action.weighted_clusters).clusters);
    return [asText(action.cluster), ...weighted.map((one) => asText(asObject(one).name))].filter(
      (name) => name !== undefined,
    );
  });
}
