import type { Model } from '../model/model.ts';
import type { Explained, RouteObject } from '../routing/explained.ts';
import type { Decision } from '../routing/match/decision.ts';
import type { Step } from '../routing/match/steps.ts';
import { routeKey } from '../routing/translate/translation.ts';
import { type ObjectRef, type Place, refText } from '../snapshot/object.ts';
import type { Desired, RunningTable } from './deciders.ts';

/** Where a place stands in a file; null where it stands in none. */
export type PositionOf = (place: Place) => { readonly file: string; readonly line: number } | null;

type Grading = Pick<RouteObject, 'grade' | 'notes'>;

/**
 * The objects behind the routes that were tried, behind virtual hosts without routes, and behind the routes the objects
 * ask for: by `document pointer` of the route or virtual host.
 */
export function objectsOf(
  model: Model,
  { originOf }: RunningTable,
  steps: readonly Step[],
  asked: { readonly decision: Decision; readonly desired: Desired | null } | null,
  position: PositionOf,
): Explained['objects'] {
  const objects: Record<string, RouteObject> = {};
  const note = (place: Place, ref: ObjectRef, at: Place, grading: Grading): void => {
    const found = position({ document: at.document, pointer: at.pointer });
    const { grade, notes } = grading;
    objects[routeKey(place)] = {
      object: refText(ref),
      file: found?.file ?? null,
      line: found?.line ?? null,
      grade,
      notes,
    };
  };
  for (const { stage, place, object } of steps) {
    if (stage !== 'route' || !place) continue;
    const origin = originOf(place);
    if (origin) note(place, origin.ref, origin, origin);
    else {
      const service = model.virtualServices.find(({ awsName }) => awsName === object);
      if (service) note(place, service.ref, service.at('spec.provider'), { grade: 'observed', notes: [] });
    }
  }
  for (const { route } of asked?.decision.hops ?? []) {
    const origin = route ? asked?.desired?.translation.origins.get(route) : undefined;
    if (route && origin) note(route, origin.ref, origin, origin);
  }
  return objects;
}
