import { isObject, type JsonObject } from '../../lib/json.ts';
import { Refused } from './refused.ts';

/** A value of `bundle.json` and where it stands, for the line that says it is damaged. */
export interface At {
  readonly path: string;
  readonly value: unknown;
}

/** A member of an object; its reader decides whether it may be absent. */
export function at(object: JsonObject, path: string, key: string): At {
  return { path: path === '' ? key : `${path}.${key}`, value: Object.hasOwn(object, key) ? object[key] : undefined };
}

/** An object, else the bundle is refused. */
export function object({ path, value }: At): JsonObject {
  return isObject(value) ? value : damaged(path);
}

/** A string, else the bundle is refused. */
export function text({ path, value }: At): string {
  return typeof value === 'string' ? value : damaged(path);
}

/** A string or null, else the bundle is refused. */
export function textOrNull(of: At): string | null {
  return of.value === null ? null : text(of);
}

/** A point in time (ISO 8601), else the bundle is refused. */
export function time(of: At): string {
  const value = text(of);
  return Number.isNaN(Date.parse(value)) ? damaged(of.path) : value;
}

/** A Boolean, else the bundle is refused. */
export function flag({ path, value }: At): boolean {
  return typeof value === 'boolean' ? value : damaged(path);
}

/** A number of things, else the bundle is refused. */
export function count({ path, value }: At): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : damaged(path);
}

/** One of these strings, else the bundle is refused. */
export function oneOf<T extends string>(of: At, values: readonly T[]): T {
  return values.find((value) => value === of.value) ?? damaged(of.path);
}

/** A list whose every item is read the same way, else the bundle is refused. */
export function list<T>({ path, value }: At, read: (item: At) => T): readonly T[] {
  if (!Array.isArray(value)) return damaged(path);
  return value.map((item: unknown, index) => read({ path: `${path}[${index}]`, value: item }));
}

/** Refuses a bundle whose `bundle.json` holds something else there than a bundle does. */
export function damaged(path: string): never {
  throw new Refused(`its bundle.json is damaged (${path})`);
}
