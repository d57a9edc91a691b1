import { appMeshGateways, isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { asObject, isObject } from '../../src/lib/json.ts';
import { growth } from '../../src/model/envoy/counters.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { type Upstream, upstreams } from '../../src/model/envoy/upstreams.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import { gatewaysServing, routesTo, servicesOfNode } from '../../src/model/mesh/reach.ts';
import type { Model } from '../../src/model/model.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import type { ObjectRef } from '../../src/snapshot/object.ts';

/** One failure may be a pod that was just being replaced. */
const leastFailures = 5;

/** A target whose addresses came from Cloud Map, and what shows that one of them does not answer. */
interface Target {
  readonly ref: ObjectRef;
  readonly node: VirtualNode | null;
  readonly evidence: Evidence;
  readonly dead: Evidence | null;
}

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
      const targets = running ? byEnvoy(model, gateway) : byObjects(model, gateway);
      const [first, ...others] = targets;
      if (!first) {
        const gap = running ? null : model.missing('mesh.virtualNodes');
        if (gap) yield notEvaluated(gateway, gap);
        continue;
      }
      const dead = targets.flatMap((target) => (target.dead ? [{ ...target, proof: target.dead }] : []));
      const names = (list: readonly Target[]): string =>
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

/** What Envoy runs decides: clusters whose hosts come from the control plane. */
function byEnvoy(model: Model, gateway: Gateway): readonly Target[] {
  const targets = new Map<string, Target>();
  for (const upstream of upstreams(model)) {
    const { ref, node, cluster } = upstream;
    if (upstream.gateway !== gateway || cluster.discovery !== 'EDS') continue;
    const evidence = envoyEvidence('config_dump', cluster.place, { name: cluster.name, type: 'EDS' });
    const known = targets.get(cluster.name);
    if (!known?.dead) targets.set(cluster.name, { ref, node, evidence, dead: silent(model, upstream) });
  }
  return [...targets.values()];
}

function byObjects(model: Model, gateway: Gateway): readonly Target[] {
  return model.virtualNodes.flatMap((node) => {
    if (!isObject(asObject(node.spec.serviceDiscovery).awsCloudMap)) return [];
    if (!gatewaysServing(model, servicesOfNode(model, node)).includes(gateway)) return [];
    return [{ ref: node.ref, node, evidence: node.at('spec.serviceDiscovery.awsCloudMap'), dead: null }];
  });
}

/** The proof that an address of a cluster does not answer: connections fail now, or no pod has it any more. */
function silent(model: Model, { envoy, cluster, node }: Upstream): Evidence | null {
  const failed = growth(envoy.stats, `cluster.${cluster.name}.upstream_cx_connect_fail`);
  if (failed && failed.to - failed.from >= leastFailures) return failed.evidence[1];
  if (!node?.podSelector || !model.completeness('Pod', '*').complete) return null;
  const living = new Set(model.pods.flatMap(({ ip }) => ip ?? []));
  const { hosts, endpoints } = envoy;
  const seen = (hosts.state === 'not-read' ? [] : hosts.value).filter((one) => one.cluster === cluster.name);
  for (const { address, place } of seen.flatMap((one) => one.hosts)) {
    if (!living.has(address.host)) return envoyEvidence('clusters', place, address, `no pod has ${address.host}`);
  }
  const told = (endpoints.state === 'not-read' ? [] : endpoints.value).find((one) => one.cluster === cluster.name);
  const gone = told?.addresses.find(({ host }) => !living.has(host));
  return told && gone ? envoyEvidence('config_dump', told.place, gone, `no pod has ${gone.host}`) : null;
}
