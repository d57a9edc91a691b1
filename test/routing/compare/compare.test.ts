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

describe('everything a client or upstream can see', () => {
  const limit = (tokens: number) => ({
    typed_per_filter_config: {
      limit: { '@type': 'x.LocalRateLimit', token_bucket: { max_tokens: tokens, fill_interval: '1s' } },
    },
  });
  const route = (more: JsonObject): JsonObject => ({ match: { prefix: '/' }, route: { cluster: 'a', ...more } });
  const manager = { http_filters: [{ name: 'limit', typed_config: { '@type': 'x.LocalRateLimit' } }] };
  const parts = (one: JsonObject, other: JsonObject, profile: 'all' | 'drift') =>
    compareTables(
      tableFor({ routes: [one], manager }),
      tableFor({ routes: [other], manager }),
      profile,
    ).differences.flatMap((difference) => difference.parts);

  test.each<readonly [string, JsonObject, JsonObject, readonly string[]]>([
    ['timeouts', route({ timeout: '5s' }), route({}), ['timeout']],
    ['retries', route({ retry_policy: { retry_on: '5xx' } }), route({}), ['retries']],
    ['headers', { ...route({}), request_headers_to_remove: ['x'] }, route({}), ['headers']],
    ['a limit of another size', { ...route({}), ...limit(1) }, { ...route({}), ...limit(2) }, ['filters']],
  ])('counts %s', (_, one, other, said) => {
    expect(parts(one, other, 'all')).toEqual(said);
    expect(parts(one, other, 'drift')).toEqual([]);
    expect(parts(one, one, 'all')).toEqual([]);
  });

  test('a listener that only one has is a difference', () => {
    const one = tableFor({ routes: [{ prefix: '/' }] });
    const { verdict, differences } = compareTables(one, { ...one, listeners: [] }, 'drift');
    expect(verdict).toBe('different');
    expect(differences.map(({ parts: named, other }) => [...named, other.outcome])).toEqual([
      ['listener', 'no-listener'],
    ]);
  });

  test('of tables that normalise otherwise it says about which requests nothing is claimed', () => {
    const [one, other] = [{}, { merge_slashes: true }].map((options) =>
      tableFor({ routes: [{ prefix: '/' }], manager: options }),
    );
    if (!one || !other) throw new Error('no table');
    const { verdict, limits } = compareTables(one, other, 'drift');
    expect([verdict, limits]).toEqual([
      'equal',
      ['paths and hosts that only one of the two connection managers changes'],
    ]);
  });
});
