import { configEffect, meanwhile, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { allOf, anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import type { VirtualNode, VirtualRouter, VirtualService } from '../../src/model/mesh/kinds.ts';
import { virtualNode } from '../../src/model/mesh/links.ts';
import { gatewaysServing, servicesOfRouter } from '../../src/model/mesh/reach.ts';
import {
  type Limit,
  lastsMs,
  limitText,
  nodeLimit,
  oneEndsSooner,
  routeLimit,
  runningLimit,
} from '../../src/model/mesh/timeouts.ts';
import { type WrittenRoute, writtenRoutes } from '../../src/model/mesh/written-routes.ts';
import type { Model } from '../../src/model/model.ts';
import { presentValue, type Relation } from '../../src/model/relation.ts';

export default defineRule({
  id: 'timeout-not-effective',
  title: 'A longer timeout is set in one of two places only',
  severity: 'warning',
  needs: anyOf(allOf('mesh.virtualRouters', 'mesh.virtualNodes'), allOf('mesh.virtualServices', 'mesh.virtualNodes')),
  also: ['mesh.gatewayRoutes', 'mesh.virtualGateways', 'platform.namespaces', 'envoy.routes'],
  explains: ['upstream-timeouts'],
  docs: {
    what: 'A timeout longer than the default of 15 seconds at a route of a VirtualRouter or at the listener of its VirtualNode, and a shorter one, or the default, at the other. A VirtualService that is provided by a VirtualNode has no route to set it on.',
    why: 'The shorter one ends the request: the longer has no effect.',
    fix: 'Set perRequest at the route and at the listener of each of its targets; put a VirtualRouter before a VirtualNode that has none.',
    seen: 'Status 504, response flag UT, after the shorter time: 15 seconds where none is written.',
  },
  subjects: (model) => [...model.virtualRouters, ...model.virtualServices],
  *check(model) {
    for (const route of writtenRoutes(model)) {
      if (route.kind !== 'router' || route.type === 'tcpRoute') continue;
      const own = routeLimit(route);
      for (const target of targetsOf(model, route.object, route)) {
        if (target.state === 'unknown') yield notEvaluated(route.object, target.gap);
        const node = presentValue(target);
        const theirs = node ? nodeLimit(node) : null;
        if (!node || !theirs || !oneEndsSooner(own, theirs)) continue;
        const services = servicesOfRouter(model, route.object);
        yield describe(model, { object: route.object, says: route.says, node, own, theirs, services, route });
      }
    }
    for (const service of model.virtualServices) {
      const { provider, ref } = service;
      const target = provider.type === 'node' ? virtualNode(model, provider.target) : null;
      if (target?.state === 'unknown') yield notEvaluated(service, target.gap);
      const node = target ? presentValue(target) : undefined;
      const theirs = node ? nodeLimit(node) : null;
      const own = { ms: null, path: 'spec.provider' };
      if (!node || !theirs || !oneEndsSooner(own, theirs)) continue;
      const says = `VirtualService ${ref.namespace}/${ref.name}, which has no VirtualRouter,`;
      yield describe(model, { object: service, says, node, own, theirs, services: [service], route: null });
    }
  },
});

interface Cut {
  readonly object: VirtualRouter | VirtualService;
  readonly says: string;
  readonly node: VirtualNode;
  readonly own: Limit;
  readonly theirs: Limit;
  readonly services: readonly VirtualService[];
  readonly route: WrittenRoute | null;
}

function describe(model: Model, { object, says, node, own, theirs, services, route }: Cut) {
  const gateways = gatewaysServing(model, services);
  const routeIsShort = lastsMs(own.ms) < lastsMs(theirs.ms);
  const running = runningLimit(model, services, route);
  const longest = Math.max(lastsMs(own.ms), lastsMs(theirs.ms));
  const verdict =
    running === null ? 'unseen' : lastsMs(running.ms) < longest ? 'shows' : routeIsShort ? 'contradicts' : 'unseen';
  const name = `VirtualNode ${node.ref.namespace}/${node.ref.name}`;
  const until = meanwhile(model, gateways, 'requests that take longer');
  return finding(object, {
    message: `${says} ends a request after ${limitText(own.ms)}, and the listener of ${name} after ${limitText(theirs.ms)}: the shorter decides.`,
    effect: configEffect(model, gateways, verdict),
    evidence: [object.at(own.path), node.at(theirs.path), ...(running ? [running.evidence] : [])],
    cause:
      'A request passes two timeouts, that of the route and that of the target’s listener; each is 15 seconds where none is written.',
    fix: [
      {
        say: routeIsShort
          ? route
            ? `Set timeout.perRequest of ${says} to ${limitText(theirs.ms)} as well.`
            : `Put a VirtualRouter between them, whose route has timeout.perRequest ${limitText(theirs.ms)}.`
          : `Set timeout.perRequest of the listener of ${name} to ${limitText(own.ms)} as well; where its pods carry no Envoy the route alone decides.`,
        restarts: 'nothing',
        works: whenObjectsApply(model, gateways),
      },
      ...until.fix,
    ],
    avoid: until.avoid,
    discriminator: `${route?.key ?? ''} ${node.ref.namespace}/${node.ref.name}`,
    affects: [node.ref],
  });
}

/** Each VirtualNode that a route sends requests to, once. */
function targetsOf(model: Model, router: VirtualRouter, { path }: WrittenRoute): readonly Relation<VirtualNode>[] {
  const targets = router.routes.find((one) => path.startsWith(`${one.path}.`))?.targets ?? [];
  const names = targets.map(({ namespace, name }) => `${namespace}/${name}`);
  return targets.filter((_, at) => names.indexOf(names[at] ?? '') === at).map((target) => virtualNode(model, target));
}
