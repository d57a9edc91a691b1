/** What a value of an App Mesh object may be. Plain data: read by the validator, and turned into OpenAPI for CRDs. */
export type Shape =
  | { readonly type: 'object'; readonly fields: Readonly<Record<string, Field>>; readonly choice?: Choice }
  | { readonly type: 'map' }
  | { readonly type: 'array'; readonly items: Shape; readonly min?: number; readonly max?: number }
  | { readonly type: 'string'; readonly values?: readonly string[]; readonly min?: number; readonly max?: number }
  | { readonly type: 'integer'; readonly min?: number; readonly max?: number }
  | { readonly type: 'boolean' };

/** A member of an object. */
export interface Field {
  readonly shape: Shape;
  readonly required: boolean;
}

/**
 * Members of which one excludes the others: our own knowledge, which structural schemas cannot say. Only those that neither
 * the CRD nor a text of the admission webhook refuses: what the webhook refuses is told in its own words by another rule.
 */
export interface Choice {
  readonly of: readonly string[];
  /** `one`: exactly one is needed; `most`: none will do too. */
  readonly count: 'one' | 'most';
}

/** A text; `min` and `max` count characters. */
export const text = (min?: number, max?: number): Shape => ({
  type: 'string',
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});

/** One of these texts. */
export const oneOf = (...values: readonly string[]): Shape => ({ type: 'string', values });

/** A whole number from `min` to `max`. */
export const integer = (min?: number, max?: number): Shape => ({
  type: 'integer',
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});

/** A Boolean. */
export const boolean: Shape = { type: 'boolean' };

/** A list; `min` and `max` count items. */
export const list = (items: Shape, min?: number, max?: number): Shape => ({
  type: 'array',
  items,
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});

/** An object; a name that ends in `!` is required. */
export function object(fields: Readonly<Record<string, Shape>>, choice?: Choice): Shape & { readonly type: 'object' } {
  const named = Object.entries(fields).map(([name, shape]): [string, Field] => {
    const required = name.endsWith('!');
    return [required ? name.slice(0, -1) : name, { shape, required }];
  });
  return { type: 'object', fields: Object.fromEntries(named), ...(choice ? { choice } : {}) };
}
