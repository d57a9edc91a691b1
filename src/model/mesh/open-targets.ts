import { asList, asNumber, asObject, asText } from '../../lib/json.ts';
import type { Model } from '../model.ts';
import type { Relation } from '../relation.ts';
import type { VirtualNode } from './kinds.ts';
import { virtualNode } from './links.ts';
import type { WrittenRoute } from './written-routes.ts';

/** A weighted target that names no port, each VirtualNode once. */
export interface OpenTarget {
  /** Dotted path of the target in the route's object. */
  readonly path: string;
  readonly listens: Relation<VirtualNode>;
}

/** The weighted targets of a VirtualRouter's route that name no port. */
export function openNodes(model: Model, { object, action, path }: WrittenRoute): readonly OpenTarget[] {
  const seen = new Set<string>();
  return asList(action.weightedTargets).flatMap((item, index) => {
    const target = asObject(item);
    const reference = asObject(target.virtualNodeRef);
    const name = asText(reference.name);
    if (!name || asNumber(target.port) !== undefined) return [];
    const namespace = asText(reference.namespace) ?? object.ref.namespace ?? '';
    if (seen.has(`${namespace}/${name}`)) return [];
    seen.add(`${namespace}/${name}`);
    const at = `${path}.action.weightedTargets[${index}]`;
    return [{ path: at, listens: virtualNode(model, { namespace, name, path: at }) }];
  });
}
