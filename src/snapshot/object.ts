import type { JsonObject } from '../lib/json.ts';
import { memoize } from '../lib/memo.ts';

/** The identity of an object: the same on every cluster and every machine. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  /** Null for what is not namespaced. */
  readonly namespace: string | null;
  readonly name: string;
}

/** A place in a document: `pointer` is a JSON pointer. In a manifest its first segment is the index of the YAML document in the file. */
export interface Place {
  readonly document: string;
  readonly pointer: string;
}

/** A place in another one. There are ten thousands of them, and few are told: the pointer is made when it is asked for. */
class InnerPlace implements Place {
  readonly #outer: Place;
  readonly #step: string | number;

  constructor(outer: Place, step: string | number) {
    this.#outer = outer;
    this.#step = step;
  }

  static itemOf(place: Place): { readonly list: Place; readonly index: number } | null {
    if (!(place instanceof InnerPlace) || typeof place.#step !== 'number') return null;
    return { list: place.#outer, index: place.#step };
  }

  get document(): string {
    return this.#outer.document;
  }

  get pointer(): string {
    const step = this.#step;
    return typeof step === 'number' ? `${this.#outer.pointer}/${step}` : this.#outer.pointer + step;
  }
}

/**
 * A place in another one: the item of a list by its index, or what a JSON pointer leads to. It has no members of its own to
 * spread.
 */
export function within(place: Place, step: string | number): Place {
  return new InnerPlace(place, step);
}

/** The list that an item's place was made in, and its index; null where the place was not made so. */
export function itemOf(place: Place): { readonly list: Place; readonly index: number } | null {
  return InnerPlace.itemOf(place);
}

/** A Kubernetes object as it was read, with the place it was read from. */
export interface KubernetesObject {
  readonly ref: ObjectRef;
  readonly place: Place;
  readonly body: JsonObject;
  /** False for objects that only stand by (`--base`, or outside the namespaces of `-n`): they resolve references, but findings are not reported for them. */
  readonly reported: boolean;
  /** The cluster it was read from; absent where it came from files. */
  readonly cluster?: string;
}

/** An object's name as people say it: `GatewayRoute shop/cart`, `Mesh shop`. */
export function refText(ref: ObjectRef): string {
  return `${ref.kind} ${ref.namespace === null ? '' : `${ref.namespace}/`}${ref.name}`;
}

/** Of an object that was read: every rule asks for the keys of all its subjects, so each keeps its own. */
class ReadRef implements ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  #key: string | null = null;

  constructor({ apiVersion, kind, namespace, name }: ObjectRef) {
    this.apiVersion = apiVersion;
    this.kind = kind;
    this.namespace = namespace;
    this.name = name;
  }

  key(): string {
    this.#key ??= writeKey(this);
    return this.#key;
  }
}

/** The ref of an object that was read. */
export function readRef(ref: ObjectRef): ObjectRef {
  return new ReadRef(ref);
}

const writtenKey = memoize(writeKey);

/** A key that two refs share exactly when they name the same object; API versions of one group are one. */
export function refKey(ref: ObjectRef): string {
  return ref instanceof ReadRef ? ref.key() : writtenKey(ref);
}

function writeKey({ apiVersion, kind, namespace, name }: ObjectRef): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${group}|${kind}|${namespace ?? ''}|${name}`;
}
