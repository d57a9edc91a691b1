import { memoize } from '../lib/memo.ts';
import { growth } from '../model/envoy/counters.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import { isSelfRedirect } from '../model/envoy/naming.ts';
import type { Model } from '../model/model.ts';
import type { Decision } from '../routing/match/decision.ts';
import { describeClause } from '../routing/match/describe.ts';
import { isInner } from '../routing/gateway-tables.ts';
import { routesOf } from '../routing/origins.ts';
import { findHost } from '../routing/table/host-index.ts';
import type { Listener, Route, Table, VirtualHost } from '../routing/table/table.ts';
import { routeKey } from '../routing/translate/translation.ts';
import { refText } from '../snapshot/object.ts';
import type { Decider, RunningTable } from './deciders.ts';
import { CannotExplain } from './deciders.ts';
import { decidersFor } from './explain.ts';
import { labelsOf } from './logs/classify.ts';
import type { RouteDetail, RouteRow, RouteRows } from './route-document.ts';

/** A route of the table that decides. */
export interface TabledRoute {
  readonly listener: Listener;
  readonly host: VirtualHost;
  readonly route: Route;
}

/** The table by which a gateway decides, and the Envoys whose counters speak of it. */
interface Deciding {
  readonly decider: Decider;
  readonly running: RunningTable;
  readonly envoys: readonly Envoy[];
}

/** What decides the requests of a gateway; a sentence where nothing does. */
export function decidingFor(model: Model, gateway: string): Deciding | string {
  const deciders = decidersFor(model, gateway, null);
  if (deciders instanceof CannotExplain) return deciders.message;
  const [decider] = deciders;
  const running = decider?.tables[0];
  if (!decider || !running) return 'nothing decides requests';
  return { decider, running, envoys: decider.tables.flatMap((one) => one.envoys) };
}

/** The routes of a table, each once: two listeners may share a route configuration. */
export const tabledRoutes = memoize((table: Table): readonly TabledRoute[] => {
  const byRoute = new Map<Route, TabledRoute>();
  for (const one of routesOf(table)) if (!byRoute.has(one.route)) byRoute.set(one.route, one);
  return [...byRoute.values()];
});

/** The rows of gateways' routes as they were told last: rows that are as they were need not be told again. */
export class RouteLists {
  readonly #told = new Map<string, { readonly version: number; readonly rows: readonly RouteRow[] }>();
  #versions = 0;

  /** The routes of a gateway as its Envoys run them, in Envoy's order; where no Envoy was read, as App Mesh would push them. */
  tell(model: Model, gateway: string, known: number | null): RouteRows {
    const deciding = decidingFor(model, gateway);
    if (typeof deciding === 'string')
      return { trouble: deciding, decidedBy: '', version: 0, rows: [], pace: new Float64Array() };
    const { running, envoys } = deciding;
    const { version, rows } = this.#versioned(gateway, rowsOf(running));
    return {
      trouble: null,
      decidedBy: running.envoys[0]?.label ?? 'the objects alone',
      version,
      rows: known === version ? null : rows,
      pace: paceOf(envoys, running.table),
    };
  }

  #versioned(
    gateway: string,
    rows: readonly RouteRow[],
  ): { readonly version: number; readonly rows: readonly RouteRow[] } {
    const held = this.#told.get(gateway);
    const same = held?.rows.length === rows.length && held.rows.every((row, at) => isSame(row, rows[at]));
    if (held && same) return held;
    this.#versions += 1;
    const told = { version: this.#versions, rows };
    this.#told.set(gateway, told);
    return told;
  }
}

function isSame(one: RouteRow, other: RouteRow | undefined): boolean {
  return (
    one.key === other?.key &&
    one.port === other.port &&
    one.index === other.index &&
    one.name === other.name &&
    one.object === other.object &&
    one.label === other.label &&
    one.match === other.match &&
    one.does === other.does
  );
}

function rowsOf(running: RunningTable): readonly RouteRow[] {
  const labels = labelsOf(running);
  return tabledRoutes(running.table).map((one) => rowOf(running, labels, one));
}

/** A route as a list shows it; `labels`: what logs call them. */
export function rowOf(
  { table, originOf }: RunningTable,
  labels: ReturnType<typeof labelsOf>,
  { listener, route }: TabledRoute,
): RouteRow {
  const key = routeKey(route.place);
  const origin = originOf(route.place);
  return {
    ...{ key, port: listener.port, index: route.index, name: route.name },
    object: origin ? refText(origin.ref) : null,
    label: labels.get(key)?.label ?? route.name,
    match: route.clauses.map(describeClause).join(' and '),
    does: doesOf(
      route,
      clustersOf(table, route).map(({ name }) => name),
    ),
  };
}

function paceOf(envoys: readonly Envoy[], table: Table): Float64Array {
  const routes = tabledRoutes(table);
  const pace = new Float64Array(routes.length * 2).fill(Number.NaN);
  for (const [at, { route }] of routes.entries()) {
    const traffic = trafficOf(envoys, clustersOf(table, route));
    if (traffic) pace.set([traffic.perMinute, traffic.failedShare], at * 2);
  }
  return pace;
}

/** Where requests of a route end up: those of App Mesh's first listener go through its second one. */
export function clustersOf(table: Table, { action }: Route): Decision['clusters'] {
  if (action.type !== 'forward') return [];
  const { target, host } = action;
  if (target.kind === 'weighted') return target.clusters;
  if (target.kind !== 'cluster') return [];
  if (!isSelfRedirect(target.name) || host.kind !== 'literal') return [{ name: target.name, weight: 100 }];
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
export function trafficOf(envoys: readonly Envoy[], clusters: Decision['clusters']): RouteDetail['traffic'] {
  let perMinute: number | null = null;
  let failed = 0;
  for (const { stats } of envoys) {
    for (const name of new Set(clusters.map((cluster) => cluster.name))) {
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
