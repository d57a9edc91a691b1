import { groupBy } from '../lib/memo.ts';
import { beginningOf } from './compare/beginning.ts';
import { type Ending, endingOf, sameEnding } from './compare/ending.ts';
import { contradictionOf } from './contradiction.ts';
import type { OriginOf } from './origins.ts';
import { isWithin, positionsIn, type RouteUnit, unitsOf } from './route-units.ts';
import { type Shown, show } from './shown.ts';
import { provedApart } from './space/plain-routes.ts';
import type { Point } from './space/find.ts';
import { inOrder, type Order, type Reach } from './space/reach.ts';
import { type HostPlace, type HostSurvey, hostPlaces, surveyHost } from './space/survey.ts';
import type { Table } from './table/table.ts';

/** Requests that a route asks for and others take, or may take. */
export interface TakenFault<Kind> {
  /**
   * `dead`: all its requests are taken by others. `same`: by one that asks for the same. `partly`: some are, not by
   * special cases of it. `open`: which of them takes the requests they share is not defined.
   */
  readonly kind: Kind;
  readonly unit: RouteUnit;
  readonly by: readonly RouteUnit[];
  /** The requests end alike, whichever takes them. */
  readonly alike: boolean;
  /** Of `same`: which of the two is tried first is not defined. */
  readonly tied: boolean;
  readonly shown: Shown | null;
}

/** What reasoning about all requests finds of a route. */
export type RouteFault =
  | TakenFault<'dead'>
  | TakenFault<'same'>
  | TakenFault<'partly'>
  | TakenFault<'open'>
  /** No request can meet what it asks for. */
  | { readonly kind: 'impossible'; readonly unit: RouteUnit; readonly why: string }
  | {
      readonly kind: 'undecided';
      readonly about: 'reach' | 'order';
      readonly unit: RouteUnit;
      readonly budget: string;
    };

/**
 * The faults of a table's routes, each object once. `surelyBefore`: where the objects made the table and Envoy's order is not
 * known; null: the order is the table's own.
 */
export function faultsOf(table: Table, originOf: OriginOf, surelyBefore: SurelyBefore | null): readonly RouteFault[] {
  const faults = new Map<string, RouteFault>();
  for (const place of hostPlaces(table)) {
    const { routes } = place.host;
    const order: Order = surelyBefore
      ? (one, other) => {
          const [first, second] = [routes[one], routes[other]];
          return first !== undefined && second !== undefined && surelyBefore(first, second);
        }
      : inOrder;
    if (place.chain.manager && provedApart(place.host, place.chain.manager, order)) continue;
    const survey = surveyHost(table, place, order);
    if (!survey) continue;
    for (const fault of faultsAt(table, survey, originOf, surelyBefore ? order : null)) {
      const by = 'by' in fault ? fault.by.map(({ key }) => key).join(' ') : '';
      // A VirtualRouter's routes stand in the virtual host of each of its VirtualServices.
      const key = `${fault.kind} ${fault.unit.key} ${by}`;
      if (!faults.has(key)) faults.set(key, fault);
    }
  }
  return [...faults.values()];
}

/** Whether one route surely stands before another. */
export type SurelyBefore = (
  one: HostPlace['host']['routes'][number],
  other: HostPlace['host']['routes'][number],
) => boolean;

interface Inquiry {
  readonly table: Table;
  readonly survey: HostSurvey;
  readonly units: readonly RouteUnit[];
  readonly unitAt: (at: number) => RouteUnit | undefined;
  readonly reach: (at: number) => Reach;
  readonly alike: (one: number, other: number) => boolean;
}

/** Requests of one route that another takes. */
interface Taken {
  readonly at: number;
  readonly by: number;
  readonly point: Point;
}

function faultsAt(table: Table, survey: HostSurvey, originOf: OriginOf, open: Order | null): readonly RouteFault[] {
  const inquiry = inquire(table, survey, originOf);
  const faults = inquiry.units.flatMap((unit) => faultOf(inquiry, unit) ?? []);
  return open ? [...faults, ...openFaults(inquiry, open)] : faults;
}

function inquire(table: Table, survey: HostSurvey, originOf: OriginOf): Inquiry {
  const { host, chain, analysis, scene } = survey;
  const units = unitsOf(survey, originOf);
  const owners = new Map(units.flatMap((unit) => unit.routes.map((route) => [route, unit] as const)));
  const endings = new Map<number, Ending | null>();
  const ending = (at: number): Ending | null => {
    const route = host.routes[at];
    const known = endings.get(at);
    if (known !== undefined) return known;
    const made = route && chain.manager ? endingOf(table, chain.manager, scene.config, host, route) : null;
    endings.set(at, made);
    return made;
  };
  return {
    table,
    survey,
    units,
    unitAt: (at) => {
      const route = host.routes[at];
      return route && owners.get(route);
    },
    reach: analysis.reach,
    alike: (one, other) => {
      const [first, second] = [ending(one), ending(other)];
      if (!first || !second) return false;
      const both = [...(analysis.cubes[one]?.conditions ?? []), ...(analysis.cubes[other]?.conditions ?? [])];
      // By an added header App Mesh names the VirtualService where the host is kept.
      return sameEnding(first, second, beginningOf(both), 'drift') === true && first.headers === second.headers;
    },
  };
}

function faultOf(inquiry: Inquiry, unit: RouteUnit): RouteFault | null {
  const { survey, reach, unitAt, alike } = inquiry;
  const { analysis, scene } = survey;
  const members = unit.routes.flatMap((route) => positionsIn(survey.host).get(route) ?? []);
  const states = members.map((at) => ({ at, state: reach(at) }));
  const [first] = states;
  if (!first) return null;
  if (states.every(({ state }) => state.kind === 'impossible')) {
    const why = unit.routes[0] && contradictionOf(scene, analysis, unit.routes[0], first.at);
    return why ? { kind: 'impossible', unit, why } : null;
  }
  const stuck = states.find(({ state }) => state.kind === 'undecided')?.state;
  const taken = states.flatMap(({ at, state }): readonly Taken[] => {
    if (state.kind === 'dead') return state.by.map((by) => ({ at, by, point: state.point }));
    return state.kind === 'alive' ? analysis.partly(at).map(({ by, point }) => ({ at, by, point })) : [];
  });
  const lost = taken.filter(({ by }) => unitAt(by) !== unit);
  const others = [...new Set(lost.flatMap(({ by }) => unitAt(by) ?? []))];
  const [other] = others;
  const whole = states.every(
    ({ at, state }) => state.kind === 'impossible' || (state.kind === 'dead' && lost.some((one) => one.at === at)),
  );
  if (whole && other) {
    const same = others.length === 1 && isWithin(analysis, other, unit) && isWithin(analysis, unit, other);
    return same ? describe(inquiry, unit, 'same', lost) : describe(inquiry, unit, 'dead', lost);
  }
  if (stuck?.kind === 'undecided') return { kind: 'undecided', about: 'reach', unit, budget: stuck.budget };
  // One that asks for the same and stands partly before: the doubled prefixes of two objects, mixed.
  const twin = others.find((one) => isWithin(analysis, one, unit) && isWithin(analysis, unit, one));
  if (twin)
    return describe(
      inquiry,
      unit,
      'same',
      lost.filter(({ by }) => unitAt(by) === twin),
    );
  // The more special path first is the order of everyday (App Mesh's own): whatever else it asks, or does not ask.
  const isSpecial = (one: RouteUnit): boolean =>
    isWithin(analysis, one, unit) || (isWithin(analysis, one, unit, 'path') && !isWithin(analysis, unit, one, 'path'));
  const special = new Set(others.filter(isSpecial));
  const rest = lost.filter(({ at, by }) => {
    const taker = unitAt(by);
    return taker !== undefined && !special.has(taker) && !alike(at, by);
  });
  const fault = rest.length > 0 ? describe(inquiry, unit, 'partly', rest) : null;
  return fault?.shown ? fault : null;
}

function describe<Kind extends 'dead' | 'same' | 'partly'>(
  inquiry: Inquiry,
  unit: RouteUnit,
  kind: Kind,
  lost: readonly Taken[],
): TakenFault<Kind> {
  const { unitAt, alike, table, survey } = inquiry;
  const by = [...new Set(lost.flatMap((one) => unitAt(one.by) ?? []))];
  const order = (one: Taken): number => Number(alike(one.at, one.by));
  let shown: Shown | null = null;
  for (const { at, point } of [...lost].sort((one, other) => order(one) - order(other))) {
    const connect = survey.analysis.cubes[at]?.connect ?? false;
    const found = show(table, survey, point, connect, (taker) => taker < at);
    // An earlier route of the same object may take that one.
    if (found && unitAt(found.taker) !== unit) shown ??= found;
  }
  return { kind, unit, by, alike: lost.every((one) => alike(one.at, one.by)), tied: false, shown };
}

/** Pairs whose order is not defined, joined where they hang together: one fault for each such group, one for each pair of twins. */
function openFaults(inquiry: Inquiry, surelyBefore: Order): readonly RouteFault[] {
  const { survey, unitAt, alike, reach, table, units } = inquiry;
  const { analysis, host } = survey;
  const faults: RouteFault[] = [];
  const pairs: { readonly one: RouteUnit; readonly other: RouteUnit; readonly shown: Shown | null }[] = [];
  const told = new Set<string>();
  for (const at of host.routes.keys()) {
    for (const other of analysis.meeting(at)) {
      const [unit, peer] = [unitAt(at), unitAt(other)];
      if (other > at || !unit || !peer || unit === peer || told.has(`${peer.key} ${unit.key}`)) continue;
      if (surelyBefore(at, other) || surelyBefore(other, at)) continue;
      if (reach(at).kind !== 'alive' || reach(other).kind !== 'alive') continue;
      const point = analysis.shared(at, other);
      if (point === 'none') continue;
      if ('budget' in point) {
        faults.push({ kind: 'undecided', about: 'order', unit, budget: point.budget });
        continue;
      }
      const twins = isWithin(analysis, unit, peer) && isWithin(analysis, peer, unit);
      if (!twins && alike(at, other)) continue;
      const connect = analysis.cubes[at]?.connect ?? false;
      const shown = show(table, survey, point, connect, (taker) => taker <= at);
      if (!shown && !twins) continue;
      told.add(`${peer.key} ${unit.key}`);
      if (!twins) pairs.push({ one: peer, other: unit, shown });
      else faults.push({ kind: 'same', unit, by: [peer], alike: alike(at, other), tied: true, shown });
    }
  }
  const groups = groupBy(pairs, ({ one }) => rootOf(pairs, one));
  for (const [unit, group] of groups) {
    const members = new Set(group.flatMap(({ one, other }) => [one, other]));
    const by = units.filter((one) => members.has(one) && one !== unit);
    faults.push({ kind: 'open', unit, by, alike: false, tied: false, shown: group[0]?.shown ?? null });
  }
  return faults;
}

/** The first unit of those that hang together by pairs. */
function rootOf(pairs: readonly { readonly one: RouteUnit; readonly other: RouteUnit }[], unit: RouteUnit): RouteUnit {
  const reached = new Set([unit]);
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const { one, other } of pairs) if (reached.has(one) || reached.has(other)) reached.add(one).add(other);
  }
  return pairs.find(({ one }) => reached.has(one))?.one ?? unit;
}
