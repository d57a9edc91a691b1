import { asObject, isObject, type JsonObject, pointer } from '../lib/json.ts';
import { memoize } from '../lib/memo.ts';
import { nearest } from '../lib/nearest.ts';
import { kinds } from './kinds.ts';
import { type FieldPlace, placesOf } from './places.ts';
import type { Choice, Shape } from './shape.ts';

/** One thing in an object that its kind does not allow. */
export interface SchemaProblem {
  /** Where it stands, in the object. */
  readonly pointer: string;
  /** The same place as people write it: `spec.httpRoute.retryPolicy`. */
  readonly path: string;
  readonly code:
    | 'unknown-field'
    | 'misplaced-field'
    | 'wrong-type'
    | 'out-of-range'
    | 'not-allowed-value'
    | 'missing-field'
    | 'none-of-alternatives'
    | 'too-many-alternatives';
  readonly message: string;
  /** The known name nearest to an unknown one, in the same object. */
  readonly nearest: string | null;
  /** Where a field of this name does exist, nearest first. */
  readonly belongs: readonly FieldPlace[];
}

const mostProblems = 100;

/**
 * Checks the spec of one of the seven App Mesh kinds; problems in the order of the document, at most 100. The root,
 * metadata and status are open, as the CRDs keep unknown fields there. Null counts as absent, as the API server drops it.
 */
export function validate(kind: string, value: unknown): readonly SchemaProblem[] {
  const schema = kinds.get(kind);
  if (!schema) return [];
  const problems: SchemaProblem[] = [];
  const { spec } = asObject(value);
  if (spec !== undefined && spec !== null) check({ kind, problems }, schema.spec, spec, ['spec']);
  return problems;
}

interface Context {
  readonly kind: string;
  readonly problems: SchemaProblem[];
}

type Path = readonly (string | number)[];

function check(context: Context, shape: Shape, value: unknown, path: Path): void {
  if (context.problems.length >= mostProblems) return;
  switch (shape.type) {
    case 'object':
      if (isObject(value)) checkObject(context, shape, value, path);
      else wrongType(context, 'an object', value, path);
      return;
    case 'map':
      if (isObject(value)) checkMap(context, value, path);
      else wrongType(context, 'an object', value, path);
      return;
    case 'array':
      if (Array.isArray(value)) checkList(context, shape, value, path);
      else wrongType(context, 'a list', value, path);
      return;
    case 'string':
      if (typeof value === 'string') checkText(context, shape, value, path);
      else wrongType(context, 'a text', value, path);
      return;
    case 'integer':
      if (Number.isInteger(value)) checkRange(context, shape, Number(value), '', path);
      else wrongType(context, 'a whole number', value, path);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') wrongType(context, 'true or false', value, path);
  }
}

function checkMap(context: Context, value: JsonObject, path: Path): void {
  for (const [key, item] of Object.entries(value)) {
    if (item !== null && typeof item !== 'string') wrongType(context, 'a text', item, [...path, key]);
  }
}

function checkList(
  context: Context,
  shape: Shape & { readonly type: 'array' },
  value: readonly unknown[],
  path: Path,
): void {
  checkRange(context, shape, value.length, ' items', path);
  for (const [index, item] of value.entries()) check(context, shape.items, item, [...path, index]);
}

function checkObject(
  context: Context,
  shape: Shape & { readonly type: 'object' },
  value: JsonObject,
  path: Path,
): void {
  for (const [name, child] of Object.entries(value)) {
    if (child === null) continue;
    const field = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    if (field) check(context, field.shape, child, [...path, name]);
    else unknownField(context, name, Object.keys(shape.fields), path);
  }
  for (const name of requiredOf(shape)) {
    if (value[name] !== undefined && value[name] !== null) continue;
    report(context, 'missing-field', path, `${dotted(path)} lacks the required field ${name}.`);
  }
  if (shape.choice) checkChoice(context, shape.choice, value, path);
}

const requiredOf = memoize(({ fields }: Shape & { readonly type: 'object' }): readonly string[] =>
  Object.entries(fields).flatMap(([name, { required }]) => (required ? [name] : [])),
);

function checkChoice(context: Context, { of, count }: Choice, value: JsonObject, path: Path): void {
  const written = of.filter((name) => value[name] !== undefined && value[name] !== null);
  if (written.length > 1) {
    const message = `${dotted(path)} has ${written.join(' and ')}; only one of ${of.join(', ')} can be given.`;
    report(context, 'too-many-alternatives', path, message);
  }
  if (written.length === 0 && count === 'one') {
    report(context, 'none-of-alternatives', path, `${dotted(path)} has none of ${of.join(', ')}; one is needed.`);
  }
}

function unknownField(context: Context, name: string, known: readonly string[], path: Path): void {
  const near = nearest(name, known);
  const belongs = near === null ? placesOf(name, context.kind, String(path.at(-1))).slice(0, 3) : [];
  const at = [...path, name];
  const [first] = belongs;
  const why = first
    ? `it belongs in a ${first.kind}, at ${first.path}`
    : near === null
      ? `known here: ${[...known].sort().slice(0, 8).join(', ')}`
      : `did you mean ${near}?`;
  report(
    context,
    first ? 'misplaced-field' : 'unknown-field',
    at,
    `${dotted(at)} is no field of a ${context.kind}: ${why}.`,
    {
      nearest: near,
      belongs,
    },
  );
}

function checkText(context: Context, shape: Shape & { readonly type: 'string' }, value: string, path: Path): void {
  if (shape.values && !shape.values.includes(value)) {
    const near = nearest(value, shape.values);
    const message = `${dotted(path)} is ${JSON.stringify(value.slice(0, 60))}; allowed are ${shape.values.join(', ')}.`;
    report(context, 'not-allowed-value', path, message, { nearest: near, belongs: [] });
    return;
  }
  checkRange(context, shape, [...value].length, ' characters', path);
}

function checkRange(
  context: Context,
  { min, max }: { readonly min?: number; readonly max?: number },
  size: number,
  unit: string,
  path: Path,
): void {
  if ((min === undefined || size >= min) && (max === undefined || size <= max)) return;
  const limits =
    min !== undefined && max !== undefined
      ? `${min} to ${max}`
      : min !== undefined
        ? `at least ${min}`
        : `at most ${max}`;
  const is = unit === '' ? 'is' : 'has';
  report(
    context,
    'out-of-range',
    path,
    `${dotted(path)} ${is} ${size}${unit}; allowed ${unit === '' ? 'is' : 'are'} ${limits}.`,
  );
}

function wrongType(context: Context, wanted: string, value: unknown, path: Path): void {
  const got = Array.isArray(value)
    ? 'a list'
    : value === null
      ? 'nothing'
      : isObject(value)
        ? 'an object'
        : JSON.stringify(value);
  report(context, 'wrong-type', path, `${dotted(path)} must be ${wanted}; it is ${(got ?? 'nothing').slice(0, 60)}.`);
}

function report(
  { problems }: Context,
  code: SchemaProblem['code'],
  path: Path,
  message: string,
  more: Pick<SchemaProblem, 'nearest' | 'belongs'> = { nearest: null, belongs: [] },
): void {
  if (problems.length < mostProblems)
    problems.push({ pointer: pointer(...path), path: dotted(path), code, message, ...more });
}

function dotted(path: Path): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');
}
