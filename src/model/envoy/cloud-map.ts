import { asObject, isObject } from '../../lib/json.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { ObjectRef } from '../../snapshot/object.ts';
import type { Gateway } from '../gateway.ts';
import type { VirtualNode } from '../mesh/kinds.ts';
import { gatewaysServing, servicesOfNode } from '../mesh/reach.ts';
import type { Model } from '../model.ts';
import { growth } from './counters.ts';
import { envoyEvidence } from './envoy.ts';
import { type Upstream, upstreams } from './upstreams.ts';

/** A target whose addresses came from Cloud Map, and what shows that one of them does not answer. */
export interface Mapped {
  readonly ref: ObjectRef;
  readonly node: VirtualNode | null;
  readonly evidence: Evidence;
  readonly dead: Evidence | null;
}

/** One failure may be a pod that was just being replaced. */
const leastFailures = 5;

/** What Envoy runs decides: clusters whose hosts come from the control plane. */
export function mappedByEnvoy(model: Model, gateway: Gateway): readonly Mapped[] {
  const targets = new Map<string, Mapped>();
  for (const upstream of upstreams(model)) {
    const { ref, node, cluster } = upstream;
    if (upstream.gateway !== gateway || cluster.discovery !== 'EDS') continue;
    const evidence = envoyEvidence('config_dump', cluster.place, { name: cluster.name, type: 'EDS' });
    const known = targets.get(cluster.name);
    if (!known?.dead) targets.set(cluster.name, { ref, node, evidence, dead: silent(model, upstream) });
  }
  return [...targets.values()];
}

/** Where no Envoy was read, the VirtualNodes tell. */
export function mappedByObjects(model: Model, gateway: Gateway): readonly Mapped[] {
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
