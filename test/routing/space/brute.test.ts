import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/lib/json.ts';
import { decide } from '../../../src/routing/match/decide.ts';
import type { Decision } from '../../../src/routing/match/decision.ts';
import type { RoutingRequest } from '../../../src/routing/match/request.ts';
import { analyse } from '../../../src/routing/space/reach.ts';
import { cubeOf } from '../../../src/routing/space/cube.ts';
import { requestOf } from '../../../src/routing/space/request-of.ts';
import { sceneOf } from '../../../src/routing/space/scene.ts';
import { randomFrom } from '../../lab/routing/random.ts';
import { requestFor, tableFor } from '../../support/routing.ts';

/**
 * All answers about all requests against brute force: tables over an alphabet of four, and every request up to five characters.
 * A route called dead must be reached by none of them; a route called alive must be reached by its witness.
 */
describe.each([
  ['1.36.2', 'lines of a header joined'],
  ['1.40.0', 'lines of a header matched alone'],
])('%s (%s)', (version) => {
  test.each([1, 2])('seed %i', (seed) => {
    const random = randomFrom(seed);
    const counts = { alive: 0, dead: 0, union: 0, impossible: 0, undecided: 0 };
    for (let round = 0; round < 30; round += 1) {
      const routes = Array.from({ length: 2 + random.below(7) }, () => randomRoute(random)).flatMap((route) =>
        random.below(6) === 0 ? split(random, route) : [route],
      );
      const manager = random.pick([{}, { normalize_path: true, merge_slashes: true }, { merge_slashes: true }]);
      const table = tableFor({ routes, manager, version });
      const reached = new Set<number>();
      for (const request of everyRequest()) {
        for (const at of landings(decide(table, request))) reached.add(at);
      }
      const [listener] = table.listeners;
      const chain = listener?.chains[0];
      const host = chain?.manager?.routes?.hosts[0];
      const scene = listener && chain && host ? sceneOf(table.semantics, listener, chain, [host]) : null;
      if (!host || !scene) throw new Error('the table has no host');
      const analysis = analyse(host.routes.map((route) => cubeOf(scene, route)));
      for (const { index } of host.routes) {
        const reach = analysis.reach(index);
        const told = JSON.stringify({ index, routes, manager, reach: reach.kind });
        counts[reach.kind] += 1;
        // An inverted `.*` on characters takes what is no UTF-8: no person sends that.
        if (reach.kind === 'undecided') expect(reach.budget, told).toContain('unusual bytes');
        if (reach.kind === 'dead' && reach.by.length > 1) counts.union += 1;
        if (reach.kind === 'dead' || reach.kind === 'impossible') expect(reached.has(index), told).toBe(false);
        if (reach.kind !== 'alive') continue;
        const request = requestOf(scene, analysis.solver, reach.point, false);
        expect(request, told).not.toBeNull();
        if (request) expect(landings(decide(table, request)), `${told} ${JSON.stringify(request)}`).toContain(index);
      }
    }
    expect(counts.dead).toBeGreaterThan(10);
    expect(counts.union).toBeGreaterThan(0);
    expect(counts.alive).toBeGreaterThan(50);
  });
});

function landings(decision: Decision): readonly number[] {
  const all = decision.candidates.length > 0 ? decision.candidates : [decision];
  return all.flatMap((one) => one.hops.at(-1)?.route?.index ?? []);
}

/** A route behind two that share its requests between them: only both together cover it. */
function split(random: Random, route: JsonObject): readonly JsonObject[] {
  const name = random.pick(['x', 'z']);
  const [one, other] = random.pick<readonly JsonObject[]>([
    [
      { name, present_match: true },
      { name, present_match: false },
    ],
    [
      { name: ':method', string_match: { exact: 'GET' } },
      { name: ':method', string_match: { exact: 'GET' }, invert_match: true },
    ],
  ]);
  const headers = Array.isArray(route.headers) ? route.headers : [];
  return [{ ...route, headers: [...headers, one] }, { ...route, headers: [...headers, other] }, route];
}

type Random = ReturnType<typeof randomFrom>;

const words = ['/', '/a', '/b', '/a/', '/ab', '/a/b', '/a.', '//'];
const values = ['', 'a', 'b', 'ab', 'a,b'];

function randomRoute(random: Random): JsonObject {
  const path = random.pick(words);
  const specifier = random.pick([
    () => ({ prefix: path }),
    () => ({ prefix: path }),
    () => ({ path }),
    () => ({ path_separated_prefix: path.length > 1 ? path.replace(/\/$/, '') : '/a' }),
    () => ({
      safe_regex: { regex: random.pick(['/a.*', '/[ab]/?', '/(a|b)*', '.*b', '/a|/b', '/.+', '.*', '/\\w\\b.*']) },
    }),
  ])();
  const insensitive = 'safe_regex' in specifier || random.below(6) > 0 ? {} : { case_sensitive: false };
  const headers = Array.from({ length: random.pick([0, 0, 1, 1, 2]) }, () => randomHeader(random));
  const query_parameters =
    random.below(5) > 0
      ? []
      : [{ name: 'q', ...random.pick([{ present_match: true }, { string_match: { exact: 'a' } }]) }];
  return { ...specifier, ...insensitive, headers, query_parameters };
}

function randomHeader(random: Random): JsonObject {
  const value = random.pick(values);
  const name = random.pick(['x', 'x', 'y', ':method']);
  if (name === ':method')
    return { name, string_match: { exact: random.pick(['GET', 'POST']) }, invert_match: random.below(3) === 0 };
  const test = random.pick([
    () => ({ string_match: { exact: value } }),
    () => ({ string_match: { prefix: value || 'a' } }),
    () => ({ string_match: { suffix: value || 'a' } }),
    () => ({ string_match: { contains: value || 'b' } }),
    () => ({ string_match: { safe_regex: { regex: random.pick(['a*', '[ab]', 'a|b', '.*', '.+']) } } }),
    () => ({ present_match: random.below(2) === 0 }),
    () => ({ range_match: { start: random.below(3), end: random.below(4) } }),
  ])();
  const missing = random.below(5) === 0 ? { treat_missing_header_as_empty: true } : {};
  return { name, ...test, invert_match: random.below(3) === 0, ...missing };
}

let every: readonly RoutingRequest[] | undefined;

/** Every request of the small world. */
function everyRequest(): readonly RoutingRequest[] {
  if (every) return every;
  const paths = ['/'];
  for (const path of paths) if (path.length < 5) for (const char of ['/', 'a', 'b', '.']) paths.push(path + char);
  const headers: Record<string, readonly string[]>[] = [{}];
  for (const x of [[], ['a'], ['b'], [''], ['ab'], ['1'], ['a', 'b'], ['b', 'b']]) {
    for (const y of [[], ['a'], ['0']]) headers.push({ x, y });
  }
  every = paths.flatMap((path, at) =>
    headers
      .filter((_, index) => at % 5 === index % 5 || path.length < 4)
      .flatMap((held) =>
        ['', '?q', '?q=a'].map((query, n) => requestFor(`${n === 1 ? 'POST' : 'GET'} a.test${path}${query}`, held)),
      ),
  );
  return every;
}
