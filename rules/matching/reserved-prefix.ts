import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { asObject, asText } from '../../src/lib/json.ts';
import { runningRoute, verdictOfFault } from '../../src/model/mesh/running.ts';
import { type WrittenRoute, writtenGatewayRoutes } from '../../src/model/mesh/written-routes.ts';

/** What the user guide keeps for App Mesh itself (gateway-routes). */
const reservedPaths = ['/aws-appmesh', '/aws-app-mesh'] as const;
const reservedServices = ['aws.app-mesh', 'aws.appmesh'] as const;

export default defineRule({
  id: 'reserved-prefix',
  title: 'Route matches a name that App Mesh keeps for itself',
  severity: 'error',
  needs: anyOf('mesh.gatewayRoutes'),
  also: ['mesh.virtualServices', 'mesh.virtualGateways', 'platform.namespaces', 'envoy.routes'],
  explains: ['route-never-applied', 'requests-without-route', 'config-drift'],
  docs: {
    what: 'A GatewayRoute whose prefix or path begins with `/aws-appmesh` or `/aws-app-mesh`, or whose gRPC service name begins with `aws.appmesh` or `aws.app-mesh`.',
    why: 'App Mesh keeps these names for itself and refuses the route, so that no gateway ever has it.',
    fix: 'Serve the requests under another path or service name.',
    seen: 'Event `ReconcileError` with a `BadRequestException`. Requests get 404, response flag NR.',
  },
  subjects: (model) => model.gatewayRoutes,
  *check(model) {
    for (const route of writtenGatewayRoutes(model)) {
      const reserved = reservedIn(route);
      if (!reserved) continue;
      const running = runningRoute(model, route);
      const { gateways } = running;
      const until = meanwhile(model, gateways, 'the requests of this route');
      yield finding(route.object, {
        message: `${route.says} matches ${JSON.stringify(reserved.value)}, and App Mesh keeps ${reserved.name}… for itself${
          running.state === 'runs' ? '; the running gateway has the route all the same.' : ': it refuses the route.'
        }`,
        effect: configEffect(model, gateways, verdictOfFault(running)),
        evidence: [route.object.at(reserved.path), ...running.evidence],
        cause: 'These names are reserved; the admission webhook does not check it, App Mesh does.',
        fix: [
          {
            say: `Choose another value for ${reserved.path} of ${route.says}.`,
            restarts: 'nothing',
            works: whenObjectsApply(model, gateways),
          },
          ...until.fix,
        ],
        avoid: until.avoid,
      });
    }
  },
});

function reservedIn({
  type,
  match,
  path,
}: WrittenRoute): { readonly path: string; readonly value: string; readonly name: string } | null {
  const candidates =
    type === 'grpcRoute'
      ? [{ path: `${path}.match.serviceName`, value: asText(match.serviceName) }]
      : [
          { path: `${path}.match.prefix`, value: asText(match.prefix) },
          { path: `${path}.match.path.exact`, value: asText(asObject(match.path).exact) },
        ];
  for (const candidate of candidates) {
    const { value } = candidate;
    if (value === undefined) continue;
    const plain = type === 'grpcRoute' ? value.replace(/^\//, '') : value;
    const name = (type === 'grpcRoute' ? reservedServices : reservedPaths).find((one) => plain.startsWith(one));
    if (name) return { path: candidate.path, value, name };
  }
  return null;
}
