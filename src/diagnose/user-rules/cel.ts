import { type ASTNode, Environment, EvaluationError } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import type { Meter } from './meter.ts';

/** A type of the model as expressions know it: its class, and the CEL type of each field. */
export interface CelType {
  readonly name: string;
  readonly view: new (...given: never[]) => object;
  readonly fields: Readonly<Record<string, string>>;
}

/** What an expression gave: a value, a field that was not there, or why it could not be decided. */
export type CelResult =
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'missing'; readonly field: string }
  | { readonly type: 'error'; readonly reason: string }
  /** Not the expression's: what it reads threw. */
  | { readonly type: 'thrown'; readonly error: unknown };

/** An expression that was read and checked. */
export interface CelExpression {
  /** `bool`, `string`, `dyn` … */
  readonly type: string;
  readonly run: (value: unknown, meter: Meter) => CelResult;
}

/** Why an expression was refused, in one line. */
export class CelRefused extends Error {
  /** The name of a field or variable that is not known, where that is the reason. */
  readonly unknown: string | null;

  constructor(message: string, unknown: string | null = null) {
    super(message);
    this.name = 'CelRefused';
    this.unknown = unknown;
  }
}

/** A rule is a sentence, not a program. */
const limits = { maxAstNodes: 1000, maxDepth: 60, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 16 };
const longestExpression = 10_000;
const longestPattern = 1_000;
const largestProgram = 10_000;

/** Reads expressions over one variable. The only file that knows the CEL library. */
export function celOver(
  variable: { readonly name: string; readonly type: string },
  types: readonly CelType[],
): (text: string) => CelExpression {
  const state: { meter: Meter | null } = { meter: null };
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false, limits });
  for (const { name, view, fields } of types) environment.registerType(name, { ctor: view, fields });
  environment.registerVariable(variable.name, variable.type);
  const patterns = new Map<string, RE2JS>();
  const re2 = (text: string, pattern: string): boolean => {
    const program = compiled(patterns, pattern);
    state.meter?.spend(1 + Math.ceil((text.length * program.programSize()) / 100));
    return program.matcher(text).find();
  };
  environment.registerFunction('re2(string, string): bool', re2);
  environment.registerFunction('string.re2(string): bool', re2);
  return (text) => read(environment, state, variable.name, text);
}

function read(environment: Environment, state: { meter: Meter | null }, variable: string, text: string): CelExpression {
  if (text.length > longestExpression) throw new CelRefused(`it is longer than ${longestExpression} characters`);
  const parsed = orRefuse(() => environment.parse(text));
  const nodes: ASTNode[] = [];
  collectNodes(parsed.ast, nodes);
  for (const node of nodes) refuseNode(node);
  const checked = parsed.check();
  if (!checked.valid) throw refusal(checked.error);
  for (const node of nodes) meterNode(node, state);
  return {
    type: checked.type ?? 'dyn',
    run: (value, meter) => {
      state.meter = meter;
      try {
        const result: unknown = parsed({ [variable]: value });
        meter.check();
        return { type: 'value', value: result };
      } catch (error) {
        meter.check();
        return resultOf(error);
      } finally {
        state.meter = null;
      }
    },
  };
}

function orRefuse<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw refusal(error);
  }
}

function refusal(error: unknown): CelRefused {
  if (!(error instanceof Error)) return new CelRefused(String(error));
  const { summary, code } = error as { readonly summary?: unknown; readonly code?: unknown };
  const said = (typeof summary === 'string' ? summary : error.message).split('\n', 1)[0] ?? '';
  const named = /^(?:No such key|Unknown variable): (.*)$/.exec(said);
  if (named && code === 'no_such_key') return new CelRefused(`there is no field ${named[1]}`, named[1] ?? null);
  if (named) return new CelRefused(`there is no variable ${named[1]}`, named[1] ?? null);
  return new CelRefused(said);
}

function resultOf(error: unknown): CelResult {
  if (error instanceof EvaluationError && error.code === 'no_such_key' && error.node)
    return { type: 'missing', field: pathOf(error.node) };
  if (error instanceof EvaluationError) return { type: 'error', reason: error.summary };
  return error instanceof CelRefused ? { type: 'error', reason: error.message } : { type: 'thrown', error };
}

/** The nodes that stand in the text, without those the library makes of macros: every turn of a list runs one of them. */
function collectNodes(value: unknown, into: ASTNode[]): void {
  if (Array.isArray(value)) for (const item of value) collectNodes(item, into);
  else if (isNode(value)) {
    into.push(value);
    collectNodes(value.args, into);
  }
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** `matches` is JavaScript's own regular expression here, which backtracks: 24 characters can take seconds. */
function refuseNode(node: ASTNode): void {
  if (node.op !== 'call' && node.op !== 'rcall') return;
  const [name, ...given] = node.args as readonly unknown[];
  if (name === 'matches')
    throw new CelRefused(
      'matches() is not taken: it backtracks, so a short text can hang the run; write re2(text, pattern), which takes time in proportion to the text',
    );
  if (name !== 're2') return;
  const last = given.flat().at(-1);
  if (isNode(last) && last.op === 'value' && typeof last.args === 'string') compiled(new Map(), last.args);
}

function compiled(patterns: Map<string, RE2JS>, pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known) return known;
  if (pattern.length > longestPattern)
    throw new CelRefused(`re2: the pattern is longer than ${longestPattern} characters`);
  let program: RE2JS;
  try {
    program = RE2JS.compile(pattern);
  } catch (error) {
    throw new CelRefused(`re2: ${error instanceof Error ? error.message : error}`);
  }
  if (program.programSize() > largestProgram) throw new CelRefused('re2: the pattern is too large when compiled');
  if (patterns.size < 100) patterns.set(pattern, program);
  return program;
}

/** What these look through costs by its size, not one step: all of it where things are compared, else its length. */
const looking: Readonly<Record<string, number>> = {
  '==': 30,
  '!=': 30,
  in: 30,
  '+': 1,
  call: 1,
  rcall: 1,
  '<': 1,
  '>': 1,
};

/**
 * Makes a node count its step each time it runs, and what it hands to something that looks through it by its size. The
 * library replaces a node's `evaluate` on its first run, hence the accessor.
 */
function meterNode(node: ASTNode, state: { readonly meter: Meter | null }): void {
  const depth = looking[node.op] ?? 0;
  if (depth > 0) for (const argument of collectArguments(node)) looked.set(argument, depth);
  const own: unknown = Reflect.get(node, 'evaluate');
  if (!isEvaluate(own)) throw new Error('a node of an expression does not evaluate itself');
  let inner = own;
  const evaluate: Evaluate = function (this: unknown, evaluator, ast, context) {
    state.meter?.spend(1);
    const result = inner.call(node, evaluator, ast, context);
    const deep = Math.max(looked.get(node) ?? 0, depth > 0 ? 1 : 0);
    if (deep > 0) state.meter?.spend(weight(result, deep));
    return result;
  };
  Object.defineProperty(node, 'evaluate', {
    configurable: true,
    get: () => evaluate,
    set: (next: Evaluate) => {
      inner = next;
    },
  });
}

type Evaluate = (evaluator: unknown, ast: unknown, context: unknown) => unknown;

function isEvaluate(value: unknown): value is Evaluate {
  return typeof value === 'function';
}

/** How deep what a node gives is looked through by the one that takes it. */
const looked = new WeakMap<object, number>();

function collectArguments(node: ASTNode): readonly ASTNode[] {
  return [node.args].flat(2).filter(isNode);
}

/** About how much work it is to look through a value once. */
function weight(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length >> 5;
  if (typeof value !== 'object' || value === null || depth === 0) return 0;
  const items: readonly unknown[] | null = Array.isArray(value)
    ? value
    : value.constructor === Object
      ? Object.values(value)
      : null;
  if (!items) return 1;
  if (depth === 1) return items.length;
  return items.reduce<number>((sum, item) => sum + 1 + weight(item, depth - 1), 0);
}

function pathOf(node: ASTNode): string {
  if (node.op === 'id') return String(node.args);
  const [left, right] = Array.isArray(node.args) ? (node.args as readonly unknown[]) : [];
  const before = isNode(left) ? pathOf(left) : '…';
  if (node.op === '.' || node.op === '.?') return `${before}.${String(right)}`;
  if (node.op === '[]' && isNode(right)) {
    return `${before}[${right.op === 'value' ? JSON.stringify(right.args, (_, v) => (typeof v === 'bigint' ? Number(v) : v)) : '…'}]`;
  }
  return '…';
}
