import type { Envoy } from '../model/envoy/envoy.ts';
import { nodeClusterName } from '../model/envoy/naming.ts';
import type { VirtualNode } from '../model/mesh/kinds.ts';
import type { Model } from '../model/model.ts';
import { serviceOfHostname } from '../model/platform/backing.ts';
import type { Endpoints, Explained } from '../routing/explained.ts';
import type { Decision } from '../routing/match/decision.ts';
import { seenValue } from '../snapshot/coverage.ts';
import { refText } from '../snapshot/object.ts';
import type { Decider } from './deciders.ts';

/** The hosts behind each cluster a request can be forwarded to: as Envoy told, else as EndpointSlices do. */
export function endpointsOf(
  model: Model,
  { desired }: Decider,
  envoy: Envoy | null,
  decision: Pick<Decision, 'outcome' | 'clusters'>,
): readonly Endpoints[] {
  if (decision.outcome !== 'forward') return [];
  const mesh = envoy?.identity?.mesh ?? desired?.translation.mesh ?? '';
  return decision.clusters.map(({ name, weight }): Endpoints => {
    const node = nodeOf(model, mesh, name);
    const base = { cluster: name, weight, object: node ? refText(node.ref) : null };
    const told = envoy ? seenValue(envoy.hosts) : null;
    if (!told) return { ...base, ...fromSlices(model, node) };
    const mine = told.filter(({ cluster }) => cluster === name);
    const hosts = mine
      .flatMap((cluster) => cluster.hosts)
      .map(({ address, failures }) => ({ address: `${address.host}:${address.port}`, failures }));
    return { ...base, toldBy: mine.length > 0 ? 'envoy' : null, hosts };
  });
}

/** The objects behind the clusters that any of these decisions ends at. */
export function namesOf(
  model: Model,
  { desired }: Decider,
  envoy: Envoy | null,
  decisions: readonly Decision[],
): Explained['names'] {
  const mesh = envoy?.identity?.mesh ?? desired?.translation.mesh ?? '';
  const all = decisions.flatMap((one) => [one, ...one.candidates]).flatMap(({ clusters }) => clusters);
  return new Map(
    [...new Set(all.map(({ name }) => name))].flatMap((name) => {
      const node = nodeOf(model, mesh, name);
      return node ? [[name, refText(node.ref)] as const] : [];
    }),
  );
}

function nodeOf(model: Model, mesh: string, cluster: string): VirtualNode | null {
  const fits = (node: VirtualNode): boolean =>
    node.listeners.some(
      ({ port, protocol }) => port !== null && nodeClusterName(mesh, node.awsName, protocol, port) === cluster,
    );
  return model.virtualNodes.find(fits) ?? null;
}

/** Envoys resolve the name of a VirtualNode; what stands behind it is the EndpointSlices of the Service it names. */
function fromSlices(model: Model, node: VirtualNode | null): Pick<Endpoints, 'toldBy' | 'hosts'> {
  const service = node?.hostname ? serviceOfHostname(model, node.hostname) : null;
  if (service?.state !== 'present') return { toldBy: null, hosts: [] };
  const { ref } = service.value;
  const slices = model.endpointSlices.filter((one) => one.service === ref.name && one.ref.namespace === ref.namespace);
  if (slices.length === 0) return { toldBy: null, hosts: [] };
  const hosts = slices.flatMap(({ endpoints, ports }) =>
    endpoints.flatMap(({ addresses, ready }) =>
      addresses.map((address) => ({
        address: ports.length > 0 ? `${address}:${ports.join(',')}` : address,
        failures: ready ? [] : ['not_ready'],
      })),
    ),
  );
  return { toldBy: 'endpoint-slices', hosts };
}
