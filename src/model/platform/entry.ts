import { memoize } from '../../lib/memo.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import { selects } from '../selector.ts';
import type { Ingress, IngressRule } from './ingress.ts';
import type { Container, Service } from './kinds.ts';

/** A way from outside to a listener of a gateway. */
export interface Entry {
  /** The port clients speak to. */
  readonly port: number;
  readonly service: Service;
  readonly through:
    | { readonly kind: 'service' }
    | { readonly kind: 'load-balancer' }
    | { readonly kind: 'node-port' }
    | { readonly kind: 'ingress'; readonly ingress: Ingress; readonly rule: IngressRule; readonly secure: boolean };
  /** The Service's own port. */
  readonly servicePort: number;
  /** The gateway's port it ends at; a name where no container of the gateway has a port of that name. */
  readonly target: number | string;
  /** What becomes of a client's TLS. */
  readonly tls: 'passes' | 'ends' | 'renewed';
}

/** Every way to a gateway through Services and Ingresses that were read. */
export const entriesOf = memoize((model: Model): ((gateway: Gateway) => readonly Entry[]) => {
  const known = new Map<Gateway, readonly Entry[]>();
  return (gateway) => {
    const held = known.get(gateway) ?? findEntries(model, gateway);
    known.set(gateway, held);
    return held;
  };
});

/** Whether all Services and Ingresses were read: what is not among them then does not exist. */
export function seesAllEntries(model: Model, { ref }: Gateway): boolean {
  return ['Service', 'Ingress'].every((kind) => model.completeness(kind, ref.namespace ?? '*').complete);
}

function findEntries(model: Model, gateway: Gateway): readonly Entry[] {
  const behind = podsOf(model, gateway);
  if (!behind) return [];
  const services = servicesOfGateway(model, gateway);
  const direct = services.flatMap((service) => throughService(service, behind.containers));
  const ingresses = model.ingresses.filter(({ ref }) => ref.namespace === gateway.ref.namespace);
  return [...direct, ...ingresses.flatMap((ingress) => throughIngress(ingress, services, behind.containers))];
}

/** The Services of a gateway's namespace that select its pods. */
export function servicesOfGateway(model: Model, gateway: Gateway): readonly Service[] {
  return leading(model)(gateway);
}

const leading = memoize((model: Model) => memoize((gateway: Gateway) => findServices(model, gateway)));

function findServices(model: Model, gateway: Gateway): readonly Service[] {
  const behind = podsOf(model, gateway);
  if (!behind) return [];
  return model.services.filter(
    ({ ref, selector }) =>
      ref.namespace === gateway.ref.namespace &&
      selector !== null &&
      Object.keys(selector).length > 0 &&
      behind.labels.some((labels) => Object.entries(selector).every(([key, value]) => labels[key] === value)),
  );
}

interface Behind {
  /** Labels of the gateway's pods; of its selector where no pod was read: each pod has at least these. */
  readonly labels: readonly Readonly<Record<string, string>>[];
  readonly containers: readonly Container[];
}

function podsOf(model: Model, { object, ref }: Gateway): Behind | null {
  const selector = object?.podSelector;
  if (!selector) return null;
  const mine = <T extends { readonly ref: Gateway['ref'] }>(
    all: readonly T[],
    labels: (one: T) => Behind['labels'][number],
  ) => all.filter((one) => one.ref.namespace === ref.namespace && selects(selector, labels(one)));
  const pods = mine(model.pods, (pod) => pod.labels);
  const workloads = mine(model.workloads, (workload) => workload.podLabels);
  const containers = [...pods, ...workloads].flatMap((one) => one.containers);
  const labels = [...pods.map((pod) => pod.labels), ...workloads.map((workload) => workload.podLabels)];
  return { labels: labels.length > 0 ? labels : [selector.matchLabels], containers };
}

function throughService(service: Service, containers: readonly Container[]): readonly Entry[] {
  return service.ports.flatMap(({ name, port, nodePort, targetPort }): readonly Entry[] => {
    const base = { service, servicePort: port, target: resolve(targetPort, containers) };
    const kind = service.type === 'LoadBalancer' ? 'load-balancer' : 'service';
    const tls = kind === 'load-balancer' ? balancerTls(service, port, name) : 'passes';
    const own: Entry = { ...base, port, through: { kind }, tls };
    if (nodePort === null) return [own];
    return [own, { ...base, port: nodePort, through: { kind: 'node-port' }, tls: 'passes' }];
  });
}

function throughIngress(
  ingress: Ingress,
  services: readonly Service[],
  containers: readonly Container[],
): readonly Entry[] {
  return ingress.rules.flatMap((rule) => {
    const service = services.find(({ ref }) => ref.name === rule.service);
    const at = service?.ports.find(({ port, name }) => rule.port === port || rule.port === name);
    if (!service || !at) return [];
    return ingress.ports.map(
      ({ port, secure }): Entry => ({
        port,
        service,
        through: { kind: 'ingress', ingress, rule, secure },
        servicePort: at.port,
        target: resolve(at.targetPort, containers),
        tls: secure ? ingress.tls : 'passes',
      }),
    );
  });
}

/** A named target is the container port of that name. */
function resolve(target: number | string, containers: readonly Container[]): number | string {
  if (typeof target === 'number') return target;
  const ports = containers.flatMap(({ ports }) => ports.filter(({ name }) => name === target).map(({ port }) => port));
  return ports[0] ?? target;
}

const aws = 'service.beta.kubernetes.io/aws-load-balancer-';

/** An AWS load balancer with a certificate ends TLS on its `ssl-ports` (all, where none is named), and renews it for an `ssl` backend. */
function balancerTls({ annotations }: Service, port: number, name: string): Entry['tls'] {
  if (annotations[`${aws}ssl-cert`] === undefined) return 'passes';
  const ports = (annotations[`${aws}ssl-ports`] ?? '*').split(',').map((one) => one.trim());
  if (!ports.some((one) => one === '*' || one === String(port) || one === name)) return 'passes';
  return /^(ssl|https)$/i.test(annotations[`${aws}backend-protocol`] ?? '') ? 'renewed' : 'ends';
}
