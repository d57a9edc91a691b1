/** A text. */
export const text = { type: 'string' } as const;
/** A whole number from 0 on. */
export const count = { type: 'integer', minimum: 0 } as const;
/** This, or null. */
export const nullable = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] });
/** A list of these. */
export const list = (items: object): object => ({ type: 'array', items });

/** An object whose members are all required and all named: a reader can rely on each, and none is forgotten here. */
export function closed(properties: Record<string, object>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}
