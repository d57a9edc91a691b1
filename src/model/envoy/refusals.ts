import type { SeenProcessLines } from '../../snapshot/access-log/traffic-view.ts';
import type { RefusedUpdate } from '../../snapshot/envoy/view.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import { logEvidence, processLines, trafficOf } from '../traffic.ts';
import { growth, lastStat } from './counters.ts';
import { type Envoy, envoyEvidence } from './envoy.ts';

/** A resource whose update an Envoy refused. */
export interface Refusal {
  readonly kind: 'listener' | 'cluster' | 'route configuration';
  readonly name: string;
  /** Envoy's own words; empty where only a counter tells. */
  readonly details: string;
  readonly since: string | null;
  /** An older version of it goes on serving. */
  readonly older: boolean;
  /** It is of the last update, or goes on; else it happened at some time. */
  readonly current: boolean;
  readonly evidence: Evidence;
}

/** What one Envoy refused, by its configuration and counters. */
export function* refusalsOf(envoy: Envoy): Iterable<Refusal> {
  const { listenerConfig, clusterConfig, routes } = envoy;
  const listeners = listenerConfig.state === 'not-read' ? [] : listenerConfig.value;
  const clusters = clusterConfig.state === 'not-read' ? [] : clusterConfig.value;
  const tables = routes.state === 'not-read' ? [] : routes.value;
  const active = new Set(listeners.flatMap(({ name, state }) => (state === 'none' ? [] : [name])));
  for (const { name, refused } of listeners) {
    if (refused) yield fromState('listener', name, refused, active);
  }
  const running = new Set(
    clusters.flatMap(({ name, lastUpdated, state }) => (lastUpdated || state === 'static' ? [name] : [])),
  );
  for (const { name, refused } of clusters) if (refused) yield fromState('cluster', name, refused, running);
  const routing = new Set(tables.flatMap(({ name, virtualHosts }) => (virtualHosts.length > 0 ? [name] : [])));
  for (const { name, refused } of tables) if (refused) yield fromState('route configuration', name, refused, routing);
  if (!listeners.some(({ refused }) => refused)) yield* fromCounter(envoy, 'listener', '', 'listener_manager.lds');
  if (!clusters.some(({ refused }) => refused)) yield* fromCounter(envoy, 'cluster', '', 'cluster_manager.cds');
  for (const manager of listeners.flatMap(({ http }) => http)) {
    const name = manager.routeConfig;
    if (name === '' || tables.some((table) => table.name === name && table.refused)) continue;
    yield* fromCounter(envoy, 'route configuration', name, `http.${manager.statPrefix}.rds.${name}`);
  }
}

function fromState(kind: Refusal['kind'], name: string, refused: RefusedUpdate, active: ReadonlySet<string>): Refusal {
  const known = name || refused.name;
  const evidence = envoyEvidence('config_dump', refused.place, {
    details: refused.details,
    lastAttempt: refused.lastAttempt,
  });
  return {
    kind,
    name: known,
    details: refused.details,
    since: refused.lastAttempt,
    older: active.has(known),
    current: true,
    evidence,
  };
}

function* fromCounter(envoy: Envoy, kind: Refusal['kind'], name: string, prefix: string): Iterable<Refusal> {
  const counter = `${prefix}.update_rejected`;
  const ever = lastStat(envoy.stats, counter);
  if (!ever || ever.value === 0) return;
  const grown = growth(envoy.stats, counter);
  yield {
    kind,
    name,
    details: '',
    since: null,
    older: true,
    current: grown !== null && grown.to > grown.from,
    evidence: ever.evidence,
  };
}

/** What Envoy's own log says of a gateway's updates: its words name the kind, and mostly the field. */
export function loggedRefusals(model: Pick<Model, 'traffic'>, gateway: Gateway): readonly Refusal[] {
  const logs = trafficOf(model, gateway);
  return logs.state === 'not-read' ? [] : processLines(logs.value, 'config-rejected').map(fromLine);
}

function fromLine({ text, place, count, firstSeen, lastSeen }: SeenProcessLines): Refusal {
  const type = /\b(Listener|Cluster|RouteConfiguration)\b/.exec(text)?.[1] ?? 'RouteConfiguration';
  const kind = type === 'Listener' ? 'listener' : type === 'Cluster' ? 'cluster' : 'route configuration';
  const details = text.replace(/^.*?rejected: ?/, '');
  const evidence = logEvidence(place, { text, count, firstSeen, lastSeen }, text, 'envoy-log');
  return { kind, name: '', details, since: firstSeen, older: true, current: true, evidence };
}
