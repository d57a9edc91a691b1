import type { Gap } from '../../snapshot/coverage.ts';
import type { CelType } from './cel.ts';

/** Thrown where an expression asks for what was not seen: then nothing can be said, unless the rest decides alone. */
export class Unseen extends Error {
  readonly gap: Gap;

  constructor(gap: Gap) {
    super(`${gap.missing}: ${gap.reason}`);
    this.name = 'Unseen';
    this.gap = gap;
  }
}

/** A field of the documented model. */
export interface Field<T> {
  /** Its CEL type. */
  readonly type: string;
  readonly says: string;
  /** Its value; undefined where there is none (`has()` is false); throws `Unseen` where that is not known. */
  readonly read: (of: T) => unknown;
}

/** A type of the documented model: how things are seen by expressions, and what the documentation says of them. */
export interface ViewType<T> extends CelType {
  readonly says: string;
  readonly documented: Readonly<Record<string, Pick<Field<T>, 'type' | 'says'>>>;
  /** One view for each thing: what was read of it once is not read again. */
  readonly of: (thing: T) => object;
}

/** Declares a type of the model; fields are read when an expression asks for them. */
export function viewType<T extends object>(
  name: string,
  says: string,
  fields: Readonly<Record<string, Field<T>>>,
): ViewType<T> {
  class View {
    readonly #thing: T;
    readonly #known = new Map<string, unknown>();

    constructor(thing: T) {
      this.#thing = thing;
    }

    static read(view: View, field: string, read: (of: T) => unknown): unknown {
      if (!view.#known.has(field)) view.#known.set(field, read(view.#thing));
      return view.#known.get(field);
    }
  }
  for (const [field, { read }] of Object.entries(fields)) {
    Object.defineProperty(View.prototype, field, {
      get(this: View): unknown {
        return View.read(this, field, read);
      },
    });
  }
  const views = new WeakMap<T, object>();
  return {
    name,
    says,
    view: View,
    fields: Object.fromEntries(Object.entries(fields).map(([field, { type }]) => [field, type])),
    documented: fields,
    of: (thing) => {
      const known = views.get(thing) ?? new View(thing);
      views.set(thing, known);
      return known;
    },
  };
}

/** JSON as expressions see it: whole numbers are `int`, others `double`, as in Kubernetes' own CEL. */
export function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCel(item)]));
}

/** A whole number, or no value where there is none. */
export function toInt(value: number | null | undefined): bigint | undefined {
  return value !== null && value !== undefined && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}
