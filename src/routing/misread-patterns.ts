import type { Place } from '../snapshot/object.ts';
import { type Entry, entriesOf, innerEntriesOf } from './gateway-tables.ts';
import { decide } from './match/decide.ts';
import type { Decision } from './match/decision.ts';
import type { RoutingRequest } from './match/request.ts';
import { madeBy, requestFor, requestThrough } from './sample.ts';
import type { Clause } from './table/clause.ts';
import { type PartialReading, partialReading } from './table/partial-pattern.ts';
import type { Route, Table } from './table/table.ts';

/** A pattern that must match a whole value and reads as if a part were meant, with a request that shows it. */
export interface MisreadPattern {
  readonly pattern: string;
  /** `:path`, or the header's name in lower case. */
  readonly of: string;
  readonly reading: PartialReading;
  readonly place: Place;
  /** A request that the route would take if a part were enough; the matcher says that it does not. */
  readonly request: RoutingRequest;
  /** What becomes of that request, for people: `: it gets 404`. */
  readonly answer: string;
}

type Asked = { readonly clause: Clause; readonly pattern: string; readonly of: string };

/** The misread patterns of a table, each once, confirmed by deciding requests. */
export function misreadPatterns(table: Table): readonly MisreadPattern[] {
  const found = new Map<string, MisreadPattern>();
  const outer = entriesOf(table);
  for (const entry of [...outer, ...innerEntriesOf(table)]) {
    for (const asked of patternsOf(entry.route)) {
      const key = `${asked.of} ${asked.pattern}`;
      if (found.has(key)) continue;
      const reading = partialReading(asked.pattern, asked.of);
      const shown = reading ? confirm(table, outer, entry, asked, reading) : null;
      if (reading && shown) found.set(key, { ...asked, reading, place: entry.route.place, ...shown });
    }
  }
  return [...found.values()];
}

function patternsOf(route: Route): readonly Asked[] {
  return route.clauses.flatMap((clause): readonly Asked[] => {
    if (clause.field !== 'path' && clause.field !== 'header') return [];
    if (clause.test.kind !== 'regex' || (clause.field === 'header' && clause.invert)) return [];
    return [{ clause, pattern: clause.test.regex.source, of: clause.field === 'path' ? ':path' : clause.name }];
  });
}

/** Asks the matcher: the value as a whole is taken (where one is legal), and the same request with more around it is not. */
function confirm(table: Table, outer: readonly Entry[], entry: Entry, asked: Asked, reading: PartialReading) {
  const rest = { ...entry.route, clauses: entry.route.clauses.filter((clause) => clause !== asked.clause) };
  const inner = requestFor({ ...entry, route: rest });
  if (!inner) return null;
  for (const way of outer.includes(entry) ? [null] : outer) {
    const ask = (value: string): RoutingRequest | null => {
      const request = withValue(inner, asked.of, value);
      return way ? requestThrough(way, request) : request;
    };
    const whole = reading.whole === null ? null : ask(reading.whole);
    if (reading.whole !== null && (!whole || madeBy(decide(table, whole), entry.route) !== true)) continue;
    const request = ask(reading.searched);
    if (!request) continue;
    const decision = decide(table, request);
    if (way && madeBy(decision, way.route) !== true) continue;
    if (madeBy(decision, entry.route) === false) return { request, answer: answerText(decision) };
  }
  return null;
}

function withValue(request: RoutingRequest, of: string, value: string): RoutingRequest {
  if (of === ':path') return { ...request, target: value + (request.target ?? '').replace(/^[^?]*/, '') };
  if (of === ':authority') return { ...request, authority: value };
  return { ...request, headers: new Map(request.headers).set(of, [value]) };
}

function answerText({ status, outcome, responseFlag }: Decision): string {
  if (responseFlag === 'NR') return `: it gets ${status}`;
  return outcome === 'forward' ? ', and another route takes it' : '';
}
