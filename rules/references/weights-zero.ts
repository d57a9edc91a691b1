import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { asList, asObject } from '../../src/lib/json.ts';
import { runningRoute, verdictOfFault } from '../../src/model/mesh/running.ts';
import { type WrittenRoute, writtenRoutes } from '../../src/model/mesh/written-routes.ts';

export default defineRule({
  id: 'weights-zero',
  title: 'The weights of a route add up to 0',
  severity: 'error',
  needs: anyOf('mesh.virtualRouters'),
  also: ['mesh.gatewayRoutes', 'mesh.virtualServices', 'mesh.virtualGateways', 'platform.namespaces', 'envoy.routes'],
  explains: ['requests-without-route', 'route-never-applied', 'config-drift'],
  docs: {
    what: 'A HTTP, HTTP/2 or gRPC route of a VirtualRouter all of whose `weightedTargets` have weight 0.',
    why: 'The weights of a route must total 1 to 100: neither App Mesh nor Envoy takes a route that sends requests nowhere.',
    fix: 'Give at least one target a weight above 0, or delete the route.',
    seen: 'The route does not become active; requests for it fall to the next route or are answered with 404.',
  },
  subjects: (model) => model.virtualRouters,
  *check(model) {
    for (const route of writtenRoutes(model)) {
      if (route.kind !== 'router' || route.type === 'tcpRoute' || !allZero(route)) continue;
      const running = runningRoute(model, route);
      const until = meanwhile(model, running.gateways, 'the requests of this route');
      yield finding(route.object, {
        message: `${route.says}: the weights of its targets add up to 0${running.state === 'runs' ? '; the running gateway still has an earlier form of it' : ''}.`,
        effect: configEffect(model, running.gateways, verdictOfFault(running)),
        evidence: [route.object.at(`${route.path}.action.weightedTargets`), ...running.evidence],
        cause: 'A target takes its weight divided by the sum of all weights; of 0 there are no shares.',
        fix: [
          {
            say: `Give a target in ${route.path}.action.weightedTargets of VirtualRouter ${route.object.ref.namespace}/${route.object.ref.name} a weight above 0.`,
            restarts: 'nothing',
            works: whenObjectsApply(model, running.gateways),
          },
          ...until.fix,
        ],
        avoid: until.avoid,
        discriminator: route.key,
      });
    }
  },
});

/** A target without weight is a fault of another kind: the schema asks for it. */
function allZero({ action }: WrittenRoute): boolean {
  const targets = asList(action.weightedTargets);
  return targets.length > 0 && targets.every((target) => asObject(target).weight === 0);
}
