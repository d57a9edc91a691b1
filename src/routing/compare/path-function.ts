import type { PathRewrite } from '../table/action.ts';
import type { Clause } from '../table/clause.ts';
import type { Route } from '../table/table.ts';

/**
 * What a way through the gateway makes of a path. `strip`: cuts so many characters and puts a text before the rest (0 and ''
 * keep the path). `constant`: one text, whatever the path. `opaque`: known by its id alone.
 */
export type PathFunction =
  | { readonly kind: 'strip'; readonly count: number; readonly prepend: string }
  | { readonly kind: 'constant'; readonly value: string }
  | { readonly kind: 'opaque'; readonly id: string };

/** Leaves the path as it is. */
export const keepPath: PathFunction = { kind: 'strip', count: 0, prepend: '' };

/** What a rewrite does to the paths that a route takes. */
export function pathFunctionOf({ clauses }: Pick<Route, 'clauses'>, rewrite: PathRewrite): PathFunction {
  const test = clauses.find((clause): clause is Extract<Clause, { field: 'path' }> => clause.field === 'path')?.test;
  switch (rewrite.kind) {
    case 'keep':
      return keepPath;
    case 'prefix': {
      if (test?.kind !== 'prefix' && test?.kind !== 'segments') return { kind: 'constant', value: rewrite.value };
      return { kind: 'strip', count: test.value.length, prepend: rewrite.value };
    }
    case 'regex':
      return { kind: 'opaque', id: `regex ${JSON.stringify([rewrite.regex.source, rewrite.substitution])}` };
    case 'template':
      return {
        kind: 'opaque',
        id: `template ${rewrite.template} of ${test?.kind === 'template' ? test.template : ''}`,
      };
    case 'unknown':
      return { kind: 'opaque', id: rewrite.what };
  }
}

/** One function after another. */
export function compose(first: PathFunction, second: PathFunction): PathFunction {
  if (second.kind === 'constant') return second;
  if (second.kind === 'opaque') {
    return isKeep(first) ? second : { kind: 'opaque', id: `${idOf(first)} then ${second.id}` };
  }
  if (isKeep(second)) return first;
  if (first.kind === 'opaque') return { kind: 'opaque', id: `${first.id} then ${idOf(second)}` };
  if (first.kind === 'constant') return { kind: 'constant', value: second.prepend + first.value.slice(second.count) };
  const kept = first.prepend.slice(second.count);
  const further = Math.max(0, second.count - first.prepend.length);
  return { kind: 'strip', count: first.count + further, prepend: second.prepend + kept };
}

/** Whether two functions make the same of every path that begins so; null: not known. `whole`: there is only this path. */
export function samePath(one: PathFunction, other: PathFunction, beginning: string, whole: boolean): boolean | null {
  if (idOf(one) === idOf(other)) return true;
  if (one.kind === 'opaque' || other.kind === 'opaque') return null;
  const [first, second] = [applied(one, beginning), applied(other, beginning)];
  if (first === null || second === null) return null;
  if (first.open === second.open || whole) return first.text === second.text;
  // One depends on the rest of the path, the other does not: the same only by chance.
  return false;
}

function applied(one: PathFunction, beginning: string): { readonly text: string; readonly open: boolean } | null {
  if (one.kind === 'constant') return { text: one.value, open: false };
  if (one.kind === 'opaque' || one.count > beginning.length) return null;
  return { text: one.prepend + beginning.slice(one.count), open: true };
}

/** True for the function that changes nothing. */
export function isKeep(one: PathFunction): boolean {
  return one.kind === 'strip' && one.count === 0 && one.prepend === '';
}

function idOf(one: PathFunction): string {
  return JSON.stringify(one);
}
