import type { Model } from '../model/model.ts';
import { parseClusterName } from '../model/envoy/naming.ts';
import type { Service } from '../model/platform/kinds.ts';
import { seenValue } from '../snapshot/coverage.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import type { Address } from '../snapshot/envoy/view.ts';
import type { FindService, ServiceAddress } from './endpoints.ts';

interface Found {
  readonly service: Service;
  /** The port its pods listen on. */
  readonly target: number;
}

/**
 * Finds the Services behind addresses that a control plane sent: by EndpointSlices, by the pods that hold the
 * addresses now, or, where the pods have moved since, by the VirtualNode the cluster is named after.
 */
export function serviceFinder(model: Model, envoy: Envoy): FindService {
  const domain = clusterDomain(envoy);
  const bySlice = sliceIndex(model);
  const podByIp = new Map(model.pods.flatMap((pod) => (pod.ip === null ? [] : [[pod.ip, pod] as const])));
  return (cluster, addresses) => {
    const hits = addresses.flatMap((address) => {
      const found = bySlice.get(`${address.host}:${address.port}`) ?? byPod(model, podByIp, address);
      return found ? [found] : [];
    });
    const stale = addresses.length - hits.length;
    const [first] = hits;
    if (first && hits.every(({ service }) => service === first.service)) {
      const because = stale === 0 ? 'all are its pods' : `${hits.length} are its pods, ${stale} answer to nobody now`;
      return addressOf(first, domain, because);
    }
    const named = hits.length === 0 ? byNode(model, cluster) : null;
    return named && addressOf(named, domain, 'by its VirtualNode: none of the addresses is a pod that was read');
  };
}

/** A Service answers on its own port; a headless one hands out its pods, on theirs. */
function addressOf({ service, target }: Found, domain: string, because: string): ServiceAddress | null {
  const { namespace, name } = service.ref;
  const hostname = `${name}.${namespace}.svc.${domain}.`;
  if (service.headless) return { hostname, port: target, headless: true, because };
  const fitting = service.ports.filter((port) => port.targetPort === target);
  const port = fitting[0] ?? (service.ports.length === 1 ? service.ports[0] : undefined);
  return port ? { hostname, port: port.port, headless: false, because } : null;
}

function sliceIndex(model: Model): ReadonlyMap<string, Found> {
  const services = new Map(model.services.map((service) => [`${service.ref.namespace}/${service.ref.name}`, service]));
  const index = new Map<string, Found>();
  for (const { service: name, ref, ports, endpoints } of model.endpointSlices) {
    const service = services.get(`${ref.namespace}/${name ?? ''}`);
    if (!service) continue;
    for (const target of ports) {
      for (const address of endpoints.flatMap(({ addresses }) => addresses)) {
        index.set(`${address}:${target}`, { service, target });
      }
    }
  }
  return index;
}

function byPod(model: Model, pods: ReadonlyMap<string, Model['pods'][number]>, { host, port }: Address): Found | null {
  const pod = pods.get(host);
  if (!pod) return null;
  const service = model.services.find(
    (one) =>
      one.ref.namespace === pod.ref.namespace && selectsAll(one, pod.labels) && reaches(one, port, pod.containers),
  );
  return service ? { service, target: port } : null;
}

/** `cds_egress_<mesh>_<node>_<protocol>_<port>`: the node's own selector tells its pods, and so the Service of them. */
function byNode(model: Model, cluster: string): Found | null {
  const name = parseClusterName(cluster);
  if (!name) return null;
  const node = model.virtualNodes.find(({ awsName }) => name.owner.endsWith(`_${awsName}`));
  const labels = node?.podSelector?.matchLabels;
  if (!node || !labels) return null;
  const service = model.services.find(
    (one) => one.ref.namespace === node.ref.namespace && selectsAll(one, labels) && reaches(one, name.port, []),
  );
  return service ? { service, target: name.port } : null;
}

function selectsAll({ selector }: Service, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

function reaches(service: Service, port: number, containers: Model['pods'][number]['containers']): boolean {
  const named = containers.flatMap(({ ports }) => ports).find((one) => one.port === port)?.name;
  return service.headless || service.ports.some(({ targetPort }) => targetPort === port || targetPort === named);
}

/** The cluster's DNS domain as the gateway's other clusters write it. */
function clusterDomain(envoy: Envoy): string {
  for (const { targets } of seenValue(envoy.clusterConfig) ?? []) {
    for (const { host } of targets) {
      const domain = /\.svc\.([a-z0-9.-]+?)\.?$/.exec(host)?.[1];
      if (domain !== undefined) return domain;
    }
  }
  return 'cluster.local';
}
