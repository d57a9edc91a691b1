import { whenObjectsApply } from '../../src/diagnose/effect.ts';
import { type LoggedFacts, loggedFacts } from '../../src/diagnose/logged-facts.ts';
import { defineRule, finding, type Outcome } from '../../src/diagnose/rule.ts';
import { aboutDefaults } from '../../src/diagnose/route-facts.ts';
import { tellUnplaced } from '../../src/diagnose/told-routes.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { gatewayTables, isAppMesh, tableParts } from '../../src/routing/gateway-tables.ts';
import { routeFacts } from '../../src/routing/route-facts.ts';
import { madeBy, requestFor } from '../../src/routing/sample.ts';

export default defineRule({
  id: 'host-rewritten',
  title: 'The gateway replaces Host by the name of the VirtualService',
  severity: 'info',
  needs: tableParts.needs,
  also: [...tableParts.also, 'logs'],
  docs: {
    what: 'Routes of an App Mesh gateway whose requests reach the workload with the AWS name of the VirtualService as Host, which is the default. One finding a gateway, with the first 20 routes; a standing fact where the gateway takes no configuration any more. An error where the access log holds at least 20 requests that the workload answered 421 (it serves no such host), and none like them was served.',
    why: 'A workload that builds absolute URLs, redirects or cookie domains from Host, or that serves several hosts, sees a name that no client knows. The original stands in `x-envoy-original-host` on newer Envoys, and not in `x-forwarded-host`.',
    fix: 'Where a workload needs the host of the client: `rewrite.hostname.defaultTargetHostname: DISABLED`. On a gateway that takes no configuration any more, let the workload read its public name from its own configuration.',
    seen: 'Redirects to `cart.shop.svc.cluster.local`, redirect loops, cookies that clients refuse, 421 or 404 from a workload that checks Host.',
  },
  subjects: judged,
  *check(model) {
    yield* tellUnplaced(model, judged(model));
    for (const table of gatewayTables(model).filter(isAppMesh)) {
      const { gateway } = table;
      const { facts, count } = routeFacts(
        model,
        table,
        (entry) => {
          const { action } = entry.route;
          return action.type === 'forward' && action.host.kind === 'literal' ? requestFor(entry) : null;
        },
        (decision, { route }, { authority }) => {
          const host = decision.hops[0]?.rewrite?.host;
          return madeBy(decision, route) === true && host !== undefined && host !== authority;
        },
      );
      // 421 alone says that it is the host: 400, 403 and redirects have many reasons.
      const refused = loggedFacts(model, table, facts, ({ by, status }) => by === 'upstream' && status === 421, 20);
      if (refused) yield misdirected(model, gateway, refused);
      const [first, ...rest] = facts;
      if (!first) continue;
      const { request, decision } = first;
      yield finding(gateway, {
        ...aboutDefaults(model, table, [first, ...rest]),
        message: `${count} of gateway ${gateway.ref.name} replace${facts.length === 1 ? 's' : ''} Host by the name of the VirtualService: the workload behind ${request.target} sees ${decision.hops[0]?.rewrite?.host} where the client asked for ${request.authority}.`,
        cause: 'App Mesh does so unless a GatewayRoute says otherwise.',
        fix: [
          {
            say: 'Nothing, unless a workload needs the host of the client: then set rewrite.hostname.defaultTargetHostname to DISABLED on its GatewayRoute.',
            restarts: 'nothing',
            works: whenObjectsApply(model, [gateway]),
          },
        ],
      });
    }
  },
});

function misdirected(model: Model, gateway: Gateway, { facts, count, most, about }: LoggedFacts): Outcome {
  const [{ request, decision }] = facts;
  return finding(gateway, {
    ...about,
    severity: 'error',
    message: `${count} requests were answered 421 by their workload (${most.method} ${most.path}), and none like them was served: it is asked for host ${decision.hops[0]?.rewrite?.host}, where the client asked for ${request.authority}.`,
    cause: 'App Mesh replaces Host unless a GatewayRoute says otherwise, and the workload serves no host of that name.',
    fix: [
      {
        say: 'Let the workload, or the sidecar or web server before it, serve the name of the VirtualService too.',
        restarts: 'target',
        works: 'now',
      },
      {
        say: 'Or set rewrite.hostname.defaultTargetHostname to DISABLED on the GatewayRoute.',
        restarts: 'nothing',
        works: whenObjectsApply(model, [gateway]),
      },
    ],
    discriminator: 'not served',
  });
}

function judged(model: Model) {
  return gatewayTables(model)
    .filter(isAppMesh)
    .map(({ gateway }) => gateway);
}
