import { memoize } from '../../lib/memo.ts';
import { type SchemaProblem, validate } from '../../schema/validate.ts';

import type { Model } from '../model.ts';
import type { Resource } from '../resource.ts';

export type { SchemaProblem } from '../../schema/validate.ts';

/** Every App Mesh object of the model. */
export function meshObjects(model: Model): readonly Resource[] {
  return [
    ...model.meshes,
    ...model.virtualGateways,
    ...model.gatewayRoutes,
    ...model.virtualServices,
    ...model.virtualRouters,
    ...model.virtualNodes,
    ...model.backendGroups,
  ];
}

/** What the schema of its kind does not allow in an object. */
export const schemaProblems: (object: Resource) => readonly SchemaProblem[] = memoize((object: Resource) =>
  validate(object.ref.kind, object.body),
);
