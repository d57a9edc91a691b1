import { asNumber } from '../../lib/json.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { appMeshEnd } from '../gateway.ts';
import type { Resource } from '../resource.ts';
import { specWrites } from '../spec-writes.ts';

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
  const writes = specWrites(object.body);
  const edit = writes.filter(({ time }) => isLate(time)).at(-1);
  if (edit) {
    const says = `was changed on ${edit.time.slice(0, 10)}, after App Mesh ended`;
    return { says, evidence: object.at(`metadata.managedFields[${edit.index}].time`) };
  }
  // All writes were before the end: App Mesh lived, and did not take the last one.
  if (writes.length > 0) return null;
  if (observed === undefined || generation === null || observed >= generation || deletedAt !== null) return null;
  const says = `was changed to generation ${generation}, and App Mesh took ${observed} at last`;
  return { says, evidence: object.at('status.observedGeneration') };
}

function isLate(time: string | null): boolean {
  return time !== null && Date.parse(time) >= Date.parse(appMeshEnd);
}
