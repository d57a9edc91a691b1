import { isObject, type JsonObject } from '../lib/json.ts';

/**
 * Changes one object; `key` is the member it stands under, or that of the list it stands in. The same object: no
 * change.
 */
export type Edit = (object: JsonObject, key: string) => JsonObject;

/** Nothing Envoy writes nests deeper. */
const deepest = 400;

/**
 * Edits every object in a value, inner ones first. What does not change is not copied: a dump of 30 MB is mostly
 * routes that stay as they are.
 */
export function editObjects<T>(value: T, edit: Edit): T {
  return walk(value, '', edit, 0) as T;
}

function walk(value: unknown, key: string, edit: Edit, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > deepest) return value;
  if (Array.isArray(value)) return walkList(value, key, edit, depth);
  if (!isObject(value)) return value;
  let copy: Record<string, unknown> | null = null;
  for (const name in value) {
    const item = value[name];
    if (typeof item !== 'object' || item === null) continue;
    const next = walk(item, name, edit, depth + 1);
    if (next === item) continue;
    copy ??= { ...value };
    copy[name] = next;
  }
  return edit(copy ?? value, key);
}

function walkList(list: readonly unknown[], key: string, edit: Edit, depth: number): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (let at = 0; at < list.length; at += 1) {
    const next = walk(list[at], key, edit, depth + 1);
    if (next === list[at]) continue;
    copy ??= [...list];
    copy[at] = next;
  }
  return copy ?? list;
}

/** An object without these members; the same object where it has none of them. */
export function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  if (!names.some((name) => name in object)) return object;
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
