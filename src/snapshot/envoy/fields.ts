import { asList, asNumber, asObject, asText, type JsonObject, pointer } from '../../lib/json.ts';
import type { Address, RefusedUpdate } from './view.ts';

/** A value of an admin page together with the pointer to it in its document. */
export interface At {
  readonly document: string;
  readonly pointer: string;
  readonly value: JsonObject;
}

/** A member of an admin page's value, as an object. */
export function inside(at: At, ...keys: readonly (string | number)[]): At {
  let value: unknown = at.value;
  for (const key of keys) value = typeof key === 'number' ? asList(value)[key] : asObject(value)[key];
  return { document: at.document, pointer: at.pointer + pointer(...keys), value: asObject(value) };
}

/** The items of a list member, as objects. */
export function itemsOf(at: At, key: string): readonly At[] {
  return asList(at.value[key]).map((item, index) => ({
    document: at.document,
    pointer: at.pointer + pointer(key, index),
    value: asObject(item),
  }));
}

/** Where a value stands, without holding the value. */
export function placeOf(at: At): { readonly document: string; readonly pointer: string } {
  return { document: at.document, pointer: at.pointer };
}

/** A text member; empty where it is absent. */
export function textOf(at: At, key: string): string {
  return asText(at.value[key]) ?? '';
}

/** A core.v3.Address: socket address, pipe (port 0), or null for others. */
export function addressOf(value: unknown): Address | null {
  const address = asObject(value);
  const socket = asObject(address.socket_address);
  const host = asText(socket.address);
  if (host !== undefined) return { host, port: asNumber(socket.port_value) ?? 0 };
  const path = asText(asObject(address.pipe).path);
  return path === undefined ? null : { host: path, port: 0 };
}

/** admin.v3.UpdateFailureState: the last update that was refused; null where there is none. */
export function refusedOf(at: At): RefusedUpdate | null {
  const state = inside(at, 'error_state');
  if (Object.keys(state.value).length === 0) return null;
  const failed = asObject(state.value.failed_configuration);
  return {
    place: placeOf(state),
    details: textOf(state, 'details'),
    lastAttempt: asText(state.value.last_update_attempt) ?? null,
    name: asText(failed.name) ?? asText(failed.cluster_name) ?? '',
    version: textOf(state, 'version_info'),
  };
}
