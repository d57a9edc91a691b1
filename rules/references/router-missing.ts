import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { renamed } from '../../src/diagnose/renamed.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { nearest } from '../../src/lib/nearest.ts';
import { hurtBehind } from '../../src/model/mesh/hurt.ts';
import { virtualRouter } from '../../src/model/mesh/links.ts';

export default defineRule({
  id: 'router-missing',
  title: 'The VirtualRouter of a VirtualService does not exist',
  severity: 'error',
  needs: anyOf('mesh.virtualServices'),
  also: ['mesh.virtualRouters', 'mesh.gatewayRoutes', 'mesh.virtualGateways', 'platform.namespaces', 'envoy.routes'],
  explains: [
    'requests-without-route',
    'dependency-not-active',
    'condition-stale',
    'reconcile-error',
    'route-never-applied',
    'config-drift',
  ],
  docs: {
    what: 'A VirtualService whose `virtualRouterRef` names no VirtualRouter.',
    why: 'App Mesh never makes such a VirtualService active, nor any GatewayRoute that leads to it: the gateway does not have those routes.',
    fix: 'Correct the reference, or create the VirtualRouter.',
    seen: 'Status 404. Event `ReconcileError`: `failed to resolve virtualRouterRef`.',
  },
  subjects: (model) => model.virtualServices,
  *check(model) {
    for (const service of model.virtualServices) {
      const { provider } = service;
      if (provider.type !== 'router') continue;
      const router = virtualRouter(model, provider.target);
      if (router.state === 'unknown') yield notEvaluated(service, router.gap);
      if (router.state !== 'absent') continue;
      const { namespace, name, path } = provider.target;
      const hurt = hurtBehind(model, [service]);
      const until = meanwhile(model, hurt.gateways, 'these requests');
      const here = model.virtualRouters.filter(({ ref }) => ref.namespace === namespace).map(({ ref }) => ref.name);
      const near = nearest(name, here);
      yield finding(service, {
        message: `VirtualService ${service.ref.namespace}/${service.ref.name} asks VirtualRouter ${namespace}/${name}, which does not exist.`,
        effect: configEffect(model, hurt.gateways, hurt.verdict),
        evidence: [service.at(path), ...router.proof, ...hurt.evidence],
        cause:
          'A VirtualService becomes active only when its VirtualRouter is, and a GatewayRoute only when its VirtualService is.',
        fix: [
          {
            say:
              near === null
                ? `Create VirtualRouter ${namespace}/${name}, or point ${path} at one that exists.`
                : `Correct ${path} of VirtualService ${service.ref.namespace}/${service.ref.name}: did you mean ${near}?`,
            ...(near === null ? {} : renamed(service.ref, path, { name: near })),
            restarts: 'nothing',
            works: whenObjectsApply(model, hurt.gateways),
          },
          ...until.fix,
        ],
        avoid: until.avoid,
        affects: hurt.affects.slice(1),
      });
    }
  },
});
