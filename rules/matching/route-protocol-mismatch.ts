import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import type { Listener } from '../../src/model/mesh/kinds.ts';
import { runningRoute, verdictOfFault } from '../../src/model/mesh/running.ts';
import { listening, type WrittenRoute, writingObjects, writtenRoutes } from '../../src/model/mesh/written-routes.ts';

export default defineRule({
  id: 'route-protocol-mismatch',
  title: 'Route of another protocol than its listener',
  severity: 'error',
  needs: anyOf('mesh.gatewayRoutes', 'mesh.virtualRouters'),
  also: ['mesh.virtualGateways', 'mesh.virtualServices', 'platform.namespaces', 'envoy.routes'],
  explains: ['route-never-applied', 'requests-without-route', 'protocol-mismatch', 'config-drift'],
  docs: {
    what: 'A GatewayRoute or a route of a VirtualRouter whose type (`httpRoute`, `http2Route`, `grpcRoute`, `tcpRoute`) is not the protocol of the listener it belongs to.',
    why: 'App Mesh makes no Envoy route of it: its requests are answered with 404, or another route takes them.',
    fix: 'Rename the type of the route to that of the listener, or give the listener the protocol that the clients really speak. A gRPC client cannot be served by an http listener.',
    seen: 'Status 404, response flag NR; the route is in no table of the Envoy.',
  },
  subjects: writingObjects,
  *check(model) {
    for (const route of writtenRoutes(model)) {
      const owner = listening(model, route);
      if (owner?.state === 'unknown') yield notEvaluated(route.object, owner.gap);
      if (owner?.state !== 'present') continue;
      const listener = listenerOf(route, owner.value.listeners);
      const wanted = route.type.replace('Route', '');
      if (!listener || listener.protocol === '' || listener.protocol === wanted) continue;
      const running = runningRoute(model, route);
      const { gateways } = running;
      const until = meanwhile(model, gateways, 'the requests of this route');
      const works = whenObjectsApply(model, gateways);
      const { kind, namespace, name } = owner.value.ref;
      yield finding(route.object, {
        message: `${route.says} is of type ${route.type}, but listener ${listener.port} of ${kind} ${namespace}/${name} speaks ${listener.protocol}${
          running.state === 'runs' ? '; the running gateway still has the route.' : ': App Mesh makes no route of it.'
        }`,
        effect: configEffect(model, gateways, verdictOfFault(running)),
        evidence: [
          route.object.at(`${route.path}.match`, route.type),
          owner.value.at(`${listener.path}.protocol`),
          ...running.evidence,
        ],
        cause:
          'The type of a route must be the protocol of its listener; a route of another type is left out of Envoy.',
        fix: [{ say: fixText(route, listener), restarts: 'nothing', works }, ...until.fix],
        avoid: route.kind === 'router' ? [changeBoth, ...until.avoid] : until.avoid,
        discriminator: route.key,
        ...(route.kind === 'router' ? { affects: [] } : { affects: [owner.value.ref] }),
      });
    }
  },
});

/** Seen with the controller (aws-app-mesh-controller-for-k8s issue 767): the router stays as it was. */
const changeBoth = {
  say: 'Do not change the protocol of a VirtualRouter and the type of its routes in one step.',
  because: 'App Mesh refuses both halves of it and the router stays as it was: make a new VirtualRouter instead',
};

/** The listener of a route's port, or the only one; with several and no port named that is the business of route-port-missing. */
function listenerOf({ port }: WrittenRoute, listeners: readonly Listener[]): Listener | undefined {
  if (port !== null) return listeners.find((listener) => listener.port === port);
  return listeners.length === 1 ? listeners[0] : undefined;
}

function fixText({ type, path, says }: WrittenRoute, { protocol, port }: Listener): string {
  const from = path;
  const to = path.replace(/[a-z0-9]+Route$/, `${protocol}Route`);
  const plain = (name: string): boolean => name === 'http' || name === 'http2';
  if (plain(protocol) && plain(type.replace('Route', ''))) return `In ${says}, rename ${from} to ${to}.`;
  return `If clients speak ${protocol} on port ${port}, write ${to} instead of ${from} in ${says}; else give the listener the protocol ${type.replace('Route', '')}.`;
}
