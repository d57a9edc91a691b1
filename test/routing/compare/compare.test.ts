import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { compareTables } from '../../../src/routing/compare/compare.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import type { Decision } from '../../../src/routing/match/decision.ts';
import { type Random, randomFrom } from '../../lab/routing/random.ts';
import { tableFor } from '../../support/routing.ts';
import { everyRequest, randomMatch } from '../../support/small-world.ts';

/** What a client and an upstream can tell apart. */
function seen({ outcome, status, location, clusters, hops }: Decision): string {
  const sum = clusters.reduce((total, { weight }) => total + weight, 0);
  const shares = new Map<string, number>();
  for (const { name, weight } of clusters) shares.set(name, (shares.get(name) ?? 0) + weight / sum);
  return JSON.stringify([outcome, status, location, [...shares].sort(), hops.at(-1)?.rewrite]);
}

const actions: readonly JsonObject[] = [
  { route: { cluster: 'a' } },
  { route: { cluster: 'a' } },
  { route: { cluster: 'b' } },
  { route: { cluster: 'a', prefix_rewrite: '/' } },
  { route: { cluster: 'a', host_rewrite_literal: 'c.test' } },
  { direct_response: { status: 204 } },
  { redirect: { path_redirect: '/b' } },
  { redirect: { prefix_rewrite: '/b' } },
  {
    route: {
      weighted_clusters: {
        clusters: [
          { name: 'a', weight: 1 },
          { name: 'b', weight: 3 },
        ],
      },
    },
  },
];

function randomRoutes(random: Random): JsonObject[] {
  return Array.from({ length: 2 + random.below(6) }, () => ({ match: randomMatch(random), ...random.pick(actions) }));
}

/** The same table said otherwise, or one with a small change. */
const changes: Readonly<Record<string, (routes: readonly JsonObject[], random: Random) => readonly JsonObject[]>> = {
  nothing: (routes) => routes,
  'a route again behind': (routes, random) => [...routes, random.pick(routes)],
  'two routes swapped': (routes, random) => {
    const at = random.below(routes.length - 1);
    return routes.map((route, index) => routes[index === at ? at + 1 : index === at + 1 ? at : index] ?? route);
  },
  'a route split by a header': (routes, random) => {
    const at = random.below(routes.length);
    return routes.flatMap((route, index) =>
      index === at ? [withHeader(route, true), withHeader(route, false)] : [route],
    );
  },
  'a route left out': (routes, random) => routes.filter((_, index) => index !== random.below(routes.length)),
  'another action': (routes, random) => {
    const at = random.below(routes.length);
    return routes.map((route, index) => (index === at ? { match: route.match, ...random.pick(actions) } : route));
  },
  'a route more': (routes, random) => [{ match: randomMatch(random), ...random.pick(actions) }, ...routes],
};

function withHeader(route: JsonObject, present_match: boolean): JsonObject {
  const match = route.match as JsonObject;
  return { ...route, match: { ...match, headers: [...(match.headers as JsonObject[]), { name: 'z', present_match }] } };
}

describe.each(Object.entries(changes))('%s', (name, change) => {
  test.each(['1.36.2', '1.40.0'])('agrees with brute force on %s', (version) => {
    const random = randomFrom(name.length * 7 + version.length);
    const verdicts = { equal: 0, different: 0, undecided: 0 };
    for (let round = 0; round < 12; round += 1) {
      const routes = randomRoutes(random);
      const manager = random.pick([{}, { normalize_path: true, merge_slashes: true }]);
      const one = tableFor({ routes, manager, version });
      const other = tableFor({ routes: change(routes, random), manager, version });
      const comparison = compareTables(one, other, 'drift');
      verdicts[comparison.verdict] += 1;
      const told = JSON.stringify({ routes, manager, comparison });
      const differing = everyRequest().find(
        (request, at) => at % 4 === round % 4 && seen(decide(one, request)) !== seen(decide(other, request)),
      );
      if (differing) expect(comparison.verdict, `${told} ${JSON.stringify(differing)}`).not.toBe('equal');
      for (const { request, one: first, other: second } of comparison.differences) {
        expect(seen(decide(one, request))).toBe(seen(first));
        expect(seen(decide(other, request))).toBe(seen(second));
        expect(seen(first), `${told} ${JSON.stringify(request)}`).not.toBe(seen(second));
      }
      for (const { why } of comparison.undecided) expect(why, told).toMatch(/unusual bytes/);
    }
    const same = ['nothing', 'a route again behind', 'a route split by a header'].includes(name);
    if (same) expect(verdicts).toEqual({ equal: 12, different: 0, undecided: 0 });
    else expect(verdicts.different).toBeGreaterThan(1);
  });
});
