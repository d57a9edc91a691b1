import { asNumber, asObject, asText, isObject } from '../../lib/json.ts';
import type { Address } from './view.ts';

/** Reads an Envoy `core.v3.Address`: a socket address, or a pipe as its path with port 0; null where it is neither. */
export function readAddress(value: unknown): Address | null {
  const { socket_address, pipe } = asObject(value);
  if (isObject(socket_address)) {
    const host = asText(socket_address.address);
    return host === undefined ? null : { host, port: asNumber(socket_address.port_value) ?? 0 };
  }
  const path = asText(asObject(pipe).path);
  return path === undefined ? null : { host: path, port: 0 };
}

/** Reads an address as Envoy's text pages write it: `10.0.0.1:80`, `[::1]:80`, or the path of a pipe. */
export function readAddressText(text: string): Address | null {
  const match = /^(?:\[([^\]]+)\]|([^[\]]+)):(\d{1,5})$/.exec(text);
  if (match) return { host: match[1] ?? match[2] ?? '', port: Number(match[3]) };
  return text === '' ? null : { host: text, port: 0 };
}
