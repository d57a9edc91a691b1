import { growth } from '../model/envoy/counters.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import { isSelfRedirect } from '../model/envoy/naming.ts';
import type { Model } from '../model/model.ts';
import { describeClause } from '../routing/match/describe.ts';
import { isInner } from '../routing/gateway-tables.ts';
import { routesOf } from '../routing/origins.ts';
import { findHost } from '../routing/table/host-index.ts';
import type { Route, Table } from '../routing/table/table.ts';
import { routeKey } from '../routing/translate/translation.ts';
import { refText } from '../snapshot/object.ts';
import type { Decider, RunningTable } from './deciders.ts';
import { CannotExplain } from './deciders.ts';
import { decidersFor } from './explain.ts';
import { labelsOf } from './logs/classify.ts';
import type { PositionOf } from './objects.ts';
import type { RouteRow, RouteRows } from './protocol.ts';

/** The routes of a gateway as its Envoys run them, in Envoy's order; where no Envoy was read, as App Mesh would push them. */
export function routeRows(model: Model, gateway: string, position: PositionOf): RouteRows {
  const deciders = decidersFor(model, gateway, null);
  if (deciders instanceof CannotExplain) return { trouble: deciders.message, decidedBy: '', rows: [] };
  const [decider] = deciders;
  const running = decider?.tables[0];
  if (!decider || !running) return { trouble: 'nothing decides requests', decidedBy: '', rows: [] };
  const [envoy] = running.envoys;
  return {
    trouble: null,
    decidedBy: envoy ? envoy.label : 'the objects alone',
    rows: [...rowsOf(decider, running, position)],
  };
}

function* rowsOf({ tables }: Decider, running: RunningTable, position: PositionOf): Generator<RouteRow> {
  const { table, originOf } = running;
  const labels = labelsOf(running);
  const envoys = tables.flatMap((one) => one.envoys);
  const seen = new Set<Route>();
  for (const { listener, host, route } of routesOf(table)) {
    // Two listeners may share a route configuration.
    if (seen.has(route)) continue;
    seen.add(route);
    const origin = originOf(route.place);
    const at = origin && position(origin);
    const clusters = clustersOf(table, route);
    yield {
      key: `${route.place.document} ${route.place.pointer}`,
      listener: listener.name,
      port: listener.port,
      virtualHost: host.name,
      domains: host.domains,
      index: route.index,
      name: route.name,
      object: origin ? refText(origin.ref) : null,
      label: labels.get(routeKey(route.place))?.label ?? route.name,
      file: at?.file ?? null,
      line: at?.line ?? null,
      clauses: route.clauses.map(describeClause),
      does: doesOf(route, clusters),
      clusters,
      traffic: trafficOf(envoys, clusters),
    };
  }
}

/** Where requests of a route end up: those of App Mesh's first listener go through its second one. */
function clustersOf(table: Table, { action }: Route): readonly string[] {
  if (action.type !== 'forward') return [];
  const { target, host } = action;
  if (target.kind === 'weighted') return target.clusters.map(({ name }) => name);
  if (target.kind !== 'cluster') return [];
  if (!isSelfRedirect(target.name) || host.kind !== 'literal') return [target.name];
  for (const listener of table.listeners) {
    if (!isInner(listener)) continue;
    for (const { manager } of listener.chains) {
      const next = manager?.routes ? findHost(manager.routes.index, host.value.toLowerCase()) : null;
      if (next) return next.routes.flatMap((route) => clustersOf(table, route));
    }
  }
  return [];
}

function doesOf({ action }: Route, clusters: readonly string[]): string {
  switch (action.type) {
    case 'direct-response':
      return `answers ${action.status}`;
    case 'redirect':
      return `redirects (${action.status})`;
    case 'non-forwarding':
      return 'forwards nothing';
    case 'unknown':
      return action.what;
    case 'forward':
      if (action.target.kind === 'header') return `the cluster that header ${action.target.name} names`;
      if (action.target.kind === 'plugin') return action.target.what;
      return clusters.length > 0 ? [...new Set(clusters)].join(', ') : 'no cluster';
  }
}

/** Requests to the clusters between the two readings of counters; null where that cannot be told. Routes that share a cluster share its counters. */
function trafficOf(envoys: readonly Envoy[], clusters: readonly string[]): RouteRow['traffic'] {
  let perMinute: number | null = null;
  let failed = 0;
  for (const { stats } of envoys) {
    for (const name of new Set(clusters)) {
      // Envoy writes the name of a cluster into stats with `_` for `:`.
      const stat = `cluster.${name.replaceAll(':', '_')}`;
      const total = growth(stats, `${stat}.upstream_rq_completed`);
      if (!total) continue;
      const broken = growth(stats, `${stat}.upstream_rq_5xx`);
      perMinute = (perMinute ?? 0) + ((total.to - total.from) / total.seconds) * 60;
      failed += broken ? ((broken.to - broken.from) / broken.seconds) * 60 : 0;
    }
  }
  return perMinute === null ? null : { perMinute, failedShare: perMinute === 0 ? 0 : failed / perMinute };
}
