import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { verdictOn } from '../../src/model/envoy/verdict.ts';
import type { VirtualService } from '../../src/model/mesh/kinds.ts';
import { gatewaysServing, routesTo } from '../../src/model/mesh/reach.ts';
import { emptyHosts } from '../../src/model/mesh/unrouted.ts';
import type { Model } from '../../src/model/model.ts';

export default defineRule({
  id: 'target-service-no-provider',
  title: 'VirtualService without provider: every request is answered with 404',
  severity: 'error',
  needs: anyOf('mesh.virtualServices', 'envoy.routes'),
  also: [
    'mesh.gatewayRoutes',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
    'mesh.virtualGateways',
    'platform.namespaces',
  ],
  explains: ['requests-without-route', 'requests-failing', 'config-drift'],
  docs: {
    what: 'A VirtualService that names neither a VirtualNode nor a VirtualRouter, or whose virtual host in the gateway has no routes.',
    why: 'App Mesh makes an empty virtual host of it: the GatewayRoute takes the request, and the second hop answers 404.',
    fix: 'Give it a provider. On a gateway whose control plane is gone that comes too late: send these requests to the workload by another way, for example from the load balancer.',
    seen: 'Status 404, response flag NR on the egress line of the access log, while the ingress line found its route.',
  },
  subjects: (model) => [...model.virtualServices, ...strangers(model)],
  *check(model) {
    for (const service of model.virtualServices) {
      if (service.provider.type !== 'none') continue;
      const routes = routesTo(model, service);
      const gateways = gatewaysServing(model, [service]);
      const verdict = verdictOn(gateways, service.awsName);
      if (routes.length === 0 && verdict.state !== 'empty') {
        const unseen = model.missing('mesh.gatewayRoutes');
        if (unseen) yield notEvaluated(service, unseen);
        continue;
      }
      const until = meanwhile(model, gateways, 'these requests');
      const shown = verdict.state === 'empty' ? 'shows' : verdict.state === 'routed' ? 'contradicts' : 'unseen';
      yield finding(service, {
        message: `VirtualService ${service.ref.namespace}/${service.ref.name} has no provider: ${
          shown === 'contradicts'
            ? 'the running gateway still has routes for it.'
            : `every request that ${routesText(routes.length)} to it is answered with 404.`
        }`,
        effect: configEffect(model, gateways, shown),
        evidence: [service.at('spec.provider', 'no provider is written'), ...verdict.evidence],
        cause: 'A VirtualService without VirtualNode or VirtualRouter leads nowhere: its virtual host has no routes.',
        fix: [fixFor(model, service, whenObjectsApply(model, gateways)), ...until.fix],
        avoid: until.avoid,
        affects: routes.slice(0, 200).map(({ ref }) => ref),
      });
    }
    for (const { ref, gateway, evidence } of strangers(model)) {
      yield finding(
        { ref },
        {
          message: `VirtualService ${ref.namespace === null ? '' : `${ref.namespace}/`}${ref.name} leads nowhere on gateway ${gateway.ref.name}: its virtual host has no routes, and every request to it is answered with 404.`,
          effect: 'traffic',
          evidence: [evidence],
          cause:
            'Either it has no provider, or the VirtualRouter behind it has no route. Its object was not among what was read.',
          fix: [
            {
              say: 'Give it a provider with routes.',
              restarts: 'nothing',
              works: whenObjectsApply(model, [gateway]),
            },
            ...meanwhile(model, [gateway], 'these requests').fix,
          ],
          avoid: meanwhile(model, [gateway], 'these requests').avoid,
          affects: [gateway.ref],
        },
      );
    }
  },
});

/** Empty virtual hosts of VirtualServices whose objects were not read: one for each, whichever gateways have it. */
function strangers(model: Model) {
  const byRef = new Map(emptyHosts(model).flatMap((host) => (host.service ? [] : [[JSON.stringify(host.ref), host]])));
  return [...byRef.values()];
}

function routesText(count: number): string {
  return count === 1 ? 'its GatewayRoute sends' : count === 0 ? 'the gateway sends' : `its ${count} GatewayRoutes send`;
}

function fixFor(model: Model, service: VirtualService, works: ReturnType<typeof whenObjectsApply>) {
  const { name, namespace } = service.ref;
  const inPlace = (objects: readonly { readonly ref: VirtualService['ref'] }[]) =>
    objects.find(({ ref }) => ref.name === name && ref.namespace === namespace);
  const router = inPlace(model.virtualRouters);
  const node = inPlace(model.virtualNodes);
  const near = router ? `VirtualRouter ${name}` : node ? `VirtualNode ${name}` : 'its VirtualNode or VirtualRouter';
  return {
    say: `Write spec.provider of VirtualService ${namespace}/${name}: ${near}.`,
    restarts: 'nothing',
    works,
  } as const;
}
