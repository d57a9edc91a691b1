import { memoize } from '../../lib/memo.ts';
import { type SchemaProblem, validate } from '../../schema/validate.ts';

import type { Resource } from '../resource.ts';

export type { SchemaProblem } from '../../schema/validate.ts';

/** What the schema of its kind does not allow in an object. */
export const schemaProblems: (object: Resource) => readonly SchemaProblem[] = memoize((object: Resource) =>
  validate(object.ref.kind, object.body),
);
