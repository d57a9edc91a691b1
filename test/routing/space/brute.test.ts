import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/routing/match/decide.ts';
import type { Decision } from '../../../src/routing/match/decision.ts';
import { analyse } from '../../../src/routing/space/reach.ts';
import { find } from '../../../src/routing/space/find.ts';
import { cubeOf } from '../../../src/routing/space/cube.ts';
import { requestOf } from '../../../src/routing/space/request-of.ts';
import { sceneOf } from '../../../src/routing/space/scene.ts';
import { type Random, randomFrom } from '../../lab/routing/random.ts';
import { tableFor } from '../../support/routing.ts';
import { everyRequest, randomMatch, split } from '../../support/small-world.ts';

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
    for (let round = 0; round < 20; round += 1) {
      const routes = Array.from({ length: 2 + random.below(7) }, () => randomMatch(random)).flatMap((route) =>
        random.below(6) === 0 ? split(random, route) : [route],
      );
      const manager = random.pick([{}, { normalize_path: true, merge_slashes: true }, { merge_slashes: true }]);
      const table = tableFor({ routes, manager, version });
      const some = everyRequest().filter((_, at) => at % 8 === round % 8);
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
        if (reach.kind === 'dead') {
          // The proof alone covers it.
          const proof = tableFor({ routes: [...reach.by, index].map((at) => routes[at] ?? {}), manager, version });
          const arrives = some.find((request) => landings(decide(proof, request)).includes(reach.by.length));
          expect(arrives, told).toBeUndefined();
        }
        // The order in which candidates are tried changes nothing.
        const earlier = shuffled(random, analysis.cubes.slice(0, index));
        const found = find(analysis.solver, analysis.cubes[index]?.conditions ?? [], earlier);
        if (reach.kind === 'alive' || reach.kind === 'dead') {
          expect(found.kind, told).toBe(reach.kind === 'alive' ? 'point' : 'covered');
        }
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

function shuffled<T>(random: Random, items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

function landings(decision: Decision): readonly number[] {
  const all = decision.candidates.length > 0 ? decision.candidates : [decision];
  return all.flatMap((one) => one.hops.at(-1)?.route?.index ?? []);
}
