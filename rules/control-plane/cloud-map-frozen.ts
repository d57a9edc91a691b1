import { appMeshGateways, isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { type Mapped, mappedByEnvoy, mappedByObjects } from '../../src/model/envoy/cloud-map.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import { routesTo, servicesOfNode } from '../../src/model/mesh/reach.ts';
import type { Model } from '../../src/model/model.ts';
import type { ObjectRef } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'cloud-map-frozen',
  title: 'Addresses from Cloud Map stay as they are',
  severity: 'error',
  needs: anyOf('envoy.clusterConfig', 'mesh.virtualNodes'),
  also: [
    'envoy.routes',
    'envoy.stats',
    'envoy.hosts',
    'envoy.endpoints',
    'platform.pods',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.gatewayRoutes',
    'mesh.virtualGateways',
    'platform.namespaces',
  ],
  explains: ['upstream-connect-failures', 'node-no-ready-endpoint', 'retries-exhausted', 'requests-failing'],
  docs: {
    what: 'Targets of a frozen gateway that are found through Cloud Map: their addresses came over the control plane (EDS clusters), and nobody sends new ones. An error once one of them does not answer any more: connections fail, or no pod has that address.',
    why: 'A pod that moves gets a new address, which the gateway never hears of. Targets found by DNS are safe: Envoy asks the name server itself.',
    fix: 'Keep those pods where they are, send their requests past the gateway, or serve from a rescue copy that reaches them by the name of a Service.',
    seen: 'Status 503, response flag UF or UH, since the pods of that target were replaced.',
  },
  subjects: appMeshGateways,
  *check(model) {
    for (const gateway of appMeshGateways(model)) {
      if (!isFrozen(gateway)) continue;
      const running = gateway.envoys.some(({ clusterConfig }) => clusterConfig.state !== 'not-read');
      const targets = running ? mappedByEnvoy(model, gateway) : mappedByObjects(model, gateway);
      const [first, ...others] = targets;
      if (!first) {
        const gap = running ? null : model.missing('mesh.virtualNodes');
        if (gap) yield notEvaluated(gateway, gap);
        continue;
      }
      const dead = targets.flatMap((target) => (target.dead ? [{ ...target, proof: target.dead }] : []));
      const names = (list: readonly Mapped[]): string =>
        `${list
          .slice(0, 3)
          .map(({ ref }) => ref.name)
          .join(', ')}${list.length > 3 ? ` and ${list.length - 3} more` : ''}`;
      yield finding(gateway, {
        message: `Gateway ${gateway.ref.name} finds ${targets.length === 1 ? 'one target' : `${targets.length} targets`} through Cloud Map, whose addresses nobody updates any more: ${names(targets)}${
          dead.length > 0 ? `; ${names(dead)} ${dead.length === 1 ? 'has' : 'have'} addresses that do not answer` : ''
        }.`,
        effect: dead.length > 0 ? 'traffic' : 'latent',
        severity: dead.length > 0 ? 'error' : 'warning',
        evidence: [
          dead[0]?.proof ?? first.evidence,
          ...dead.slice(1, 20).map(({ proof }) => proof),
          ...others.slice(0, 10).map(({ evidence }) => evidence),
        ],
        cause: 'Addresses from Cloud Map came over the stream of App Mesh, which has ended. Envoy keeps the last ones.',
        fix: [
          {
            say: `Send requests for ${names(dead.length > 0 ? dead : targets)} past the gateway: from the load balancer straight to a Service in front of the pods.`,
            restarts: 'nothing',
            works: 'now',
          },
          {
            say: 'Or serve from pods made of a rescue copy, in which these targets are names of Services: meshdoctor rescue COPY -o manifests.',
            restarts: 'nothing',
            works: 'through-rescue',
          },
        ],
        avoid: [
          {
            say: `Do not roll out, scale or move the pods of ${names(targets)}.`,
            because: 'their new addresses never reach the gateway',
          },
        ],
        affects: targets.flatMap(({ ref, node }) => [ref, ...behind(model, node)]).slice(0, 200),
      });
    }
  },
});

function behind(model: Model, node: VirtualNode | null): readonly ObjectRef[] {
  if (!node) return [];
  const services = servicesOfNode(model, node);
  return [...services, ...services.flatMap((service) => routesTo(model, service))].map(({ ref }) => ref);
}
