import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { slicesOf } from '../../../src/collect/envoy-admin/slices.ts';

/** How many of the patterns take a name whole. `\C` is a byte, which RE2JS has none of. */
function taken(slices: readonly { readonly pattern: string }[], name: string): number {
  return slices.filter(({ pattern }) => RE2JS.compile(pattern.replaceAll('\\C', '(?s:.)')).matches(name)).length;
}

const letter = fc.constantFrom(...'ab_:.-/|[]^$\\(){}*+? é\n');
const name = fc.string({ unit: letter, minLength: 0, maxLength: 6 });

describe('parts of names', () => {
  it('together take every name once, known or not, whatever letters it has', () => {
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 40 }),
        fc.array(name, { maxLength: 20 }),
        fc.integer({ min: 1, max: 12 }),
        (known, others, most) => {
          const slices = slicesOf(known, most);
          if (slices === null) return;
          for (const one of [...known, ...others]) expect(taken(slices, one), one).toBe(1);
        },
      ),
    );
  });

  it('are never larger than they may be, and say how many they take', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (known, most) => {
        const distinct = [...new Set(known)];
        for (const slice of slicesOf(known, most) ?? []) {
          const held = distinct.filter((one) => taken([slice], one) === 1).length;
          expect(held).toBe(slice.names);
          expect(held).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('are few for the names of App Mesh, and their programs small', () => {
    const names = Array.from(
      { length: 10_000 },
      (_, at) => `cds_egress_shop-of-many-teams_service-${at}_team_http_8080`,
    );
    const slices = slicesOf(names, 1_470, true) ?? [];
    expect(slices.length).toBeLessThan(15);
    expect(slices.reduce((sum, slice) => sum + slice.names, 0)).toBe(10_000);
    for (const { pattern } of slices) expect(pattern.length, pattern).toBeLessThan(500);
  });

  it('take a colon where statistics say an underscore', () => {
    const slices = slicesOf(['a_b_1', 'a_b_2', 'a_c', 'b'], 1, true) ?? [];
    for (const one of ['a:b_1', 'a_b:2', 'a:c', 'b']) expect(taken(slices, one), one).toBe(1);
    expect(slices.some((slice) => slice.names === 1 && taken([slice], 'a:b:2') === 1)).toBe(true);
  });

  it('there are none where names are the same but for letters that take several bytes', () => {
    expect(slicesOf(['é', 'è', 'ê'], 2)).toBeNull();
  });
});
