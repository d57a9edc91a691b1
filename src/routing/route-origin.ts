import { envoyEvidence } from '../model/envoy/envoy.ts';
import { groupBy, memoize } from '../lib/memo.ts';
import { virtualServiceHeader } from '../model/envoy/naming.ts';
import { gatewayOf, virtualService } from '../model/mesh/links.ts';
import { type WrittenRoute, writtenGatewayRoutes, writtenPaths } from '../model/mesh/written-routes.ts';
import type { Model } from '../model/model.ts';
import { presentValue } from '../model/relation.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import { refKey } from '../snapshot/object.ts';
import type { GatewayTable } from './gateway-tables.ts';
import { describeClause } from './match/describe.ts';
import type { Clause } from './table/clause.ts';
import type { Route } from './table/table.ts';

/** A route of a gateway's first pass, and the GatewayRoute it was made from, as far as that is known. */
export interface RouteOrigin {
  readonly written: WrittenRoute | null;
  /** Where it stands: in the running Envoy, else in the object. */
  evidence(): Evidence;
  /** Two routes of one object (App Mesh doubles a prefix) share it. */
  readonly key: string;
}

/** Finds what the routes of a table were made from: by the translation, or by path and VirtualService among the GatewayRoutes of that gateway. */
export function originsIn(model: Model, table: GatewayTable): (route: Route) => RouteOrigin {
  return origins(model)(table);
}

const origins = memoize((model: Model) => memoize((table: GatewayTable) => memoize(originFinder(model, table))));

function originFinder(model: Model, { gateway, envoy, translation }: GatewayTable): (route: Route) => RouteOrigin {
  const { byRef, byOwner } = writtenBy(model);
  const bySaying = new Map<string, WrittenRoute>();
  const sayings = envoy ? [byOwner.get(''), byOwner.get(refKey(gateway.ref))] : [];
  for (const written of sayings.flatMap((some) => some ?? [])) {
    const service = serviceOf(model, written);
    for (const path of writtenPaths(written)) bySaying.set(`${service} ${path}`, written);
  }
  return (route) => {
    const origin = translation?.origins.get(route.place);
    const made = origin && byRef.get(refKey(origin.ref));
    const saying = made ? '' : `${serviceNamedBy(route)} ${specifierOf(route)}`;
    const written = made ?? bySaying.get(saying) ?? null;
    const key = written ? refKey(written.object.ref) : saying.replace(/\/$/, '');
    return new FoundOrigin(written, key, route, envoy !== null);
  };
}

/** Few of ten thousand routes are told of: only those are said in words. */
class FoundOrigin implements RouteOrigin {
  readonly written: WrittenRoute | null;
  readonly key: string;
  readonly #route: Route;
  readonly #runs: boolean;

  constructor(written: WrittenRoute | null, key: string, route: Route, runs: boolean) {
    this.written = written;
    this.key = key;
    this.#route = route;
    this.#runs = runs;
  }

  evidence(): Evidence {
    if (this.written && !this.#runs) return this.written.object.at(`${this.written.path}.match`);
    const { document, pointer } = this.#route.place;
    return envoyEvidence('config_dump', { document, pointer: `${pointer}/match` }, { match: sayingOf(this.#route) });
  }
}

/** GatewayRoutes by their objects, and by the gateways they belong to (``: to none that is known). */
const writtenBy = memoize((model: Model) => {
  const all = writtenGatewayRoutes(model);
  return {
    byRef: new Map(all.map((written) => [refKey(written.object.ref), written])),
    byOwner: groupBy(all, (written) => {
      const owner = written.kind === 'gateway' ? gatewayOf(model, written.object) : null;
      return owner ? refKey(owner.ref) : '';
    }),
  };
});

function serviceOf(model: Model, written: WrittenRoute): string {
  const target = written.kind === 'gateway' ? written.object.target : null;
  if (!target) return '';
  return presentValue(virtualService(model, target))?.awsName ?? `${target.name}.${target.namespace}`;
}

/** The VirtualService a compiled route leads to, by its AWS name; empty where it names none. */
export function serviceNamedBy({ action, headers }: Route): string {
  if (action.type === 'forward' && action.host.kind === 'literal') return action.host.value;
  return headers.add.find(({ name }) => name === virtualServiceHeader)?.value ?? '';
}

/** The test of a route's path; undefined where it has none that is understood. */
export function pathTestOf({ clauses }: Route): Extract<Clause, { field: 'path' }>['test'] | undefined {
  return clauses.find((clause): clause is Extract<Clause, { field: 'path' }> => clause.field === 'path')?.test;
}

/** The path specifier as `writtenPaths` says it. */
function specifierOf(route: Route): string {
  const test = pathTestOf(route);
  if (test?.kind === 'exact') return `path ${test.value}`;
  if (test?.kind === 'prefix') return `prefix ${test.value}`;
  return test?.kind === 'regex' ? `regex ${test.regex.source}` : '';
}

function sayingOf({ clauses }: Route): string {
  return clauses.map(describeClause).join(' and ');
}
