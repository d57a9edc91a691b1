import { asList, asNumber, asObject, asText, isObject } from '../../lib/json.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { appMeshEnd } from '../gateway.ts';
import type { Resource } from '../resource.ts';

/** A change that nobody took up. */
export interface LateChange {
  /** `was created on 2026-11-20, after App Mesh ended`. */
  readonly says: string;
  readonly evidence: Evidence;
}

/**
 * The creation or last change of an App Mesh object where it came after the end. What a controller did accept
 * (`observedGeneration` equals `generation`) is none; a VirtualGateway never has one. Deleting raises the generation, too.
 */
export function changedAfterEnd(object: Resource): LateChange | null {
  const { createdAt, generation, status, deletedAt } = object;
  const observed = asNumber(status.observedGeneration);
  if (observed !== undefined && observed === generation) return null;
  if (isLate(createdAt)) {
    const says = `was created on ${createdAt?.slice(0, 10)}, after App Mesh ended`;
    return { says, evidence: object.at('metadata.creationTimestamp') };
  }
  const edit = lastSpecEdit(object);
  if (edit) return { says: `was changed on ${edit.day}, after App Mesh ended`, evidence: object.at(edit.path) };
  if (observed === undefined || generation === null || observed >= generation || deletedAt !== null) return null;
  const says = `was changed to generation ${generation}, and App Mesh took ${observed} at last`;
  return { says, evidence: object.at('status.observedGeneration') };
}

/** The last late write of the spec, as the API server keeps the book (managedFields). */
function lastSpecEdit({ body }: Resource): { readonly day: string; readonly path: string } | null {
  let last: { readonly day: string; readonly path: string; readonly time: number } | null = null;
  for (const [index, item] of asList(asObject(body.metadata).managedFields).entries()) {
    const { time, subresource, fieldsV1 } = asObject(item);
    const at = asText(time) ?? null;
    if (!at || !isLate(at) || (subresource !== undefined && subresource !== '')) continue;
    if (!isObject(asObject(fieldsV1)['f:spec'])) continue;
    const moment = Date.parse(at);
    if (last === null || moment > last.time) {
      last = { day: at.slice(0, 10), path: `metadata.managedFields[${index}].time`, time: moment };
    }
  }
  return last;
}

function isLate(time: string | null): boolean {
  return time !== null && Date.parse(time) >= Date.parse(appMeshEnd);
}
