import type { ObjectRef } from '../../snapshot/object.ts';
import type { TableInput } from '../table/input.ts';

/** How sure a translated feature is: seen in a real App Mesh dump, told by the user guide, or assumed from Envoy's ways. */
export type Grade = 'observed' | 'documented' | 'assumed';

/** The tables App Mesh would have pushed to a gateway, as Envoy's JSON, and where each part came from. */
export interface Translation {
  readonly input: TableInput;
  /** By `document pointer` of a route. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Routes (by `document pointer`) whose order App Mesh does not define. */
  readonly ties: readonly (readonly string[])[];
  /** Objects that make no route, and why. */
  readonly leftOut: readonly { readonly ref: ObjectRef; readonly reason: string }[];
  /** VirtualServices that were not among what was read: what they would do is unknown. */
  readonly unknownServices: readonly string[];
}

/** The object a route was made from. */
export interface Origin {
  readonly ref: ObjectRef;
  /** Where the object was read: its document, and the JSON pointer of the route in it. */
  readonly document: string;
  readonly pointer: string;
  readonly grade: Grade;
  /** The features that are not observed. */
  readonly notes: readonly string[];
}

/** The key of a route in a translation. */
export function routeKey(at: { readonly document: string; readonly pointer: string }): string {
  return `${at.document} ${at.pointer}`;
}
