import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { renamed } from '../../src/diagnose/renamed.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { nearest } from '../../src/lib/nearest.ts';
import type { VirtualRouter, VirtualService } from '../../src/model/mesh/kinds.ts';
import { hurtBehind } from '../../src/model/mesh/hurt.ts';
import { nodeReferences, virtualNode } from '../../src/model/mesh/links.ts';
import { servicesOfRouter } from '../../src/model/mesh/reach.ts';
import type { Model } from '../../src/model/model.ts';

export default defineRule({
  id: 'node-missing',
  title: 'A VirtualNode that requests are sent to does not exist',
  severity: 'error',
  needs: anyOf('mesh.virtualServices', 'mesh.virtualRouters'),
  also: ['mesh.virtualNodes', 'mesh.gatewayRoutes', 'mesh.virtualGateways', 'platform.namespaces', 'envoy.routes'],
  explains: [
    'requests-without-route',
    'dependency-not-active',
    'condition-stale',
    'reconcile-error',
    'route-never-applied',
    'config-drift',
  ],
  docs: {
    what: "A VirtualService's provider, or a target of a VirtualRouter's route, that names no VirtualNode.",
    why: 'App Mesh never makes such a router or service active, nor any GatewayRoute that leads to it.',
    fix: 'Correct the reference, or create the VirtualNode.',
    seen: 'Status 404. Event `ReconcileError`: `failed to resolve virtualNodeRef`.',
  },
  subjects: (model) => referrers(model).map(({ from }) => from),
  *check(model) {
    for (const { from, target } of referrers(model)) {
      const node = virtualNode(model, target);
      if (node.state === 'unknown') yield notEvaluated(from, node.gap);
      if (node.state !== 'absent') continue;
      const hurt = hurtBehind(model, servicesBehind(model, from));
      const until = meanwhile(model, hurt.gateways, 'these requests');
      const { namespace, name, path } = target;
      const here = model.virtualNodes.filter(({ ref }) => ref.namespace === namespace).map(({ ref }) => ref.name);
      const near = nearest(name, here);
      yield finding(from, {
        message: `${from.ref.kind} ${from.ref.namespace}/${from.ref.name} sends requests to VirtualNode ${namespace}/${name}, which does not exist.`,
        effect: configEffect(model, hurt.gateways, hurt.verdict),
        evidence: [from.at(path), ...node.proof, ...hurt.evidence],
        cause: 'Routers and services become active only when each VirtualNode they name is.',
        fix: [
          {
            say:
              near === null
                ? `Create VirtualNode ${namespace}/${name}, or point ${path} at one that exists.`
                : `Correct ${path} of ${from.ref.kind} ${from.ref.namespace}/${from.ref.name}: did you mean ${near}?`,
            // A router may name it in more than one route.
            ...(near === null || from.ref.kind !== 'VirtualService' ? {} : renamed(from.ref, path, { name: near })),
            restarts: 'nothing',
            works: whenObjectsApply(model, hurt.gateways),
          },
          ...until.fix,
        ],
        avoid: until.avoid,
        discriminator: `${namespace}/${name}`,
        affects: hurt.affects,
      });
    }
  },
});

/** Each referrer and node once: a router may name a node in many routes. */
function referrers(model: Model) {
  const seen = new Set<string>();
  return nodeReferences(model).filter(({ from, target }) => {
    const key = `${from.ref.kind} ${from.ref.namespace}/${from.ref.name} ${target.namespace}/${target.name}`;
    const first = !seen.has(key);
    seen.add(key);
    return first;
  });
}

function servicesBehind(model: Model, from: VirtualService | VirtualRouter): readonly VirtualService[] {
  return 'provider' in from ? [from] : servicesOfRouter(model, from);
}
