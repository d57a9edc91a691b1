import type { ObjectRef, Place } from '../../snapshot/object.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { TableInput } from '../table/input.ts';
import type { RouteOrder } from './order.ts';

/** How sure a translated feature is: seen in a real App Mesh dump, told by the user guide, or assumed from Envoy's ways. */
export type Grade = 'observed' | 'documented' | 'assumed';

/** The tables App Mesh would have pushed to a gateway, as Envoy's JSON, and where each part came from. */
export interface Translation {
  /** The mesh's AWS name. */
  readonly mesh: string;
  readonly input: TableInput;
  /** By `document pointer` of a route. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** Envoy's cluster configurations, by name. */
  readonly clusters: ReadonlyMap<string, JsonObject>;
  /**
   * The routes (by `document pointer`) that stand in no defined order to some other object's route of their virtual host.
   * Which pairs: those for which `surelyBefore` of their origins' `order` is false both ways.
   */
  readonly undefinedOrder: ReadonlySet<string>;
  /** What of the listeners was never seen in a real dump. */
  readonly assumed: readonly string[];
  /** Objects that make no route, and why. */
  readonly leftOut: readonly LeftOut[];
  /** VirtualServices that were not among what was read: what they would do is unknown. */
  readonly unknownServices: readonly string[];
  /** VirtualServices that nothing answers for: no provider, a missing one, or a router without routes. Rules of their own tell. */
  readonly emptyServices: readonly string[];
}

/** An object that makes no route. */
export interface LeftOut {
  readonly ref: ObjectRef;
  readonly reason: string;
  readonly place: Place;
  /** The requests it asks for, as Envoy's route matches. */
  readonly matches: readonly JsonObject[];
}

/** The object a route was made from. */
export interface Origin {
  readonly ref: ObjectRef;
  /** Where the object was read: its document, and the JSON pointer of the route in it. */
  readonly document: string;
  readonly pointer: string;
  readonly grade: Grade;
  /** What App Mesh orders it by. */
  readonly order: RouteOrder;
  /** The features that are not observed. */
  readonly notes: readonly string[];
}

/** The key of a route in a translation. */
export function routeKey(at: { readonly document: string; readonly pointer: string }): string {
  return `${at.document} ${at.pointer}`;
}
