import { type LoggedFacts, loggedFacts } from '../../src/diagnose/logged-facts.ts';
import { meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { aboutDefaults, aboutRoutes } from '../../src/diagnose/route-facts.ts';
import { defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import { tellUnplaced } from '../../src/diagnose/told-routes.ts';
import type { Model } from '../../src/model/model.ts';
import { type Entry, type GatewayTable, gatewayTables, tableParts } from '../../src/routing/gateway-tables.ts';
import type { RoutingRequest } from '../../src/routing/match/request.ts';
import { prefixOf, type PrefixSibling, prefixSiblings } from '../../src/routing/prefix-siblings.ts';
import { type RouteFact, routeFacts } from '../../src/routing/route-facts.ts';
import type { SeenClass } from '../../src/snapshot/access-log/traffic-view.ts';
import { madeBy, requestFor } from '../../src/routing/sample.ts';

export default defineRule({
  id: 'prefix-not-a-segment',
  title: 'A prefix also takes longer names that begin like it',
  severity: 'info',
  needs: tableParts.needs,
  also: [...tableParts.also, 'logs'],
  explains: ['requests-to-wrong-route', 'route-shadowed', 'route-partly-shadowed', 'route-unused'],
  docs: {
    what: 'Routes with a prefix that does not end in a slash: `/api` also takes `/apix`. One finding a gateway, with the first 20 routes; a standing fact where the gateway takes no configuration any more. A warning where a later route of another target is made for such a path and loses its requests, and where the access log holds requests of such a path and none like them was served.',
    why: 'Envoy compares a prefix character by character, not segment by segment. Nothing shows as long as no such path is asked for.',
    fix: 'Match `/api/`, and `/api` by a route of its own with an exact path. Where two routes meet, give the longer one the better priority (the smaller number).',
    seen: 'Requests of `/api-v2` in the access log with the upstream of `/api`.',
  },
  subjects: judged,
  *check(model) {
    yield* tellUnplaced(model, judged(model));
    for (const table of gatewayTables(model)) {
      for (const one of prefixSiblings(model, table)) yield hit(model, table, one);
      const { facts, count } = routeFacts(
        model,
        table,
        longer,
        (decision, { route }) => madeBy(decision, route) === true,
      );
      const asked = loggedFacts(model, table, facts, isLonger, 1);
      if (asked) yield taken(model, table, asked);
      const [first, ...rest] = facts;
      if (!first) continue;
      yield finding(table.gateway, {
        ...aboutDefaults(model, table, [first, ...rest]),
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

/** The path of the requests goes on inside the segment in which the prefix ends. */
function isLonger({ path }: SeenClass, { entry }: RouteFact): boolean {
  const prefix = prefixOf(entry.route);
  return prefix !== null && path.startsWith(prefix) && /[^/?]/.test(path.charAt(prefix.length));
}

function taken(model: Model, table: GatewayTable, { facts, count, most, about }: LoggedFacts): Outcome {
  return finding(table.gateway, {
    ...about,
    severity: 'warning',
    message: `${count} ${count === 1 ? 'request' : 'requests'} of a longer name went by a prefix that does not end in a slash, and none like them was served: ${prefixOf(facts[0].entry.route)} also takes ${most.method} ${most.path}.`,
    cause: 'Envoy compares a prefix character by character.',
    fix: [
      {
        say: 'Match the prefix with a slash at its end, and the bare path by an exact path; give the longer name a route of its own.',
        restarts: 'nothing',
        works: whenObjectsApply(model, [table.gateway]),
      },
    ],
    discriminator: 'asked for',
  });
}

function judged(model: Model) {
  return [...gatewayTables(model).map(({ gateway }) => gateway), ...model.gatewayRoutes];
}

function longer(entry: Entry): RoutingRequest | null {
  const request = prefixOf(entry.route) === null ? null : requestFor(entry);
  return request && { ...request, target: (request.target ?? '').replace(/^[^?]*/, '$&x') };
}

function hit(model: Model, table: GatewayTable, { prefix, path, lost, ...fact }: PrefixSibling): Outcome {
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
