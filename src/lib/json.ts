/** A parsed JSON object whose members have not been looked at yet. */
export type JsonObject = { readonly [key: string]: unknown };

const emptyObject: JsonObject = Object.freeze({});
const emptyList: readonly unknown[] = Object.freeze([]);

/** The value of a JSON text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True for a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; anything else reads as an object without members, so that garbled input never throws. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : emptyObject;
}

/** The value as a list; anything else reads as an empty list. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : emptyList;
}

/** The value if it is a string, else undefined. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The value if it is a Boolean, else undefined. */
export function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** The value if it is a finite number, or a decimal string as proto3 JSON writes 64-bit integers, else undefined. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) return undefined;
  return Number(value);
}

/** The strings of a list; members of another type are left out. */
export function asTexts(value: unknown): readonly string[] {
  const list = asList(value);
  return list.every(isText) ? list : list.filter(isText);
}

/** The members of an object that are strings, as labels and annotations are. */
export function asTextMap(value: unknown): Readonly<Record<string, string>> {
  const object = asObject(value);
  if (hasTextsOnly(object)) return object;
  const texts: Record<string, string> = {};
  for (const [key, item] of Object.entries(object)) if (isText(item)) texts[key] = item;
  return texts;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function hasTextsOnly(object: JsonObject): object is Readonly<Record<string, string>> {
  return Object.values(object).every(isText);
}

/** Milliseconds of a protobuf JSON duration (`"15s"`, `"0.250s"`), else undefined. */
export function asDurationMs(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^(-?\d+(?:\.\d+)?)s$/.exec(value) : null;
  return match ? Math.round(Number(match[1]) * 1000) : undefined;
}

/** A JSON pointer (RFC 6901) of these segments. */
export function pointer(...segments: readonly (string | number)[]): string {
  let path = '';
  for (const segment of segments) {
    const plain = typeof segment === 'number' || !(segment.includes('~') || segment.includes('/'));
    path += `/${plain ? segment : segment.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
  return path;
}

/** The segments of a JSON pointer. */
export function pointerSegments(path: string): readonly string[] {
  if (path === '') return [];
  return path
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The member `key` of an object or list, own members only; undefined where there is none. */
export function member(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** What a JSON pointer names inside a value; undefined where it names nothing. */
export function valueAt(value: unknown, path: string): unknown {
  let current = value;
  for (const segment of pointerSegments(path)) current = member(current, segment);
  return current;
}

/** The segments of a dotted path as people write it: `spec.listeners[0].portMapping` or `metadata.labels["a.b/c"]`. */
export function dottedSegments(path: string): readonly string[] {
  if (!/[[\]]/.test(path)) return path.split('.').filter((segment) => segment !== '');
  return [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
}
