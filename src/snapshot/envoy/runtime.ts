import { asText, isObject, type JsonObject } from '../../lib/json.ts';
import type { Runtime } from './view.ts';

/** Reads `/runtime`: the value in force of each key; null where it is not that page. */
export function readRuntime(page: JsonObject, document: string): Runtime | null {
  if (!isObject(page.entries) && !Array.isArray(page.layers)) return null;
  const values = new Map<string, string>();
  if (isObject(page.entries)) {
    for (const [key, entry] of Object.entries(page.entries)) {
      const value = isObject(entry) ? asText(entry.final_value) : undefined;
      if (value !== undefined) values.set(key, value);
    }
  }
  return { place: { document, pointer: '/entries' }, values };
}
