import { aboutRoutes } from '../../src/diagnose/route-facts.ts';
import { anyOf, allOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { requestText } from '../../src/diagnose/told-routes.ts';
import { defaultBackend, virtualServiceHeader } from '../../src/model/envoy/naming.ts';
import { answerText } from '../../src/routing/answer.ts';
import {
  type Entry,
  gatewayTables,
  type GatewayTable,
  innerEntriesOf,
  tableParts,
} from '../../src/routing/gateway-tables.ts';
import { decide } from '../../src/routing/match/decide.ts';
import type { RoutingRequest } from '../../src/routing/match/request.ts';
import { routeFacts } from '../../src/routing/route-facts.ts';
import { madeBy, requestFor } from '../../src/routing/sample.ts';
import type { Table } from '../../src/routing/table/table.ts';
import { firstUnread } from '../../src/model/unread.ts';

export default defineRule({
  id: 'default-backend-forgeable',
  title: 'A client can choose another VirtualService by a header',
  severity: 'warning',
  needs: anyOf(allOf('envoy.routes', 'envoy.listenerConfig')),
  also: [...tableParts.also, 'mesh.gatewayRoutes', 'mesh.virtualGateways'],
  docs: {
    what: 'An App Mesh gateway with host rewrite switched off for several VirtualServices, on Envoy 1.39 or newer. There the gateway adds header `x-app-mesh-virtual-service` for itself, and Envoy takes each line of a header for itself: one that the client sent counts as well.',
    why: 'A client that sends that header reaches a VirtualService that its host and path do not lead to, past every condition of the GatewayRoutes.',
    fix: 'Let what stands before the gateway (load balancer, WAF, CDN) refuse or remove the header `x-app-mesh-virtual-service`. It restarts nothing.',
    seen: 'Nothing in the objects; the access log shows a path of one route at the cluster of another.',
  },
  subjects: (model) => running(gatewayTables(model)).map(({ gateway }) => gateway),
  *check(model) {
    for (const table of running(gatewayTables(model))) {
      const { gateway, envoy } = table;
      const gap = firstUnread(gateway.envoys, ['envoy.clusterConfig']);
      if (gap) yield notEvaluated(gateway, gap);
      const services = forgeable(table.table);
      if (services.length < 2) continue;
      if (envoy?.serverInfo.state === 'not-read') yield notEvaluated(gateway, envoy.serverInfo.gap);
      const { facts, count } = routeFacts(
        model,
        table,
        (entry) => forge(table.table, entry, services),
        (decision, { route }) => madeBy(decision, route) === true,
      );
      const [first, ...rest] = facts;
      if (!first) continue;
      const honest = requestFor(first.entry);
      const before = honest ? ` Without the header it ${answerText(decide(table.table, honest))}.` : '';
      yield finding(gateway, {
        ...aboutRoutes(model, table, [first, ...rest]),
        message: `By ${count} of gateway ${gateway.ref.name} a client can choose another VirtualService: ${requestText(first) ?? 'a request with the header'} ${answerText(first.decision)}.${before}`,
        cause: `The route adds ${virtualServiceHeader} beside what the client sent, and this Envoy lets any one value of a header match.`,
        fix: [
          {
            say: `Let the load balancer, WAF or CDN before the gateway refuse requests with header ${virtualServiceHeader}, or remove it.`,
            restarts: 'nothing',
            works: 'now',
          },
          {
            say: 'And let each workload check for itself who may call it: the gateway’s routes do not keep clients out.',
            restarts: 'target',
            works: 'now',
          },
        ],
      });
    }
  },
});

function running(tables: readonly GatewayTable[]): readonly GatewayTable[] {
  return tables.filter(({ envoy }) => envoy !== null);
}

/** The VirtualServices that the second listener tells apart by the header, in the order it tries them. */
function forgeable(table: Table): readonly string[] {
  const names = innerEntriesOf(table)
    .filter(({ host }) => host.name === defaultBackend)
    .flatMap(({ route }) => route.clauses)
    .flatMap((clause) =>
      clause.field === 'header' && clause.name === virtualServiceHeader && clause.test.kind === 'exact'
        ? [clause.test.value]
        : [],
    );
  return [...new Set(names)];
}

/** A request for a route that, with one more header, goes to other clusters; null: none was found. */
function forge(table: Table, entry: Entry, services: readonly string[]): RoutingRequest | null {
  const honest = requestFor(entry);
  if (!honest) return null;
  const meant = decide(table, honest);
  if (meant.outcome !== 'forward') return null;
  for (const service of services) {
    const request = { ...honest, headers: new Map([...honest.headers, [virtualServiceHeader, [service]]]) };
    const decision = decide(table, request);
    if (decision.outcome === 'forward' && namesIn(decision) !== namesIn(meant)) return request;
  }
  return null;
}

function namesIn({ clusters }: ReturnType<typeof decide>): string {
  return clusters.map(({ name }) => name).join(' ');
}
