import { surveyOf } from '../../src/routing/space/survey.ts';
import { tableFor } from '../support/routing.ts';

/** What one analysis cost, and what it found. */
export interface SpaceCost {
  readonly ms: number;
  readonly dead: number;
  readonly undecided: number;
}

/** All shadowed and partly shadowed routes of an ordinary table: prefixes of many teams, every twentieth route a regex. */
export function measureOrdinary(routes: number): SpaceCost {
  return measure([...Array(routes)].map((_, index) => (index === routes - 1 ? { prefix: '/' } : ordinary(index))));
}

/** The worst we know: every route is a regex without a literal beginning and asks for a header, so that all meet all. */
export function measureAdversarial(routes: number): SpaceCost {
  return measure(
    [...Array(routes)].map((_, index) => ({
      safe_regex: { regex: `.*[a-m]{${1 + (index % 7)}}.*x.*${index % 5 === 0 ? '' : `${index % 11}`}` },
      headers: [
        { name: `x-${index % 4}`, string_match: { contains: String(index % 3) }, invert_match: index % 2 === 0 },
      ],
    })),
  );
}

function ordinary(index: number): { readonly [key: string]: unknown } {
  // Every seventh says again what one before it says, in part or as a whole.
  const team = index % 7 === 3 ? index - 1 - (index % 3) : index;
  if (team % 20 === 10) return { safe_regex: { regex: `/team-${team}/v[0-9]+/.*` } };
  const beta = { headers: [{ name: 'x-user', string_match: { exact: 'beta' } }] };
  return { prefix: `/team-${team}/`, ...(team % 3 === 0 ? beta : {}) };
}

function measure(routes: readonly { readonly [key: string]: unknown }[]): SpaceCost {
  const table = tableFor({ routes });
  const begun = performance.now();
  let [dead, undecided] = [0, 0];
  for (const { host, analysis } of surveyOf(table)) {
    for (const { index } of host.routes) {
      const { kind } = analysis.reach(index);
      if (kind === 'dead') dead += 1;
      if (kind === 'undecided') undecided += 1;
      analysis.partly(index);
    }
  }
  return { ms: performance.now() - begun, dead, undecided };
}
