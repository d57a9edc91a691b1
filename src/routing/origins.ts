import { groupBy } from '../lib/memo.ts';
import { describeClause } from './match/describe.ts';
import type { Listener, Route, Table, VirtualHost } from './table/table.ts';
import { ByRoute, type Origin, type Translation } from './translate/translation.ts';

/** The object a route of a table was made from; null: none is known. */
export type OriginOf = (at: { readonly document: string; readonly pointer: string }) => Origin | null;

/** The table that the objects ask for, and what each part of it was made from. */
export interface Asked {
  readonly table: Table;
  readonly translation: Translation;
}

/**
 * Maps an Envoy's routes to objects: a route that says the same as a translated one in the same place was made from its
 * object. Where several objects say the same, the first such route is taken for the first object's, and so on.
 */
export function originsFor(table: Table, desired: Asked | null): OriginOf {
  if (!desired) return () => null;
  const asked = groupBy(sayings(desired.table), ([saying]) => saying);
  const byPlace = new ByRoute<Origin>();
  for (const [saying, routes] of groupBy(sayings(table), ([said]) => said)) {
    const same = asked.get(saying) ?? [];
    for (const [at, [, route]] of routes.entries()) {
      const twin = same[Math.min(at, same.length - 1)]?.[1];
      const origin = twin && desired.translation.origins.get(twin.place);
      if (origin) byPlace.set(route.place, origin);
    }
  }
  return (at) => byPlace.get(at);
}

function* sayings(table: Table): Generator<readonly [string, Route]> {
  for (const { listener, host, route } of routesOf(table)) {
    yield [`${listener.port} ${host.name} ${sayingOf(route)}`, route];
  }
}

/** Every route of a table, with where it stands; a route configuration that two listeners share comes twice. */
export function* routesOf(
  table: Table,
): Generator<{ readonly listener: Listener; readonly host: VirtualHost; readonly route: Route }> {
  for (const listener of table.listeners) {
    const chains = listener.defaultChain ? [...listener.chains, listener.defaultChain] : listener.chains;
    for (const { manager } of chains) {
      for (const host of manager?.routes?.hosts ?? []) {
        for (const route of host.routes) yield { listener, host, route };
      }
    }
  }
}

function sayingOf({ clauses, action, headers }: Route): string {
  const rewrite = action.type === 'forward' && action.host.kind === 'literal' ? action.host.value : '';
  const added = headers.add.map(({ name, value }) => `${name}=${value}`).join(',');
  return `${clauses.map(describeClause).join(' & ')} > ${rewrite} ${added}`;
}
