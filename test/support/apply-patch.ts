import { asList, asObject, isObject, type JsonObject } from '../../src/lib/json.ts';

/** What a merge patch (RFC 7386) makes of a value: null takes a member away, a list replaces. */
export function mergePatched(value: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = { ...asObject(value) };
  for (const [key, part] of Object.entries(patch)) {
    if (part === null) delete result[key];
    else result[key] = mergePatched(result[key], part);
  }
  return result;
}

/** What a JSON patch (RFC 6902) makes of a value; throws where an operation does not apply. */
export function jsonPatched(value: unknown, patch: unknown): unknown {
  return asList(patch).map(asObject).reduce<unknown>(operated, value);
}

function operated(value: unknown, { op, path, value: operand }: JsonObject): unknown {
  const keys = String(path)
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (op !== 'add' && op !== 'replace' && op !== 'remove') throw new Error(`no fix needs ${JSON.stringify(op)}`);
  return changed(value, keys, op, operand);
}

function changed(value: unknown, keys: readonly string[], op: 'add' | 'replace' | 'remove', operand: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return operand;
  if (Array.isArray(value)) {
    const at = key === '-' ? value.length : Number(key);
    const last = op === 'add' && rest.length === 0 ? value.length : value.length - 1;
    if (!Number.isInteger(at) || at < 0 || at > last) throw new Error(`a list of ${value.length} has no ${key}`);
    const put = rest.length > 0 || op !== 'remove' ? [changed(value[at], rest, op, operand)] : [];
    return [...value.slice(0, at), ...put, ...value.slice(op === 'add' && rest.length === 0 ? at : at + 1)];
  }
  if (!isObject(value)) throw new Error(`nothing holds ${key}`);
  if ((rest.length > 0 || op !== 'add') && !(key in value)) throw new Error(`no member ${key}`);
  if (rest.length === 0 && op === 'remove') {
    const { [key]: _, ...kept } = value;
    return kept;
  }
  return { ...value, [key]: changed(value[key], rest, op, operand) };
}
