import { readConditions } from '../platform/disruption.ts';
import type { Resource } from '../resource.ts';

/** Whether the controller has told that App Mesh took an object: its `<Kind>Active` condition. */
export type Activity =
  | { readonly state: 'active' | 'inactive'; readonly path: string }
  /** The API server gave it back without the condition: it was never reconciled. */
  | { readonly state: 'never' }
  /** A person wrote it: nothing tells. */
  | { readonly state: 'unknown' };

/** Reads the condition; it is written only after App Mesh has answered, and never says why (controller pkg/<kind>/resource_manager.go). */
export function activityOf(object: Resource): Activity {
  const condition = readConditions(object).find(({ type }) => type === `${object.ref.kind}Active`);
  if (condition) return { state: condition.status === 'True' ? 'active' : 'inactive', path: condition.path };
  return { state: object.exported ? 'never' : 'unknown' };
}
