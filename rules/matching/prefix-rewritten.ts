import { whenObjectsApply } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { aboutDefaults, aboutRoutes } from '../../src/diagnose/route-facts.ts';
import { type LoggedFacts, loggedFacts } from '../../src/diagnose/logged-facts.ts';
import { defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import { tellUnplaced } from '../../src/diagnose/told-routes.ts';
import type { Model } from '../../src/model/model.ts';
import { type GatewayTable, gatewayTables, isAppMesh, tableParts } from '../../src/routing/gateway-tables.ts';
import { asksForPrefix, cutPrefixes, doubledSlashes } from '../../src/routing/prefix-rewrites.ts';
import type { RouteFact } from '../../src/routing/route-facts.ts';

export default defineRule({
  id: 'prefix-rewritten',
  title: 'The matched prefix is cut before the request goes on',
  severity: 'info',
  needs: tableParts.needs,
  also: [...tableParts.also, 'logs'],
  explains: ['requests-without-route'],
  docs: {
    what: 'Routes of an App Mesh gateway whose prefix is replaced by `/`, which is the default; and, on any gateway, routes whose rewrite leaves `//`. One finding a gateway, with the first 20 routes; the default is a standing fact where the gateway takes no configuration any more. A warning where the VirtualRouter behind still asks for the prefix, so that the cut request finds no route there. An error where the access log holds at least 20 requests that the workload answered 404, and none like them was served.',
    why: 'A workload that serves `/cart/1` is asked for `/1`. Where prefix `/a` becomes `/`, `/a/x` becomes `//x`, which many workloads do not take for `/x`.',
    fix: 'To keep the path: `rewrite.prefix.defaultPrefix: DISABLED`. Against `//`: match and rewrite with a slash at both ends. On a gateway that takes no configuration any more, serve the short path too.',
    seen: 'Status 404 from the workload (no response flag), while the access log shows the long path: it stands in `x-envoy-original-path`.',
  },
  subjects: judged,
  *check(model) {
    yield* tellUnplaced(model, judged(model));
    for (const table of gatewayTables(model)) {
      yield* withDoubledSlash(model, table);
      if (!isAppMesh(table)) continue;
      const { facts, count } = cutPrefixes(model, table);
      const lost = facts.filter((fact) => asksForPrefix(table, fact));
      yield* lostBehind(model, table, lost);
      const refused = loggedFacts(model, table, facts, ({ by, status }) => by === 'upstream' && status === 404, 20);
      if (refused) yield notServed(model, table, refused);
      const [first, ...rest] = facts;
      if (!first) continue;
      yield finding(table.gateway, {
        ...aboutDefaults(model, table, [first, ...rest]),
        message: `${count} of gateway ${table.gateway.ref.name} cut${facts.length === 1 ? 's' : ''} the matched prefix: ${first.request.target} reaches ${first.decision.hops[0]?.rewrite?.host} as ${first.decision.hops[0]?.rewrite?.path}.`,
        cause: 'App Mesh replaces a matched prefix by / unless a GatewayRoute says otherwise.',
        fix: [keepPrefix(model, table, 'Nothing, unless a workload serves the long path: then set')],
      });
    }
  },
});

function judged(model: Model) {
  return gatewayTables(model).map(({ gateway }) => gateway);
}

function* lostBehind(model: Model, table: GatewayTable, lost: readonly RouteFact[]): Iterable<Outcome> {
  const [first, ...rest] = lost;
  if (!first) return;
  const { request, decision } = first;
  yield finding(table.gateway, {
    ...aboutRoutes(model, table, [first, ...rest]),
    severity: 'warning',
    message: `${lost.length} ${lost.length === 1 ? 'route' : 'routes'} of gateway ${table.gateway.ref.name} lose${lost.length === 1 ? 's' : ''} requests by cutting the prefix: ${request.target} reaches ${decision.hops[1]?.virtualHost} as ${decision.hops[0]?.rewrite?.path}, where only the uncut path has a route, and gets 404.`,
    cause: 'The gateway cuts the prefix by default, and the VirtualRouter behind matches the path with its prefix.',
    fix: [keepPrefix(model, table, 'Match the short path in the VirtualRouter, or set')],
    discriminator: 'no route behind',
  });
}

function notServed(model: Model, table: GatewayTable, { facts, count, most, about }: LoggedFacts): Outcome {
  const [{ request, decision }] = facts;
  const went = decision.hops[0]?.rewrite;
  return finding(table.gateway, {
    ...about,
    severity: 'error',
    message: `${count} requests whose prefix gateway ${table.gateway.ref.name} cuts were answered 404 by their workload (${most.method} ${most.path}), and none like them was served: ${request.target} reaches ${went?.host} as ${went?.path}.`,
    cause:
      'App Mesh replaces a matched prefix by / unless a GatewayRoute says otherwise; the workload seems to serve the long path.',
    fix: [
      { say: 'Serve the short path in the workload too.', restarts: 'target', works: 'now' },
      keepPrefix(model, table, 'Or set'),
    ],
    discriminator: 'not served',
  });
}

function* withDoubledSlash(model: Model, table: GatewayTable): Iterable<Outcome> {
  const { facts, count } = doubledSlashes(model, table);
  const [first, ...rest] = facts;
  if (!first) return;
  const { request, decision } = first;
  yield finding(table.gateway, {
    ...aboutRoutes(model, table, [first, ...rest]),
    message: `${count} of gateway ${table.gateway.ref.name} leave${facts.length === 1 ? 's' : ''} a double slash: ${request.target} goes on as ${decision.hops[0]?.rewrite?.path}.`,
    cause: 'A prefix without slash at its end is replaced by one with a slash; the slash behind the prefix stays.',
    fix: [
      {
        say: 'Match the prefix with a slash at its end, and the bare path by a route of its own.',
        restarts: 'nothing',
        works: whenObjectsApply(model, [table.gateway]),
      },
    ],
    discriminator: 'double slash',
  });
}

function keepPrefix(model: Model, { gateway }: GatewayTable, begin: string): Fix {
  const say = `${begin} rewrite.prefix.defaultPrefix to DISABLED on its GatewayRoute.`;
  return { say, restarts: 'nothing', works: whenObjectsApply(model, [gateway]) };
}
