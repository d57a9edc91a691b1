import { memoize } from '../../lib/memo.ts';
import { itemOf, type ObjectRef, type Place } from '../../snapshot/object.ts';
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
  readonly origins: Pick<ByRoute<Origin>, 'get' | 'values'>;
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

/** Made for each of thousands of routes: where its object stands is told when it is asked for. */
class RouteOrigin implements Origin {
  readonly ref: ObjectRef;
  readonly grade: Grade;
  readonly order: RouteOrder;
  readonly notes: readonly string[];
  readonly #place: Place;

  constructor(place: Place, { ref, grade, order, notes }: Omit<Origin, 'document' | 'pointer'>) {
    this.#place = place;
    this.ref = ref;
    this.grade = grade;
    this.order = order;
    this.notes = notes;
  }

  get document(): string {
    return this.#place.document;
  }

  get pointer(): string {
    return this.#place.pointer;
  }
}

/** The origin of a route that an object makes at this place. */
export function originAt(place: Place, made: Omit<Origin, 'document' | 'pointer'>): Origin {
  return new RouteOrigin(place, made);
}

/** Something of each route, found by where the route stands: lists by virtual host, since keys of thousands are long. */
export class ByRoute<T> {
  readonly #lists = new Map<string, (T | undefined)[]>();

  set(at: Place, value: T): void {
    const [list, index] = placeInList(at);
    const values = this.#lists.get(list) ?? [];
    values[index] = value;
    this.#lists.set(list, values);
  }

  /** Those of all routes that stand in a list. */
  fill(list: Place, values: readonly T[]): void {
    this.#lists.set(routeKey(list), [...values]);
  }

  get(at: Place): T | null {
    const [list, index] = placeInList(at);
    return this.#lists.get(list)?.[index] ?? null;
  }

  *values(): Generator<T> {
    for (const list of this.#lists.values()) for (const value of list) if (value !== undefined) yield value;
  }
}

/** The key of the list that holds a route, and its index in it. */
function placeInList(at: Place): readonly [list: string, index: number] {
  const item = itemOf(at);
  if (item) return [listKey(item.list), item.index];
  const { document, pointer } = at;
  const cut = pointer.lastIndexOf('/');
  return [`${document} ${pointer.slice(0, cut)}`, Number(pointer.slice(cut + 1))];
}

const listKey = memoize((list: Place) => routeKey(list));

/** The key of a route in a translation. */
export function routeKey(at: { readonly document: string; readonly pointer: string }): string {
  return `${at.document} ${at.pointer}`;
}
