import { memoize } from '../../lib/memo.ts';
import { decide } from '../match/decide.ts';
import type { Decision } from '../match/decision.ts';
import type { RoutingRequest } from '../match/request.ts';
import { tableBudget } from '../space/budget.ts';
import { indexCandidates } from '../space/candidates.ts';
import { type Condition, makeSolver } from '../space/field.ts';
import type { Cube } from '../space/cube.ts';
import { contains, overlap } from '../space/find.ts';
import type { Scene } from '../space/scene.ts';
import { OutOfBudget } from '../space/word.ts';
import type { Table } from '../table/table.ts';
import { beginningOf } from './beginning.ts';
import { type Profile, sameEnding } from './ending.ts';
import type { Way } from './flatten.ts';
import { scenesOf } from './meeting.ts';
import { probes } from './probes.ts';
import { type Difference, settle } from './settle.ts';

/** What two tables make of all requests. */
export interface Comparison {
  /** `equal`: proved for every request, but for `limits`. */
  readonly verdict: 'equal' | 'different' | 'undecided';
  readonly differences: readonly Difference[];
  readonly undecided: readonly { readonly listener: string; readonly why: string }[];
  /** Requests about which nothing is claimed. */
  readonly limits: readonly string[];
}

/** More differences than these are not looked for. */
const mostDifferences = 200;

const comparisons = memoize((_: Table) => memoize((__: Table) => new Map<Profile, Comparison>()));

/** Compares what two tables do with all requests from outside, through all passes. Throws where a witness fails: our own fault. */
export function compareTables(one: Table, other: Table, profile: Profile): Comparison {
  const known = comparisons(one)(other);
  const comparison = known.get(profile) ?? compare(one, other, profile);
  known.set(profile, comparison);
  return comparison;
}

function compare(one: Table, other: Table, profile: Profile): Comparison {
  const found: Found = { one, other, profile, differences: [], undecided: [], limits: new Set() };
  for (const meeting of scenesOf(one, other)) {
    for (const limit of meeting.limits) found.limits.add(limit);
    if (meeting.kind === 'one-sided') {
      const { request } = meeting;
      found.differences.push({
        request,
        one: decide(one, request),
        other: decide(other, request),
        parts: ['listener'],
      });
      continue;
    }
    const { scene, units } = meeting;
    for (const { given, one: ways, other: otherWays } of units) compareWays(found, scene, given, ways, otherWays);
    if (meeting.optionsDiffer) {
      for (const request of probes(scene, one, other)) probe(found, request);
    }
  }
  const { differences, undecided } = found;
  if (differences.length >= mostDifferences)
    undecided.push({ listener: '', why: `more than ${mostDifferences} differences: no more were looked for` });
  const limits = [...found.limits];
  const verdict = differences.length > 0 ? 'different' : undecided.length > 0 ? 'undecided' : 'equal';
  return { verdict, differences, undecided, limits };
}

interface Found {
  readonly one: Table;
  readonly other: Table;
  readonly profile: Profile;
  readonly differences: Difference[];
  readonly undecided: { readonly listener: string; readonly why: string }[];
  readonly limits: Set<string>;
}

function compareWays(
  found: Found,
  scene: Scene,
  given: readonly Condition[],
  one: readonly Way[],
  other: readonly Way[],
): void {
  const alike = commonBeginning(one, other);
  if (alike === one.length && alike === other.length) return;
  const budget = tableBudget();
  const solver = makeSolver(budget);
  const [ones, others] = [one.map(({ cube }) => cube), other.map(({ cube }) => cube)];
  const [meetingOne, meetingOther] = [indexCandidates(ones).meeting, indexCandidates(others).meeting];
  for (const [i, way] of one.entries()) {
    if (i < alike) continue;
    budget.nextRoute();
    try {
      for (const j of meetingOther(way.cube)) {
        const counterpart = other[j];
        if (j < alike || !counterpart) continue;
        const both = overlap(solver, { ...way.cube, conditions: [...given, ...way.cube.conditions] }, counterpart.cube);
        if (!both) continue;
        const same = sameEnding(way.ending, counterpart.ending, beginningOf(both), found.profile);
        if (same !== true) {
          const shared: Cube = { connect: way.cube.connect, conditions: both, impossible: null };
          const earlier = meetingOne(shared).flatMap((at) => (at < i ? (ones[at] ?? []) : []));
          const before = meetingOther(shared).flatMap((at) => (at < j ? (others[at] ?? []) : []));
          const settled = settle({
            tables: [found.one, found.other],
            profile: found.profile,
            scene,
            solver,
            both,
            candidates: [...earlier, ...before],
            one: way,
            other: counterpart,
          });
          if (typeof settled === 'string') tell(found, scene, settled);
          else if (settled) found.differences.push(settled);
        }
        if (found.differences.length >= mostDifferences) return;
        if (contains(solver, counterpart.cube, { ...way.cube, conditions: [...given, ...way.cube.conditions] })) break;
      }
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error;
      tell(found, scene, error.budget);
    }
  }
}

/** How many ways at the beginning ask and end the same in both: they decide the same requests alike. */
function commonBeginning(one: readonly Way[], other: readonly Way[]): number {
  let at = 0;
  while (at < one.length && at < other.length && keyOf(one[at]) === keyOf(other[at])) at += 1;
  return at;
}

function keyOf(way: Way | undefined): string {
  if (!way) return '';
  const { cube, ending } = way;
  return JSON.stringify([cube.connect, cube.conditions.map(({ field, key }) => `${field.key} ${key}`).sort(), ending]);
}

function tell(found: Found, { listener }: Scene, why: string): void {
  if (!found.undecided.some((told) => told.why === why && told.listener === listener.name)) {
    found.undecided.push({ listener: listener.name, why });
  }
}

/** A request that one connection manager may change where the other does not. */
function probe(found: Found, request: RoutingRequest): void {
  const [one, other] = [decide(found.one, request), decide(found.other, request)];
  const seen = ({ outcome, status, location, clusters, hops }: Decision): string =>
    JSON.stringify([outcome, status, location, clusters, hops.at(-1)?.rewrite]);
  if (seen(one) !== seen(other)) found.differences.push({ request, one, other, parts: ['normalisation'] });
}
