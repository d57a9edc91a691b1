import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import type { FindingDraft } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { asObject } from '../../src/lib/json.ts';
import { groupBy } from '../../src/lib/memo.ts';
import type { GatewayRoute, VirtualNode, VirtualRouter } from '../../src/model/mesh/kinds.ts';
import { virtualNode, virtualRouter } from '../../src/model/mesh/links.ts';
import { openNodes } from '../../src/model/mesh/open-targets.ts';
import { runningRoute, verdictOfFault } from '../../src/model/mesh/running.ts';
import { targetOf } from '../../src/model/mesh/target.ts';
import {
  listenersText,
  type WrittenRoute,
  writingObjects,
  writtenRoutes,
} from '../../src/model/mesh/written-routes.ts';
import type { Model } from '../../src/model/model.ts';
import type { Relation } from '../../src/model/relation.ts';

/** A target that a route names without its port. */
interface OpenTarget {
  /** Dotted path of the target in the route's object. */
  readonly path: string;
  readonly listens: Relation<VirtualNode | VirtualRouter>;
}

export default defineRule({
  id: 'target-port-missing',
  title: 'Route does not name which port of its target it wants',
  severity: 'error',
  needs: anyOf('mesh.gatewayRoutes', 'mesh.virtualRouters'),
  also: ['mesh.virtualServices', 'mesh.virtualNodes', 'mesh.virtualGateways', 'platform.namespaces', 'envoy.routes'],
  explains: ['route-never-applied', 'requests-without-route', 'router-without-routes', 'config-drift'],
  docs: {
    what: 'A GatewayRoute without `target.port` whose VirtualService is provided by a VirtualRouter or VirtualNode with several listeners; or a weighted target without `port` that is a VirtualNode with several listeners.',
    why: 'App Mesh cannot tell which listener is meant and refuses the route, so that no Envoy ever has it. Controllers before autumn 2022 drop the field silently.',
    fix: 'Write the port beside the target.',
    seen: 'Event `ReconcileError` with a `BadRequestException`. Requests get 404, response flag NR.',
  },
  subjects: writingObjects,
  *check(model) {
    for (const [object, routes] of groupBy(writtenRoutes(model), (route) => route.object)) {
      const open = routes.flatMap((route) => openTargets(model, route).map((target) => ({ ...target, route })));
      const found = open.flatMap(({ route, path, listens }) => {
        return listens.state === 'present' ? judge(model, route, path, listens.value) : [];
      });
      yield* found;
      for (const { listens } of found.length > 0 ? [] : open) {
        if (listens.state !== 'unknown') continue;
        yield notEvaluated(object, listens.gap);
        break;
      }
    }
  },
});

function judge(model: Model, route: WrittenRoute, path: string, listens: VirtualNode | VirtualRouter) {
  const { listeners, ref } = listens;
  const ports = [...new Set(listeners.map(({ port }) => port))];
  // A listener whose port cannot be read is the business of invalid-field.
  if (ports.length < 2 || ports.includes(null)) return [];
  const running = runningRoute(model, route);
  const { gateways } = running;
  const until = meanwhile(model, gateways, 'the requests of this route');
  const target = `${ref.kind} ${ref.namespace}/${ref.name}`;
  const still = running.state === 'runs' ? 'the running gateway still has the route' : 'App Mesh refuses it';
  const draft: FindingDraft = {
    message: `${route.says} names no port of its target, and ${target} listens on ${listenersText(listeners)}: ${still}.`,
    effect: configEffect(model, gateways, verdictOfFault(running)),
    evidence: [route.object.at(path), listens.at('spec.listeners'), ...running.evidence],
    cause: 'A target with several listeners needs the port of the one that is meant.',
    fix: [
      {
        say: `Write ${path}.port of ${route.says}: ${ports.join(' or ')}.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, gateways),
      },
      ...until.fix,
    ],
    avoid: until.avoid,
    discriminator: `${route.key} ${ref.namespace}/${ref.name}`,
    affects: [ref],
  };
  return [finding(route.object, draft)];
}

function openTargets(model: Model, route: WrittenRoute): readonly OpenTarget[] {
  if (route.kind === 'router') return openNodes(model, route);
  const path = `${route.path}.action.target`;
  const listens = asObject(route.action.target).port === undefined ? providerOf(model, route.object) : null;
  return listens ? [{ path, listens }] : [];
}

/** Who answers for a GatewayRoute's target; null where nobody does, or not an object. */
function providerOf(model: Model, route: GatewayRoute): Relation<VirtualNode | VirtualRouter> | null {
  const service = route.target ? targetOf(model, route, route.target) : null;
  if (!service || service.state === 'absent') return null;
  if (service.state === 'unknown') return service;
  const { provider } = service.value;
  if (provider.type === 'node') return virtualNode(model, provider.target);
  return provider.type === 'router' ? virtualRouter(model, provider.target) : null;
}
