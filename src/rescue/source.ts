import { asObject, isObject, type JsonObject } from '../lib/json.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import type { Gap, Seen } from '../snapshot/coverage.ts';
import { seenValue } from '../snapshot/coverage.ts';
import type { Document } from '../snapshot/document.ts';
import type { ClusterHosts } from '../snapshot/envoy/view.ts';
import type { Place } from '../snapshot/object.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Ledger } from './modernize.ts';
import { refuse } from './modernize.ts';

/** What one Envoy runs, whole, as Envoy's own JSON. */
export interface RescueSource {
  readonly envoy: Envoy;
  /** The last time any of its listeners, routes or clusters changed; empty where nothing tells. */
  readonly newest: string;
  readonly bootstrap: JsonObject;
  readonly listeners: readonly JsonObject[];
  readonly routeConfigs: ReadonlyMap<string, JsonObject>;
  readonly clusters: readonly JsonObject[];
  /** ClusterLoadAssignments by the name they were asked by; null where no endpoints were read. */
  readonly endpoints: ReadonlyMap<string, JsonObject> | null;
  readonly hosts: readonly ClusterHosts[] | null;
  /** Secrets by name; private keys are `[redacted]` by Envoy itself. */
  readonly secrets: ReadonlyMap<string, JsonObject>;
  /** Runtime values in force; null where they were not read. */
  readonly runtime: ReadonlyMap<string, string> | null;
}

/** Reads what an Envoy runs; what is missing for a rescue is noted as refused, what it leaves behind as a gap. */
export function readSource(envoy: Envoy, snapshot: Snapshot, ledger: Ledger): RescueSource {
  const bodyAt = bodiesOf(snapshot, envoy.key);
  const listeners = whole(envoy.listenerConfig, ledger) ?? [];
  const routes = whole(envoy.routes, ledger) ?? [];
  const clusters = whole(envoy.clusterConfig, ledger) ?? [];
  const running = listeners.filter(({ state, body }) => body && (state === 'active' || state === 'static'));
  if (running.length === 0 && envoy.listenerConfig.state === 'listed') {
    refuse(
      ledger,
      `a listener of ${envoy.label}`,
      'it has none: it came back empty after a restart, or never had a configuration',
      'rescue another replica that still serves, or an older rescue copy: meshdoctor rescue COPY',
    );
  }
  noteUnfinished(envoy, ledger);
  const endpoints = envoy.endpoints.state === 'listed' ? envoy.endpoints.value : null;
  const held = clusters.filter(({ name, state }) => name !== '' && state !== 'warming');
  return {
    envoy,
    newest: [...running, ...routes, ...held].reduce((last, { lastUpdated }) => maxText(last, lastUpdated ?? ''), ''),
    bootstrap: readBootstrap(envoy, snapshot.documents, bodyAt, ledger),
    listeners: running.map(({ body }) => body?.json ?? {}),
    routeConfigs: new Map(routes.map(({ name, body }) => [name, body])),
    clusters: held.map(({ place }) => bodyAt(place)),
    endpoints: endpoints && new Map(endpoints.map(({ cluster, place }) => [cluster, bodyAt(place)])),
    hosts: seenValue(envoy.hosts) ?? null,
    secrets: new Map((seenValue(envoy.secrets) ?? []).flatMap((secret) => readSecret(secret, bodyAt))),
    runtime: seenValue(envoy.runtime)?.values ?? null,
  };
}

function maxText(one: string, other: string): string {
  return other > one ? other : one;
}

/** What Envoy prints at a place: a resource itself, or the element of the dump that holds it. */
function bodiesOf({ envoys }: Snapshot, key: string): (place: Place) => JsonObject {
  const bodies = envoys.find((view) => view.key === key)?.bodies;
  if (!bodies) throw new Error(`the configuration of ${key} was not kept`);
  return ({ document, pointer }) => {
    const held = bodies.get(`${document} ${pointer}`);
    if (held) return held;
    const cut = pointer.lastIndexOf('/');
    return asObject(bodies.get(`${document} ${pointer.slice(0, cut)}`)?.[pointer.slice(cut + 1)]);
  };
}

/** A section that was read whole; else why it was not is noted. */
function whole<T>(seen: Seen<T>, ledger: Ledger): T | null {
  if (seen.state === 'listed') return seen.value;
  const { missing, reason, remedy }: Gap = seen.gap;
  refuse(ledger, missing, reason, remedy);
  return null;
}

/**
 * What was on its way in or out, or refused, when the Envoy was read: it runs on without it, and so does the rescued
 * one.
 */
function noteUnfinished(envoy: Envoy, { gaps }: Ledger): void {
  for (const { name, state, refused } of seenValue(envoy.listenerConfig) ?? []) {
    const shown = name || refused?.name || '(nameless)';
    if (state === 'warming') gaps.add(`listener ${shown} was still warming and took no requests: left out`);
    if (state === 'draining') gaps.add(`listener ${shown} was draining, on its way out: left out`);
    if (refused) gaps.add(`Envoy had refused an update of listener ${shown} (${refused.details}): rescued as it ran`);
  }
  for (const { name, refused } of seenValue(envoy.routes) ?? []) {
    if (refused) gaps.add(`Envoy had refused an update of routes ${name} (${refused.details}): rescued as they ran`);
  }
  for (const { name, state, refused } of seenValue(envoy.clusterConfig) ?? []) {
    const shown = name || refused?.name || '(nameless)';
    if (refused) gaps.add(`Envoy had refused an update of cluster ${shown} (${refused.details}): rescued as it ran`);
    else if (state === 'warming')
      gaps.add(`cluster ${shown} was still warming: Envoy answered 503 for it, and the rescued one does`);
  }
  for (const { name, state } of seenValue(envoy.secrets) ?? []) {
    if (state === 'warming') gaps.add(`secret ${name} had not come yet`);
  }
}

function readBootstrap(
  envoy: Envoy,
  documents: readonly Document[],
  bodyAt: (place: Place) => JsonObject,
  { gaps }: Ledger,
): JsonObject {
  const seen = seenValue(envoy.bootstrap);
  const lacks =
    'tracing, statistics sinks, overload limits, runtime layers and DNS resolver are those of a plain Envoy';
  if (!seen) {
    gaps.add(`the bootstrap was not read: ${lacks}`);
    return {};
  }
  const origin = documents.find(({ id }) => id === seen.place.document)?.origin ?? '';
  if (origin.includes('mask=bootstrap.')) {
    gaps.add(`only node, admin and ADS of the bootstrap were read (collect without --for-rescue): ${lacks}`);
  }
  return bodyAt(seen.place);
}

function readSecret(
  secret: { readonly name: string; readonly state: string; readonly place: Place },
  bodyAt: (place: Place) => JsonObject,
): readonly (readonly [string, JsonObject])[] {
  if (secret.state === 'warming') return [];
  const element = bodyAt(secret.place);
  return [[secret.name, isObject(element.secret) ? element.secret : element]];
}
