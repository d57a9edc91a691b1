import type { RoutingRequest } from '../../src/routing/match/request.ts';
import type { WireRequest } from '../lab/routing/requests.ts';

/** A wholly known request as it goes over the wire. */
export function toWire({ method, authority, target, headers }: RoutingRequest): WireRequest {
  const text = (bytes: string): string =>
    new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  return {
    method: method ?? 'GET',
    host: authority ?? '',
    target: target ?? '',
    headers: [...headers].flatMap(([name, lines]) => (lines ?? []).map((line) => [name, text(line)] as const)),
    protocol: 'http1',
    tls: false,
    sni: null,
    edit: '',
    aim: '',
  };
}
