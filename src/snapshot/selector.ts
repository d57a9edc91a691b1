import { asList, asObject, asText, asTextMap, asTexts, isObject } from '../lib/json.ts';

/** One `matchExpressions` entry of a LabelSelector. */
interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** A Kubernetes LabelSelector; empty it selects everything. What an absent one selects is the field's own business. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly Expression[];
}

/** Reads a LabelSelector; null where the field is absent. */
export function readSelector(value: unknown): LabelSelector | null {
  if (!isObject(value)) return null;
  return {
    matchLabels: asTextMap(value.matchLabels),
    matchExpressions: asList(value.matchExpressions).map((item) => {
      const expression = asObject(item);
      return {
        key: asText(expression.key) ?? '',
        operator: asText(expression.operator) ?? '',
        values: asTexts(expression.values),
      };
    }),
  };
}

/** The requirement of a selector that these labels fail, in words, or null where all hold. */
export function firstMismatch(selector: LabelSelector, labels: Readonly<Record<string, string>>): string | null {
  for (const [key, wanted] of Object.entries(selector.matchLabels)) {
    const actual = labels[key];
    if (actual === undefined) return `label ${key}=${wanted} is not there`;
    if (actual !== wanted) return `label ${key} is ${actual}, not ${wanted}`;
  }
  for (const expression of selector.matchExpressions) {
    if (!holds(expression, labels[expression.key])) return `label ${describe(expression)} does not hold`;
  }
  return null;
}

/** True when every requirement holds. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  for (const key in selector.matchLabels) if (labels[key] !== selector.matchLabels[key]) return false;
  return selector.matchExpressions.every((expression) => holds(expression, labels[expression.key]));
}

function holds(expression: Expression, actual: string | undefined): boolean {
  switch (expression.operator) {
    case 'In':
      return actual !== undefined && expression.values.includes(actual);
    case 'NotIn':
      return actual === undefined || !expression.values.includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    default:
      return false;
  }
}

function describe(expression: Expression): string {
  const values = expression.values.length > 0 ? ` (${expression.values.join(', ')})` : '';
  return `${expression.key} ${expression.operator}${values}`;
}
