import type { Shape } from './shape.ts';

/** A structural OpenAPI v3 schema of a shape, as a CRD holds it. Choices are left out: structural schemas cannot say them. */
export function toOpenApi(shape: Shape): object {
  switch (shape.type) {
    case 'object': {
      const fields = Object.entries(shape.fields);
      const required = fields.flatMap(([name, field]) => (field.required ? [name] : []));
      const properties = Object.fromEntries(fields.map(([name, field]) => [name, toOpenApi(field.shape)]));
      return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
    }
    case 'map':
      return { type: 'object', additionalProperties: { type: 'string' } };
    case 'array':
      return { type: 'array', items: toOpenApi(shape.items), ...limits(shape, 'minItems', 'maxItems') };
    case 'string':
      return {
        type: 'string',
        ...(shape.values ? { enum: [...shape.values] } : {}),
        ...limits(shape, 'minLength', 'maxLength'),
      };
    case 'integer':
      return { type: 'integer', format: 'int64', ...limits(shape, 'minimum', 'maximum') };
    case 'boolean':
      return { type: 'boolean' };
  }
}

function limits(shape: { readonly min?: number; readonly max?: number }, least: string, most: string): object {
  return {
    ...(shape.min === undefined ? {} : { [least]: shape.min }),
    ...(shape.max === undefined ? {} : { [most]: shape.max }),
  };
}
