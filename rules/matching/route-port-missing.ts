import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { runningRoute, verdictOfFault } from '../../src/model/mesh/running.ts';
import { listenersText, listening, writingObjects, writtenRoutes } from '../../src/model/mesh/written-routes.ts';

export default defineRule({
  id: 'route-port-missing',
  title: 'Route does not name which listener it is for',
  severity: 'error',
  needs: anyOf('mesh.gatewayRoutes', 'mesh.virtualRouters'),
  also: ['mesh.virtualGateways', 'mesh.virtualServices', 'platform.namespaces', 'envoy.routes'],
  explains: ['route-never-applied', 'requests-without-route', 'config-drift'],
  docs: {
    what: 'A GatewayRoute or a route of a VirtualRouter without `match.port` where the gateway or router has several listeners; or with a port that none of them has.',
    why: 'App Mesh refuses such a route, so that no Envoy ever has it. Controllers before autumn 2022 drop the field silently.',
    fix: 'Write `match.port`: the port of the listener that should take these requests. For several listeners write one route each.',
    seen: 'Event `ReconcileError`: `BadRequestException: Route must define a port match criteria if the Virtual Router has multiple listeners`. Requests get 404, response flag NR.',
  },
  subjects: writingObjects,
  *check(model) {
    for (const route of writtenRoutes(model)) {
      const owner = listening(model, route);
      if (owner?.state === 'unknown') yield notEvaluated(route.object, owner.gap);
      if (owner?.state !== 'present') continue;
      const { listeners, ref } = owner.value;
      const ports = new Set(listeners.map(({ port }) => port));
      // A listener whose port cannot be read is the business of invalid-field.
      if (ports.size === 0 || ports.has(null)) continue;
      if (route.port === null ? ports.size < 2 : ports.has(route.port)) continue;
      const running = runningRoute(model, route);
      const { gateways } = running;
      const until = meanwhile(model, gateways, 'the requests of this route');
      const whose = `${ref.kind} ${ref.namespace}/${ref.name}`;
      const has = `${whose} listens on ${listenersText(listeners)}`;
      const fault =
        route.port === null
          ? `names no port, and ${has}: App Mesh refuses it`
          : `asks for port ${route.port}, but ${has}: no request can come to it`;
      const same = listeners.filter(({ protocol }) => `${protocol}Route` === route.type).map(({ port }) => port);
      yield finding(route.object, {
        message: `${route.says} ${fault}${running.state === 'runs' ? '. The running gateway still has the route.' : '.'}`,
        effect: configEffect(model, gateways, verdictOfFault(running)),
        evidence: [
          route.object.at(`${route.path}.match${route.port === null ? '' : '.port'}`),
          owner.value.at('spec.listeners'),
          ...running.evidence,
        ],
        cause: `Each route belongs to one listener; where ${whose} has several, match.port says to which.`,
        fix: [
          {
            say: `Write ${route.path}.match.port of ${route.says}: ${(same.length > 0 ? same : [...ports]).join(' or ')}.`,
            restarts: 'nothing',
            works: whenObjectsApply(model, gateways),
          },
          ...until.fix,
        ],
        avoid: until.avoid,
        discriminator: route.key,
        affects: route.kind === 'gateway' ? [ref] : [],
      });
    }
  },
});
