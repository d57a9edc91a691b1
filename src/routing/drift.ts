import { memoize } from '../lib/memo.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import type { Gap } from '../snapshot/coverage.ts';
import { refKey } from '../snapshot/object.ts';
import { differences } from './compare-decisions.ts';
import { type Comparison, compareTables } from './compare/compare.ts';
import type { Difference } from './compare/settle.ts';
import { askedTable, type GatewayTable, gatewayTables, supersededTables } from './gateway-tables.ts';
import { decide } from './match/decide.ts';
import type { Decision, RouteAt } from './match/decision.ts';
import { type OriginOf, originsFor, routesOf } from './origins.ts';
import { serviceNamedBy } from './route-origin.ts';
import type { Route, Table, VirtualHost } from './table/table.ts';
import { surelyBefore } from './translate/order.ts';
import { type Origin, routeKey, type Translation } from './translate/translation.ts';
import { unmadeOf } from './unmade.ts';

/** Where the Envoy of a gateway decides otherwise than its objects ask. */
export interface Drift {
  readonly gateway: Gateway;
  readonly running: GatewayTable;
  readonly groups: readonly DriftGroup[];
  /** What was not seen that some differences hang on. */
  readonly gaps: readonly Gap[];
  /** What the comparison could not decide, and of which requests nothing is claimed. */
  readonly open: readonly string[];
}

/** Differences behind which one object stands. */
export interface DriftGroup {
  /** The object's route; null: the Envoy runs what no object asks for. */
  readonly origin: Origin | null;
  readonly count: number;
  readonly first: Difference;
  /** The route of the Envoy that decides the first of them. */
  readonly route: Route | null;
  /** Features of the translation that were never seen in a real dump. */
  readonly assumed: readonly string[];
}

/** Compares each gateway that has both objects and a running Envoy, for all requests. */
export const driftsOf = memoize((model: Model): readonly Drift[] => {
  const running = new Map(gatewayTables(model).map((table) => [table.gateway, table]));
  return supersededTables(model).flatMap((asked): readonly Drift[] => {
    const table = running.get(asked.gateway);
    return table && asked.translation ? [driftOf(model, table, asked.table, asked.translation)] : [];
  });
});

interface Sides {
  readonly running: Table;
  readonly asked: Table;
  readonly translation: Translation;
  readonly runs: OriginOf;
  readonly asks: OriginOf;
  /** The objects of which the Envoy has every word. */
  readonly applied: ReadonlySet<string>;
  readonly places: ReadonlyMap<string, { readonly host: VirtualHost; readonly route: Route }>;
}

function driftOf(model: Model, running: GatewayTable, asked: Table, translation: Translation): Drift {
  const comparison: Comparison = compareTables(running.table, asked, 'drift');
  const open = [...comparison.undecided.map(({ why }) => why), ...comparison.limits];
  if (comparison.differences.length === 0) return { gateway: running.gateway, running, groups: [], gaps: [], open };
  const runs = originsFor(running.table, { table: asked, translation });
  const places = new Map([...routesOf(running.table)].map((one) => [routeKey(one.route.place), one]));
  const sides: Sides = {
    running: running.table,
    asked,
    translation,
    runs,
    asks: (at) => translation.origins.get(at),
    applied: new Set([...places.values()].flatMap(({ route }) => keyOf(runs(route.place)) ?? [])),
    places,
  };
  let turned: Table | null = null;
  const reversed = (): Table => {
    turned ??= askedTable(model, running.gateway, 'reversed')?.table ?? asked;
    return turned;
  };
  const complete = model.completeness('GatewayRoute', '*');
  const gaps = new Map<string, Gap>();
  const groups = new Map<string, DriftGroup>();
  for (const difference of comparison.differences) {
    const { one, other, request, parts } = difference;
    // How paths are normalised is in no object.
    if (parts.includes('normalisation')) continue;
    const gap = unseen(other, translation) ?? (complete.complete || isOwned(one, runs) ? null : complete.gap);
    if (gap) {
      gaps.set(gap.missing, gap);
      continue;
    }
    const hop = differingHop(sides, difference);
    if (isUndefined(sides, one.hops[hop]?.route, other.hops[hop]?.route)) continue;
    if (isSame(one, decide(reversed(), request))) continue;
    if (!isOwned(one, runs) && (unmadeOf(translation, request) || isEmptied(other, translation))) continue;
    const origin = behind(sides, one.hops[hop]?.route ?? null, other.hops[hop]?.route ?? null);
    const at = one.hops[hop]?.route;
    const route = (at && places.get(routeKey(at))?.route) ?? null;
    const key = keyOf(origin) ?? '';
    const known = groups.get(key);
    const assumed = [...translation.assumed, ...(origin?.notes ?? [])];
    if (known) groups.set(key, { ...known, count: known.count + 1 });
    else groups.set(key, { origin, count: 1, first: difference, route, assumed });
  }
  return { gateway: running.gateway, running, groups: [...groups.values()], gaps: [...gaps.values()], open };
}

function keyOf(origin: Origin | null): string | null {
  return origin && `${refKey(origin.ref)} ${origin.pointer}`;
}

/** What the objects would do hangs on a VirtualService that was not read. */
function unseen({ outcome, hops }: Decision, { unknownServices }: Translation): Gap | null {
  const host = hops.at(-2)?.rewrite?.host;
  if (outcome !== 'no-virtual-host' || host === undefined || !unknownServices.includes(host)) return null;
  return {
    missing: `VirtualService ${host}, or what answers for it`,
    reason: 'it was not among what was read',
    remedy: 'give its manifests with -f',
  };
}

/** The VirtualService that is asked for has lost whatever answers for it. */
function isEmptied({ hops }: Decision, { emptyServices }: Translation): boolean {
  return emptyServices.includes(hops.at(-2)?.rewrite?.host ?? '');
}

/** Whether the objects that were read made the routes that the Envoy decides by; no route is nobody's. */
function isOwned({ hops }: Decision, runs: OriginOf): boolean {
  return hops.every(({ route }) => route === null || runs(route) !== null);
}

/** The first pass at which different objects decide; where the same do, the one whose words differ. */
function differingHop({ runs, asks }: Sides, { one, other, parts }: Difference): number {
  const most = Math.min(one.hops.length, other.hops.length);
  for (let hop = 0; hop < most; hop += 1) {
    const [first, second] = [one.hops[hop]?.route, other.hops[hop]?.route];
    const [made, asked] = [first ? runs(first) : null, second ? asks(second) : null];
    if ((first && !made) || keyOf(made) !== keyOf(asked)) return hop;
  }
  // One goes on where the other ends.
  if (one.hops.length !== other.hops.length) return most - 1;
  return parts.some((part) => part === 'cluster' || part === 'outcome' || part === 'status') ? most - 1 : 0;
}

/** Both objects stand in both tables, and App Mesh does not define which is first. */
function isUndefined({ runs, asks }: Sides, first?: RouteAt | null, second?: RouteAt | null): boolean {
  const [one, other] = [first ? runs(first) : null, second ? asks(second) : null];
  if (!one || !other || keyOf(one) === keyOf(other)) return false;
  return !surelyBefore(one.order, other.order) && !surelyBefore(other.order, one.order);
}

function isSame(one: Decision, other: Decision): boolean {
  if (one.outcome === 'undecided' || other.outcome === 'undecided') return false;
  return differences(one, other).every((part) => part === 'timeoutMs');
}

/** The object whose words the Envoy has not: the one that asks for the request, or that for which the Envoy's route was made. */
function behind(sides: Sides, runningAt: RouteAt | null, askedAt: RouteAt | null): Origin | null {
  const { runs, asks, applied, places, translation } = sides;
  const asked = askedAt && asks(askedAt);
  const made = runningAt && runs(runningAt);
  if (asked && !applied.has(keyOf(asked) ?? '')) return asked;
  const place = runningAt ? places.get(routeKey(runningAt)) : undefined;
  if (made || !place) return asked ?? made;
  // The route was made from other words of an object: its VirtualService, or the virtual host, tells which.
  const service = serviceNamedBy(place.route);
  const same = new Map<string, Origin>();
  for (const { host, route } of routesOf(sides.asked)) {
    const origin = translation.origins.get(route.place);
    const key = keyOf(origin ?? null);
    const fits = service === '' ? host.name === place.host.name : serviceNamedBy(route) === service;
    if (origin && key && fits && !applied.has(key)) same.set(key, origin);
  }
  const [only, ...others] = same.values();
  return only && others.length === 0 ? only : null;
}
