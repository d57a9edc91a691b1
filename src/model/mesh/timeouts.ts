import { asList, asNumber, asObject, type JsonObject } from '../../lib/json.ts';
import type { VirtualNode } from './kinds.ts';
import type { WrittenRoute } from './written-routes.ts';

/** How long a request may take by one object. */
export interface Limit {
  /** Null: nothing is written; 0: no limit. */
  readonly ms: number | null;
  /** Dotted path of where it is, or would be, written. */
  readonly path: string;
}

/** The `perRequest` timeout of a route. */
export function routeLimit({ timeout, path }: WrittenRoute): Limit {
  return { ms: durationMs(timeout), path: `${path}.timeout.perRequest` };
}

/** The `perRequest` timeout of a VirtualNode's only listener; null where it has several, or one that knows no requests. */
export function nodeLimit(node: VirtualNode): Limit | null {
  const [listener, second] = node.listeners;
  if (!listener || second || listener.protocol === 'tcp' || listener.protocol === '') return null;
  const [written] = asList(node.spec.listeners);
  const byProtocol = asObject(asObject(asObject(written).timeout)[listener.protocol]);
  return { ms: durationMs(byProtocol), path: `spec.listeners[0].timeout.${listener.protocol}.perRequest` };
}

/** App Mesh writes durations as `{ unit: s, value: 20 }`. */
function durationMs({ perRequest }: JsonObject): number | null {
  const { unit, value } = asObject(perRequest);
  const number = asNumber(value);
  if (number === undefined || (unit !== 's' && unit !== 'ms')) return null;
  return unit === 's' ? number * 1000 : number;
}
