import { meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { aboutRoutes } from '../../src/diagnose/route-facts.ts';
import { defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import { tellUnplaced } from '../../src/diagnose/told-routes.ts';
import type { Model } from '../../src/model/model.ts';
import {
  type Entry,
  entriesOf,
  type GatewayTable,
  gatewayTables,
  tableParts,
} from '../../src/routing/gateway-tables.ts';
import { decide } from '../../src/routing/match/decide.ts';
import type { RoutingRequest } from '../../src/routing/match/request.ts';
import { routeFacts } from '../../src/routing/route-facts.ts';
import { originsIn, pathTestOf, serviceNamedBy } from '../../src/routing/route-origin.ts';
import { madeBy, requestFor } from '../../src/routing/sample.ts';
import type { Route } from '../../src/routing/table/table.ts';

export default defineRule({
  id: 'prefix-not-a-segment',
  title: 'A prefix also takes longer names that begin like it',
  severity: 'info',
  ...tableParts,
  explains: ['requests-to-wrong-route', 'route-shadowed', 'route-partly-shadowed', 'route-unused'],
  docs: {
    what: 'Routes with a prefix that does not end in a slash: `/api` also takes `/apix`. One finding a gateway, with the first 20 routes. A warning where a later route of another target is made for such a path and loses its requests.',
    why: 'Envoy compares a prefix character by character, not segment by segment. Nothing shows as long as no such path is asked for.',
    fix: 'Match `/api/`, and `/api` by a route of its own with an exact path. Where two routes meet, give the longer one the better priority (the smaller number).',
    seen: 'Requests of `/api-v2` in the access log with the upstream of `/api`.',
  },
  subjects: judged,
  *check(model) {
    yield* tellUnplaced(model, judged(model));
    for (const table of gatewayTables(model)) {
      yield* siblingsHit(model, table);
      const { facts, count } = routeFacts(
        model,
        table,
        longer,
        (decision, { route }) => madeBy(decision, route) === true,
      );
      const [first, ...rest] = facts;
      if (!first) continue;
      yield finding(table.gateway, {
        ...aboutRoutes(model, table, [first, ...rest]),
        message: `${count} of gateway ${table.gateway.ref.name} match${facts.length === 1 ? 'es' : ''} by a prefix that does not end in a slash: ${prefixOf(first.entry.route)} also takes ${first.request.target}.`,
        cause: 'Envoy compares a prefix character by character.',
        fix: [
          {
            say: 'Nothing, unless such paths are asked for: then match the prefix with a slash at its end, and the bare path by an exact path.',
            restarts: 'nothing',
            works: whenObjectsApply(model, [table.gateway]),
          },
        ],
      });
    }
  },
});

function judged(model: Model) {
  return [...gatewayTables(model).map(({ gateway }) => gateway), ...model.gatewayRoutes];
}

/** A prefix that may end inside a segment; null for others. */
function prefixOf(route: Route): string | null {
  const test = pathTestOf(route);
  return test?.kind === 'prefix' && !test.value.endsWith('/') && test.value.length > 1 ? test.value : null;
}

function longer(entry: Entry): RoutingRequest | null {
  const request = prefixOf(entry.route) === null ? null : requestFor(entry);
  return request && { ...request, target: (request.target ?? '').replace(/^[^?]*/, '$&x') };
}

/** Routes whose own requests an earlier route takes, because its prefix ends inside their first differing segment. */
function* siblingsHit(model: Model, table: GatewayTable): Iterable<Outcome> {
  const entries = entriesOf(table.table);
  const cutting = entries.flatMap((entry) => prefixOf(entry.route) ?? []);
  if (cutting.length === 0) return;
  const byPlace = new Map(
    entries.map((entry) => [`${entry.route.place.document} ${entry.route.place.pointer}`, entry]),
  );
  const prefixes = new Set(cutting);
  const originOf = originsIn(model, table);
  const told = new Set<string>();
  for (const entry of entries) {
    const path = literalPath(entry.route);
    if (path === null || !insideSegment(path, prefixes)) continue;
    const request = requestFor(entry);
    const decision = request && decide(table.table, request);
    const at = decision?.hops[0]?.route;
    const taker = at ? byPlace.get(`${at.document} ${at.pointer}`) : undefined;
    const prefix = taker ? prefixOf(taker.route) : null;
    if (!taker || !decision || prefix === null || !path.startsWith(prefix) || path.charAt(prefix.length) === '/')
      continue;
    if (path === prefix || madeBy(decision, taker.route) !== true || sameTarget(taker.route, entry.route)) continue;
    const [by, lost] = [originOf(taker.route), originOf(entry.route)];
    const key = `${by.key} ${lost.key}`;
    if (told.has(key)) continue;
    told.add(key);
    yield hit(model, table, { prefix, path, request, decision, entry: taker, origin: by }, lost);
  }
}

function hit(
  model: Model,
  table: GatewayTable,
  { prefix, path, ...fact }: Parameters<typeof aboutRoutes>[2][0] & { readonly prefix: string; readonly path: string },
  lost: ReturnType<ReturnType<typeof originsIn>>,
): Outcome {
  const { gateway } = table;
  const shared = aboutRoutes(model, table, [fact, { ...fact, origin: lost }]);
  const until = meanwhile(model, [gateway], `requests of ${path}`);
  const taker = fact.origin.written ? fact.origin.written.says : `A route of gateway ${gateway.ref.name}`;
  const other = lost.written ? lost.written.says : `the later route for ${path}`;
  return finding(fact.origin.written ? fact.origin.written.object : gateway, {
    ...shared,
    severity: 'warning',
    message: `${taker} takes the requests of ${other}: its prefix ${prefix} also matches ${fact.request.target}.`,
    cause: 'Envoy compares a prefix character by character, and takes the first route that matches.',
    fix: [
      {
        say: `Give ${other} a better priority (a smaller number), or end the prefix with a slash: ${prefix}/.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, [gateway]),
      },
      ...until.fix,
    ],
    avoid: until.avoid,
    discriminator: `${prefix} ${path}`,
  });
}

function literalPath(route: Route): string | null {
  const test = pathTestOf(route);
  return test?.kind === 'prefix' || test?.kind === 'exact' || test?.kind === 'segments' ? test.value : null;
}

/** True where one of the prefixes ends inside a segment of the path. */
function insideSegment(path: string, prefixes: ReadonlySet<string>): boolean {
  for (let end = 2; end < path.length; end += 1) {
    if (path.charAt(end) !== '/' && prefixes.has(path.slice(0, end))) return true;
  }
  return false;
}

function sameTarget(one: Route, other: Route): boolean {
  const says = (route: Route): string =>
    `${serviceNamedBy(route)} ${route.action.type === 'forward' ? JSON.stringify(route.action.target) : route.action.type}`;
  return says(one) === says(other);
}
