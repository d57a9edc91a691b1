import { describeClause, headerLabel } from './match/describe.ts';
import { readClause } from './space/cube.ts';
import type { Condition, Solver } from './space/field.ts';
import type { Analysis } from './space/reach.ts';
import type { Scene } from './space/scene.ts';
import { OutOfBudget } from './space/word.ts';
import type { Clause } from './table/clause.ts';
import type { Route } from './table/table.ts';

/** Why no request can meet what a route asks for; null: it is meant so (0 % of requests), or Envoy could not load it. */
export function contradictionOf(scene: Scene, { solver, cubes }: Analysis, route: Route, at: number): string | null {
  const { clauses } = route;
  if (clauses.some(({ field }) => field === 'invalid')) return null;
  const never = clauses.find((clause) => readClause(scene, clause) === false);
  if (never) return never.field === 'fraction' ? null : `${describeClause(never)}: ${whyNever(scene, never)}`;
  const conditions = cubes[at]?.conditions ?? [];
  const given = conditions.filter(({ field }) => field === scene.host).slice(0, 1);
  const held = clauses.flatMap((clause) => {
    const read = readClause(scene, clause);
    return typeof read === 'boolean' ? [] : [{ clause, read }];
  });
  const alone = held.find(({ read }) => !isPossible(solver, read, given));
  if (alone) return `${describeClause(alone.clause)}: ${whyAlone(scene, alone.clause)}`;
  for (const { read } of held) {
    const [field] = read.map((condition) => condition.field);
    const peers = held.filter((one) => one.read.some((condition) => condition.field === field));
    if (
      field &&
      !isPossible(
        solver,
        peers.flatMap((one) => one.read),
        given,
      )
    ) {
      const said = peers.map(({ clause }) => describeClause(clause)).join(', and ');
      return `${said}: no request has both${eachLine(
        scene,
        peers.map(({ clause }) => clause),
      )}`;
    }
  }
  return clauses.map(describeClause).join(', and ');
}

function isPossible(solver: Solver, read: readonly Condition[], given: readonly Condition[]): boolean {
  return read.every(({ field }) => {
    const same = [...read, ...given].filter((condition) => condition.field === field);
    try {
      return solver.solve(field, same) !== null;
    } catch (error) {
      if (error instanceof OutOfBudget) return true;
      throw error;
    }
  });
}

function whyNever({ chain }: Scene, clause: Clause): string {
  if (clause.field === 'query') return 'the name of a parameter ends at the first & = or #';
  if (clause.field === 'cookie') return 'the name of a cookie ends at the first = or ;';
  if (clause.field === 'tls' && !chain.tls) return 'the listener ends no TLS, so that no client shows a certificate';
  return 'it holds for no request';
}

function whyAlone({ manager }: Scene, clause: Clause): string {
  if (clause.field === 'path') {
    const { test } = clause;
    if ('value' in test && test.value.includes('?')) return 'routes see the path without its query: it never holds a ?';
    if ('value' in test && test.value.includes('#')) return 'no request sends a #';
    if ('value' in test && !test.value.startsWith('/') && test.kind !== 'prefix') return 'every path begins with /';
    if ('value' in test && manager.mergeSlashes && test.value.includes('//'))
      return 'the gateway makes one slash of several before routes see the path';
    return manager.normalizePath
      ? 'no path that the gateway passes to its routes, normalised, is so'
      : 'no path of a request is so';
  }
  if (clause.field !== 'header') return 'no request has such a value';
  const { test, name, invert } = clause;
  if (test.kind === 'range' && test.start >= test.end) return 'the range is empty: its end is not part of it';
  if (name === ':authority') return 'no host that comes to this virtual host is so';
  if (invert) return `every ${headerLabel(name)} is so, and the matcher is inverted`;
  if ('value' in test && /[\0\r\n]|^[ \t]|[ \t]$/.test(test.value))
    return 'Envoy trims header values, and none holds a line break';
  return `no ${headerLabel(name)} of a request is so`;
}

/** Where lines of a header are matched one by one, several can meet what one cannot. */
function eachLine({ semantics }: Scene, clauses: readonly Clause[]): string {
  const header = clauses.every((clause) => clause.field === 'header' && !clause.name.startsWith(':'));
  return header && semantics.joinsHeaderLines
    ? ' (from Envoy 1.39 on a request that repeats the header could: each of its lines is matched alone)'
    : '';
}
