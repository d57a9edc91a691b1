import { asList, asNumber, asObject, type JsonObject } from '../../lib/json.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { envoyEvidence } from '../envoy/envoy.ts';
import { egressTables, hostOfService } from '../envoy/tables.ts';
import type { Model } from '../model.ts';
import type { VirtualNode, VirtualService } from './kinds.ts';
import { gatewaysServing } from './reach.ts';
import { pathSpecifier } from './running.ts';
import { type WrittenRoute, writtenPaths } from './written-routes.ts';

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

/** Envoy and App Mesh: what is not written is 15 seconds, and 0 is no limit. */
const byDefault = 15_000;

/** How long a request may take by a limit, in milliseconds: 15 seconds where none is written, without end where 0 is. */
export function lastsMs(ms: number | null): number {
  return ms === null ? byDefault : ms === 0 ? Number.POSITIVE_INFINITY : ms;
}

/** True where a value above the default was written on one side, and the other ends the request sooner. */
export function oneEndsSooner(one: Limit, other: Limit): boolean {
  const [a, b] = [lastsMs(one.ms), lastsMs(other.ms)];
  return a !== b && Math.max(a, b) > byDefault;
}

/** A limit for people: `20 s`, `15 s (the default)`, `0 (no limit)`. */
export function limitText(ms: number | null): string {
  return ms === 0 ? '0 (no limit)' : `${lastsMs(ms) / 1000} s${ms === null ? ' (the default)' : ''}`;
}

/** The timeout of the same route in a running gateway; of `prefix /` where a VirtualService has no route of its own. */
export function runningLimit(
  model: Model,
  services: readonly VirtualService[],
  route: WrittenRoute | null,
): { readonly ms: number | null; readonly evidence: Evidence } | null {
  const paths = route ? writtenPaths(route) : ['prefix /'];
  for (const envoy of gatewaysServing(model, services).flatMap(({ envoys }) => envoys)) {
    for (const { awsName } of services) {
      const routes = hostOfService(egressTables(envoy) ?? [], awsName)?.routes ?? [];
      const same = routes.find(({ match }) => paths.includes(pathSpecifier(match)));
      if (same?.action.type !== 'forward') continue;
      const { timeoutMs } = same.action;
      const value = { match: same.match, timeoutMs };
      return { ms: timeoutMs, evidence: envoyEvidence('config_dump', same.place, value, `what ${envoy.label} runs`) };
    }
  }
  return null;
}
