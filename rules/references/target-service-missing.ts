import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { renamed } from '../../src/diagnose/renamed.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { nearest } from '../../src/lib/nearest.ts';
import type { GatewayRoute, Reference } from '../../src/model/mesh/kinds.ts';
import { gatewaysOfRoutes } from '../../src/model/mesh/reach.ts';
import { targetOf } from '../../src/model/mesh/target.ts';
import type { Model } from '../../src/model/model.ts';

export default defineRule({
  id: 'target-service-missing',
  title: 'Route targets a VirtualService that does not exist',
  severity: 'error',
  needs: anyOf('mesh.gatewayRoutes'),
  also: ['mesh.virtualServices', 'mesh.virtualGateways', 'platform.namespaces', 'envoy.routes'],
  explains: [
    'requests-without-route',
    'dependency-not-active',
    'condition-stale',
    'reconcile-error',
    'route-never-applied',
    'config-drift',
  ],
  docs: {
    what: 'A GatewayRoute whose `virtualServiceRef` names no VirtualService.',
    why: 'App Mesh never makes such a route active, so the gateway does not have it and answers its requests with 404.',
    fix: 'Correct the name or namespace in `virtualServiceRef`, or create the VirtualService. The reference is the name of the Kubernetes object, not a DNS name and not the App Mesh name.',
    seen: 'Status 404, response flag NR on the ingress line of the access log. Event `ReconcileError`: `failed to resolve virtualServiceRef`.',
  },
  subjects: (model) => model.gatewayRoutes,
  *check(model) {
    for (const route of model.gatewayRoutes) {
      if (!route.target) continue;
      const target = targetOf(model, route, route.target);
      if (target.state === 'unknown') yield notEvaluated(route, target.gap);
      if (target.state !== 'absent') continue;
      const gateways = gatewaysOfRoutes(model, [route]);
      const shown = target.proof.some(({ source }) => source === 'config_dump');
      const until = meanwhile(model, gateways, 'the requests of this route');
      const { namespace, name, path } = route.target;
      yield finding(route, {
        message: `Route ${route.ref.namespace}/${route.ref.name} sends its requests to VirtualService ${namespace}/${name}, which ${
          shown ? 'no object given defines and the running gateway does not know' : 'does not exist'
        }.`,
        effect: configEffect(model, gateways, shown ? 'shows' : 'unseen'),
        evidence: [route.at(path), ...target.proof],
        cause: 'App Mesh makes a route active only when its VirtualService is; until then the gateway answers 404.',
        fix: [fixFor(model, route, route.target, whenObjectsApply(model, gateways)), ...until.fix],
        avoid: until.avoid,
        affects: [{ apiVersion: route.ref.apiVersion, kind: 'VirtualService', namespace, name }],
      });
    }
  },
});

function fixFor(model: Model, route: GatewayRoute, target: Reference, works: Fix['works']): Fix {
  const elsewhere = model.virtualServices.find(({ ref }) => ref.name === target.name);
  const byAwsName = model.virtualServices.find(({ awsName }) => awsName === target.name);
  const here = model.virtualServices.filter(({ ref }) => ref.namespace === target.namespace).map(({ ref }) => ref.name);
  const near = nearest(target.name, here);
  const where = `${target.path} of GatewayRoute ${route.ref.namespace}/${route.ref.name}`;
  const say = byAwsName
    ? `Write the object's name in ${where}: ${byAwsName.ref.namespace}/${byAwsName.ref.name}; ${target.name} is its App Mesh name.`
    : elsewhere
      ? `Give the namespace in ${where}: VirtualService ${target.name} is in ${elsewhere.ref.namespace}.`
      : near !== null
        ? `Correct the name in ${where}: did you mean ${near}?`
        : `Create VirtualService ${target.namespace}/${target.name}, or point the route at one that exists.`;
  const words = byAwsName
    ? { name: byAwsName.ref.name, namespace: byAwsName.ref.namespace ?? '' }
    : elsewhere
      ? { namespace: elsewhere.ref.namespace ?? '' }
      : near !== null
        ? { name: near }
        : null;
  return { say, ...(words ? renamed(route.ref, target.path, words) : {}), restarts: 'nothing', works };
}
