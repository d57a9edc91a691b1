import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { hurtBehind } from '../../src/model/mesh/hurt.ts';
import { servicesOfRouter } from '../../src/model/mesh/reach.ts';

export default defineRule({
  id: 'router-without-routes',
  title: 'A VirtualRouter has no route: every request is answered with 404',
  severity: 'error',
  needs: anyOf('mesh.virtualRouters'),
  also: ['mesh.virtualServices', 'mesh.gatewayRoutes', 'mesh.virtualGateways', 'platform.namespaces', 'envoy.routes'],
  explains: ['requests-without-route', 'requests-failing', 'config-drift'],
  docs: {
    what: 'A VirtualRouter without routes, behind a VirtualService that requests are sent to.',
    why: 'App Mesh makes an empty virtual host of it: the GatewayRoute takes the request, and the second hop answers 404.',
    fix: 'Add a route to the VirtualRouter.',
    seen: 'Status 404, response flag NR on the egress line of the access log, while the ingress line found its route.',
  },
  subjects: (model) => model.virtualRouters,
  *check(model) {
    for (const router of model.virtualRouters) {
      if (router.routes.length > 0) continue;
      const services = servicesOfRouter(model, router);
      if (services.length === 0) {
        const unseen = model.missing('mesh.virtualServices');
        if (unseen) yield notEvaluated(router, unseen);
        continue;
      }
      const hurt = hurtBehind(model, services);
      const until = meanwhile(model, hurt.gateways, 'these requests');
      const names = services.map(({ ref }) => `${ref.namespace}/${ref.name}`).join(', ');
      yield finding(router, {
        message: `VirtualRouter ${router.ref.namespace}/${router.ref.name} has no route, so VirtualService ${names} leads nowhere${
          hurt.verdict === 'contradicts'
            ? '; the running gateway still has routes for it'
            : ': its requests are answered with 404'
        }.`,
        effect: configEffect(model, hurt.gateways, hurt.verdict),
        evidence: [router.at('spec.routes', 'no route is written'), ...hurt.evidence],
        cause: 'A router without routes becomes a virtual host without routes.',
        fix: [
          {
            say: `Add a route to spec.routes of VirtualRouter ${router.ref.namespace}/${router.ref.name}.`,
            restarts: 'nothing',
            works: whenObjectsApply(model, hurt.gateways),
          },
          ...until.fix,
        ],
        avoid: until.avoid,
        affects: hurt.affects,
      });
    }
  },
});
