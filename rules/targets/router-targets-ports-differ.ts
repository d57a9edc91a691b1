import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import { openNodes } from '../../src/model/mesh/open-targets.ts';
import { runningRoute, verdictOfFault } from '../../src/model/mesh/running.ts';
import { type WrittenRoute, writtenRoutes } from '../../src/model/mesh/written-routes.ts';
import type { Model } from '../../src/model/model.ts';

export default defineRule({
  id: 'router-targets-ports-differ',
  title: 'The targets of one route listen on different ports',
  severity: 'error',
  needs: anyOf(allOf('mesh.virtualRouters', 'mesh.virtualNodes')),
  also: ['mesh.virtualServices', 'mesh.gatewayRoutes', 'mesh.virtualGateways', 'platform.namespaces', 'envoy.routes'],
  explains: ['router-without-routes', 'route-never-applied', 'requests-without-route', 'config-drift'],
  docs: {
    what: 'A route of a VirtualRouter whose weighted targets name no port, and are VirtualNodes that listen on different ports.',
    why: 'App Mesh leaves the whole route out of Envoy: its requests are answered with 404, or another route takes them.',
    fix: 'Write `port` beside each target, or let the VirtualNodes listen on one port.',
    seen: 'Status 404, response flag NR. The objects are Active, and the route is in no table of the Envoy.',
  },
  subjects: (model) => model.virtualRouters,
  *check(model) {
    for (const route of writtenRoutes(model)) {
      if (route.kind !== 'router') continue;
      const open = openNodes(model, route);
      const nodes = open.flatMap(({ path, listens }) => {
        const only = listens.state === 'present' && listens.value.listeners.length === 1 ? listens.value : null;
        const port = only?.listeners[0]?.port ?? null;
        return only && port !== null ? [{ path, node: only, port }] : [];
      });
      const [first, second] = distinct(nodes);
      const unseen = open.find(({ listens }) => listens.state === 'unknown')?.listens;
      if (first && second) yield describe(model, route, first, second);
      else if (open.length > 1 && unseen?.state === 'unknown') yield notEvaluated(route.object, unseen.gap);
    }
  },
});

interface Ported {
  readonly path: string;
  readonly node: VirtualNode;
  readonly port: number;
}

/** One target of each port. */
function distinct(targets: readonly Ported[]): readonly Ported[] {
  return targets.filter(({ port }, index) => targets.findIndex((other) => other.port === port) === index);
}

function describe(model: Model, route: WrittenRoute, first: Ported, second: Ported) {
  const running = runningRoute(model, route);
  const { gateways } = running;
  const until = meanwhile(model, gateways, 'the requests of this route');
  const text = ({ node, port }: Ported): string => `${node.ref.name} (${port})`;
  const still = running.state === 'runs' ? 'the running gateway still has the route' : 'App Mesh makes no route of it';
  return finding(route.object, {
    message: `${route.says} names no port of its targets, which listen on different ones, ${text(first)} and ${text(second)}: ${still}.`,
    effect: configEffect(model, gateways, verdictOfFault(running)),
    evidence: [
      route.object.at(first.path),
      route.object.at(second.path),
      first.node.at(first.node.listeners[0]?.path ?? 'spec.listeners'),
      second.node.at(second.node.listeners[0]?.path ?? 'spec.listeners'),
      ...running.evidence,
    ],
    cause:
      'Without a port beside them, all targets of a route must listen on the same one (aws-app-mesh-examples, issue 93).',
    fix: [
      {
        say: `Write port: ${first.port} beside target ${first.node.ref.name} of ${route.says}, port: ${second.port} beside ${second.node.ref.name}, and so on for each target.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, gateways),
      },
      ...until.fix,
    ],
    avoid: until.avoid,
    discriminator: route.key,
    affects: [first.node.ref, second.node.ref],
  });
}
