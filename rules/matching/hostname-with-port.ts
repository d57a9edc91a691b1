import { whenObjectsApply } from '../../src/diagnose/effect.ts';
import { defineRule, finding } from '../../src/diagnose/rule.ts';
import { aboutDefaults } from '../../src/diagnose/route-facts.ts';
import { tellUnplaced } from '../../src/diagnose/told-routes.ts';
import type { Model } from '../../src/model/model.ts';
import {
  type Entry,
  type GatewayTable,
  gatewayTables,
  isAppMesh,
  tableParts,
} from '../../src/routing/gateway-tables.ts';
import { decide } from '../../src/routing/match/decide.ts';
import type { RoutingRequest } from '../../src/routing/match/request.ts';
import { routeFacts } from '../../src/routing/route-facts.ts';
import { madeBy, requestFor } from '../../src/routing/sample.ts';

/** Clients leave these out of Host. */
const standardPorts = new Set([80, 443]);

export default defineRule({
  id: 'hostname-with-port',
  title: 'An exact hostname does not take the same host with a port',
  severity: 'info',
  ...tableParts,
  explains: ['requests-without-route'],
  docs: {
    what: 'Routes for an exact hostname whose listener has a port that clients write into Host: `shop.example.com` does not match `shop.example.com:8088`. One finding a gateway, with the first 20 routes; a standing fact where the gateway takes no configuration any more. Silent where Envoy strips the port.',
    why: 'In Envoy the port is part of the host. Browsers and SDKs write it wherever it is not 80 or 443, so a client that talks to the listener directly, past the load balancer, misses the route.',
    fix: 'Reach the gateway on port 80 or 443 of its load balancer, which keeps the port out of Host, or let the client set Host itself. App Mesh did not take a hostname with a port.',
    seen: 'Status 404, response flag NR, `:authority` with a port in the access log.',
  },
  subjects: judged,
  *check(model) {
    yield* tellUnplaced(model, judged(model));
    for (const table of gatewayTables(model)) {
      const { gateway } = table;
      const { facts, count } = routeFacts(
        model,
        table,
        (entry) => (exactHost(entry) === null ? null : withPort(table, entry)),
        (decision, { route }) => madeBy(decision, route) === false,
      );
      const [first, ...rest] = facts;
      if (!first) continue;
      const { request, decision } = first;
      const without = exactHost(first.entry);
      const answer = decision.responseFlag === 'NR' ? `gets ${decision.status}` : 'is taken by another route';
      const plain = decide(table.table, { ...request, authority: without });
      yield finding(gateway, {
        ...aboutDefaults(model, table, [first, ...rest]),
        message: `${count} of gateway ${gateway.ref.name} ask${facts.length === 1 ? 's' : ''} for an exact hostname, which does not take it with a port: Host ${request.authority} ${answer}, Host ${without} ${plain.outcome === 'forward' ? 'is served' : 'is not'}.`,
        cause: 'Envoy compares Host as it is sent, port and all.',
        fix: [
          {
            say: 'Send clients to port 80 or 443 of the load balancer: they then leave the port out of Host.',
            restarts: 'nothing',
            works: 'now',
          },
          ...(isAppMesh(table)
            ? []
            : [
                {
                  say: 'Or set strip_any_host_port on the connection manager, or ignore_port_in_host_matching on the route configuration.',
                  restarts: 'nothing' as const,
                  works: whenObjectsApply(model, [gateway]),
                },
              ]),
        ],
      });
    }
  },
});

function judged(model: Model) {
  return gatewayTables(model).map(({ gateway }) => gateway);
}

/** A request that the route takes without the port, with it. */
function withPort({ table }: GatewayTable, entry: Entry): RoutingRequest | null {
  const request = standardPorts.has(entry.listener.port) ? null : requestFor(entry);
  if (!request || madeBy(decide(table, request), entry.route) !== true) return null;
  return { ...request, authority: `${request.authority}:${entry.listener.port}` };
}

/** The one host a route asks for: by a header match, or as a domain of its virtual host; null where it takes others too, or a port is written. */
function exactHost({ route, host }: Entry): string | null {
  for (const clause of route.clauses) {
    if (clause.field !== 'header' || clause.name !== ':authority' || clause.invert) continue;
    return clause.test.kind === 'exact' && !clause.test.value.includes(':') ? clause.test.value : null;
  }
  const [first = '*'] = host.domains;
  return first.includes('*') || first.includes(':') ? null : first;
}
