import { isIn } from './chance.ts';
import { byField, type Cube } from './cube.ts';
import { type Condition, type Field, negate, type Solver, type Value } from './field.ts';
import { OutOfBudget } from './word.ts';

/** A request, as far as conditions look at it: a value for each field that matters. */
export type Point = ReadonlyMap<Field, Value>;

/** The answer to "is there a request in this cube and in none of those?". */
export type Found =
  | { readonly kind: 'point'; readonly point: Point }
  /** There is none: these of the candidates take all of them (places in the list given). */
  | { readonly kind: 'covered'; readonly by: readonly number[] }
  | { readonly kind: 'undecided'; readonly budget: string };

/** The most nodes one search may visit. */
const mostNodes = 10_000;

type Space = ReadonlyMap<Field, readonly Condition[]>;

/**
 * Searches a request that meets the conditions and is in no candidate: witness first, exact, never a guess. The branches of one
 * candidate are disjoint: where each of its conditions in turn is the first that fails.
 */
export function find(solver: Solver, conditions: readonly Condition[], candidates: readonly Cube[]): Found {
  const used = new Set<number>();
  const nodes = { left: mostNodes };
  const odd = { seen: false };
  const search: Search = { solver, candidates, used, nodes, odd };
  try {
    const space = byField(conditions);
    for (const [field, held] of space) if (solver.solve(field, held) === null) return { kind: 'covered', by: [] };
    const everyOne = candidates.flatMap(({ impossible }, index) => (impossible === null ? [index] : []));
    const point = descend(search, space, everyOne);
    if (point) return { kind: 'point', point };
    if (odd.seen) return { kind: 'undecided', budget: 'only requests with unusual bytes are left' };
    return { kind: 'covered', by: [...used].sort((one, other) => one - other) };
  } catch (error) {
    if (error instanceof OutOfBudget) return { kind: 'undecided', budget: error.budget };
    throw error;
  }
}

interface Search {
  readonly solver: Solver;
  readonly candidates: readonly Cube[];
  readonly used: Set<number>;
  readonly nodes: { left: number };
  /** Set where a request is left that only unusual bytes make. */
  readonly odd: { seen: boolean };
}

interface Overlap {
  readonly index: number;
  /** The conditions of the candidate that not every request of the space meets. */
  readonly open: readonly Condition[];
}

function descend(search: Search, space: Space, candidates: readonly number[]): Point | null {
  const { solver, nodes, used } = search;
  nodes.left -= 1;
  if (nodes.left < 0) throw new OutOfBudget(`${mostNodes} nodes of a search`);
  solver.budget.spend('nodes', 1);
  const live: number[] = [];
  let best: Overlap | null = null;
  for (const index of candidates) {
    const cube = search.candidates[index];
    if (!cube || isDisjoint(solver, space, cube)) continue;
    const open = cube.conditions.filter((condition) => !isImplied(solver, space, condition));
    live.push(index);
    if (!best || open.length < best.open.length) best = { index, open };
    if (open.length === 0) break;
  }
  if (!best) return pointOf(search, space);
  used.add(best.index);
  const rest = live.filter((index) => index !== best.index);
  let narrowed = space;
  for (const condition of [...best.open].sort((one, other) => cost(one) - cost(other))) {
    const without = narrow(solver, narrowed, negate(condition));
    const point = without && descend(search, without, rest);
    if (point) return point;
    const within = narrow(solver, narrowed, condition);
    if (!within) return null;
    narrowed = within;
  }
  return null;
}

/** Cheap fields first: the search is then soon over where they decide. */
function cost({ field, language }: Condition): number {
  if (!language) return 0;
  const base = field.key === 'path' ? 4 : field.key === 'host' ? 3 : 1;
  return language.shape ? base : base + 4;
}

function narrow(solver: Solver, space: Space, condition: Condition): Space | null {
  const held = [...(space.get(condition.field) ?? []), condition];
  if (solver.solve(condition.field, held) === null) return null;
  return new Map(space).set(condition.field, held);
}

function isDisjoint(solver: Solver, space: Space, cube: Cube): boolean {
  for (const [field, asked] of byField(cube.conditions)) {
    if (solver.solve(field, [...(space.get(field) ?? []), ...asked]) === null) return true;
  }
  return false;
}

function isImplied(solver: Solver, space: Space, condition: Condition): boolean {
  const held = space.get(condition.field) ?? [];
  if (held.some(({ key }) => key === condition.key)) return true;
  return solver.solve(condition.field, [...held, negate(condition)]) === null;
}

function pointOf({ solver, odd }: Search, space: Space): Point | null {
  const point = new Map<Field, Value>();
  for (const [field, held] of space) {
    const value = solver.solve(field, held);
    if (value === null) return null;
    if (value.kind === 'lines' && value.unusual) {
      odd.seen = true;
      return null;
    }
    point.set(field, value);
  }
  return point;
}

/** Whether every request of one cube is in another. Throws `OutOfBudget`. */
export function contains(solver: Solver, outer: Cube, inner: Cube): boolean {
  if (outer.connect !== inner.connect || outer.impossible !== null) return false;
  const space = byField(inner.conditions);
  return outer.conditions.every((condition) => isImplied(solver, space, condition));
}

/** The conditions of both cubes; null where no request is in both. Throws `OutOfBudget`. */
export function overlap(solver: Solver, one: Cube, other: Cube): readonly Condition[] | null {
  if (one.connect !== other.connect || one.impossible !== null || other.impossible !== null) return null;
  const conditions = [...one.conditions, ...other.conditions];
  for (const [field, held] of byField(conditions)) if (solver.solve(field, held) === null) return null;
  return conditions;
}

/** Whether a cube takes a request; a field that the point does not name has its everyday value. */
export function takesPoint(solver: Solver, cube: Cube, point: Point): boolean {
  if (cube.impossible !== null) return false;
  return cube.conditions.every((condition) => {
    const value = point.get(condition.field) ?? everyday(solver, condition.field);
    return value !== null && meets(condition, value);
  });
}

function everyday(solver: Solver, field: Field): Value | null {
  if (field.kind === 'flag') return { kind: 'flag', held: false };
  return field.kind === 'chance' ? { kind: 'chance', number: 999_999 } : solver.solve(field, []);
}

function meets({ field, language, wanted, absent, chance }: Condition, value: Value): boolean {
  if (value.kind === 'absent') return absent;
  if (value.kind === 'flag') return value.held === wanted;
  if (value.kind === 'chance') return (chance !== null && isIn(value.number, chance)) === wanted;
  const [first = ''] = value.lines;
  const has = field.kind === 'lines' ? value.lines.some((line) => language?.has(line)) : language?.has(first);
  return has === wanted;
}
