import { contains, find, overlap, type Point, takesPoint } from './find.ts';
import { indexCandidates } from './candidates.ts';
import { byField, type Cube } from './cube.ts';
import { type Condition, type Field, makeSolver, type Solver, type Value } from './field.ts';
import { tableBudget } from './budget.ts';
import { OutOfBudget } from './word.ts';

/** What is known of a route among those before it. */
export type Reach =
  | { readonly kind: 'alive'; readonly point: Point }
  /** No request can meet it, whatever stands before it. */
  | { readonly kind: 'impossible'; readonly why: string }
  /** Every request it asks for is taken by these earlier routes; `point` is one of them. */
  | { readonly kind: 'dead'; readonly by: readonly number[]; readonly same: boolean; readonly point: Point }
  | { readonly kind: 'undecided'; readonly budget: string };

/** An earlier route that takes part of what a later one asks for, and a request that shows it. */
export interface Partly {
  readonly by: number;
  readonly point: Point;
}

/** A request in two routes; `none`: proved that there is none. */
export type Shared = Point | 'none' | { readonly budget: string };

/** A list of routes in order, analysed. Answers are made when asked for, and counted against one budget. */
export interface Analysis {
  readonly cubes: readonly Cube[];
  readonly solver: Solver;
  readonly reach: (index: number) => Reach;
  /** The earlier routes that take some requests of a route without being a special case of it. */
  readonly partly: (index: number) => readonly Partly[];
  /** A request that two routes both ask for, and no other route that is surely before one of them. */
  readonly shared: (one: number, other: number) => Shared;
  /** The routes whose paths can meet those of a route, in the order of the list. */
  readonly meeting: (index: number) => readonly number[];
}

/** Whether one place of a list surely stands before another. */
export type Order = (one: number, other: number) => boolean;

/** The order of a list: what Envoy runs. */
export const inOrder: Order = (one, other) => one < other;

/**
 * Analyses a list of cubes. `given`: what holds for every request (the hosts that come here). Where `surelyBefore` leaves the
 * order of two routes open, neither takes anything from the other: what is said holds whichever comes first.
 */
export function analyse(
  cubes: readonly Cube[],
  given: readonly Condition[] = [],
  surelyBefore: Order = inOrder,
): Analysis {
  const budget = tableBudget();
  const solver = makeSolver(budget);
  const whole = cubes.map((cube) => ({ ...cube, conditions: [...given, ...cube.conditions] }));
  const candidates = indexCandidates(cubes);
  const before = (index: number): readonly number[] =>
    candidates.meeting(cubes[index] ?? nothing).filter((other) => surelyBefore(other, index));
  const reached = new Map<number, Reach>();
  const reach = (index: number): Reach => {
    const known = reached.get(index);
    if (known) return known;
    budget.nextRoute();
    const made = guarded(() => reachOf(solver, whole, before, index));
    reached.set(index, made);
    return made;
  };
  const meet = (one: number, other: number, earlier: readonly number[]): Shared => {
    const [first, second] = [whole[one], whole[other]];
    if (!first || !second) return 'none';
    budget.nextRoute();
    try {
      const both = overlap(solver, first, second);
      if (!both) return 'none';
      const found = find(
        solver,
        both,
        earlier.flatMap((at) => cubes[at] ?? []),
      );
      if (found.kind === 'point') return found.point;
      return found.kind === 'covered' ? 'none' : { budget: found.budget };
    } catch (error) {
      if (error instanceof OutOfBudget) return { budget: error.budget };
      throw error;
    }
  };
  return {
    cubes: whole,
    solver,
    reach,
    shared: (one, other) => {
      const earlier = new Set([...before(one), ...before(other)]);
      return meet(
        one,
        other,
        [...earlier].filter((at) => at !== one && at !== other),
      );
    },
    meeting: (index) => candidates.meeting(cubes[index] ?? nothing).filter((other) => other !== index),
    partly: (index) => {
      const cube = whole[index];
      if (!cube || reach(index).kind !== 'alive') return [];
      return before(index).flatMap((by): readonly Partly[] => {
        const earlier = cubes[by];
        if (!earlier || reach(by).kind !== 'alive' || isSpecialCase(solver, cube, earlier)) return [];
        const point = meet(index, by, before(by));
        return point === 'none' || 'budget' in point ? [] : [{ by, point }];
      });
    },
  };
}

const nothing: Cube = { connect: false, conditions: [], impossible: null };

function isSpecialCase(solver: Solver, general: Cube, special: Cube): boolean {
  try {
    return contains(solver, general, special);
  } catch (error) {
    if (error instanceof OutOfBudget) return true;
    throw error;
  }
}

function guarded(decide: () => Reach): Reach {
  try {
    return decide();
  } catch (error) {
    if (error instanceof OutOfBudget) return { kind: 'undecided', budget: error.budget };
    throw error;
  }
}

function reachOf(
  solver: Solver,
  cubes: readonly Cube[],
  earlierThan: (index: number) => readonly number[],
  index: number,
): Reach {
  const cube = cubes[index];
  if (!cube) return { kind: 'impossible', why: 'there is no such route' };
  if (cube.impossible !== null) return { kind: 'impossible', why: cube.impossible };
  const own = naturalPoint(solver, cube);
  if (typeof own === 'string') return { kind: 'impossible', why: own };
  const before = earlierThan(index);
  const earlier = before.flatMap((at) => cubes[at] ?? []);
  for (const point of drawn(cube, own)) {
    if (!earlier.some((one) => takesPoint(solver, one, point))) return { kind: 'alive', point };
  }
  const covering = earlier.findIndex((one) => contains(solver, one, cube));
  const single = earlier[covering];
  if (single) return { kind: 'dead', by: [before[covering] ?? 0], same: contains(solver, cube, single), point: own };
  const found = find(solver, cube.conditions, earlier);
  if (found.kind === 'point') return { kind: 'alive', point: found.point };
  if (found.kind === 'undecided') return { kind: 'undecided', budget: found.budget };
  const by = shrink(solver, cube, earlier, found.by).map((at) => before[at] ?? 0);
  return { kind: 'dead', by, same: false, point: own };
}

/** One request of a cube by itself; or which field can hold no value. */
function naturalPoint(solver: Solver, cube: Cube): Point | string {
  const point = new Map<Field, Value>();
  for (const [field, held] of byField(cube.conditions)) {
    const value = solver.solve(field, held);
    if (value === null) return field.key;
    point.set(field, value);
  }
  return point;
}

const mostDraws = 16;

/** Natural requests of a cube: those that people would try, by other paths than the first. */
function* drawn({ conditions }: Cube, point: Point): Iterable<Point> {
  if (isUsual(point)) yield point;
  const paths = conditions.filter(({ field }) => field.key === 'path');
  const field = paths[0]?.field;
  if (!field) return;
  const domain = field.usual;
  let left = mostDraws;
  for (const word of new Set(paths.flatMap(({ language }) => language?.hints ?? []))) {
    if (!domain.every(({ language, wanted }) => language.has(word) === wanted)) continue;
    if (!paths.every(({ language, wanted }) => language?.has(word) === wanted)) continue;
    const drawn: Point = new Map(point).set(field, { kind: 'lines', lines: [word], unusual: false });
    if (isUsual(drawn)) yield drawn;
    left -= 1;
    if (left === 0) return;
  }
}

function isUsual(point: Point): boolean {
  for (const value of point.values()) if (value.kind === 'lines' && value.unusual) return false;
  return true;
}

/** The most routes of a proof that are tried to be left out. */
const mostShrunk = 40;

/** Leaves out of a proof what it does not need. */
function shrink(solver: Solver, cube: Cube, earlier: readonly Cube[], proof: readonly number[]): readonly number[] {
  let kept = proof;
  if (proof.length > mostShrunk) return kept;
  for (const at of [...proof].reverse()) {
    const fewer = kept.filter((other) => other !== at);
    const found = find(
      solver,
      cube.conditions,
      fewer.flatMap((one) => earlier[one] ?? []),
    );
    if (found.kind === 'covered') kept = fewer;
  }
  return kept;
}
