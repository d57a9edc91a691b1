import { expect, test } from 'vitest';
import { drawnNumber, isIn } from '../../../src/routing/space/chance.ts';
import { surveyOf } from '../../../src/routing/space/survey.ts';
import { randomFrom } from '../../lab/routing/random.ts';
import { tableFor } from '../../support/routing.ts';

const share = (numerator: number, denominator: string) => ({
  prefix: '/',
  runtime_fraction: { default_value: { numerator, denominator } },
});

// Asked of Envoy 1.36.2 and 1.40.0, 2,000 requests each: where the second of three routes got some, it is alive.
test.each([
  [share(50, 'HUNDRED'), share(50, 'HUNDRED'), 'dead'],
  [share(30, 'HUNDRED'), share(50, 'HUNDRED'), 'alive'],
  [share(50, 'HUNDRED'), share(30, 'HUNDRED'), 'dead'],
  [share(50, 'HUNDRED'), share(5_000, 'TEN_THOUSAND'), 'alive'],
  [share(50, 'HUNDRED'), share(500_000, 'MILLION'), 'alive'],
])('of %j and %j the second is %s', (first, second, kind) => {
  const [survey] = surveyOf(tableFor({ routes: [first, second, { prefix: '/' }] }));
  expect(survey?.analysis.reach(1).kind).toBe(kind);
  expect(survey?.analysis.reach(2).kind).toBe('alive');
});

test('a number is found where there is one', () => {
  const random = randomFrom(5);
  let found = 0;
  for (let round = 0; round < 300; round += 1) {
    const asked = Array.from({ length: 1 + random.below(4) }, () => {
      const of = random.pick([100, 10_000, 1_000_000]);
      return {
        below: random.pick([1, of / 2, of - 1, random.below(of), random.below(100)]),
        of,
        wanted: random.chance(0.5),
      };
    });
    const number = drawnNumber(asked);
    const fits = (one: number): boolean => asked.every((chance) => isIn(one, chance) === chance.wanted);
    if (number !== null) {
      found += 1;
      expect(fits(number), JSON.stringify(asked)).toBe(true);
    } else {
      for (let one = 0; one < 1_000_000; one += 7)
        if (fits(one)) throw new Error(`${one} fits ${JSON.stringify(asked)}`);
    }
  }
  expect(found).toBeGreaterThan(50);
});
