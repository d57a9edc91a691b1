import type { Model } from '../model.ts';
import { lookUp } from '../inventory.ts';
import type { Relation } from '../relation.ts';
import type { Container, Pod, Service, Workload } from './kinds.ts';

/** The Service a cluster-local host name speaks of: `name.namespace`, with or without `.svc` and the cluster's domain. */
export function serviceOfHostname(model: Model, hostname: string): Relation<Service> | null {
  const match = /^([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.[a-z0-9.-]+)?)?\.?$/.exec(hostname);
  if (!match) return null;
  const [, name = '', namespace = ''] = match;
  return lookUp(model.snapshot, 'Service', model.services, namespace, name);
}

/** What makes or is the pods behind a Service. */
export interface Backing {
  readonly from: Pod | Workload;
  readonly containers: readonly Container[];
}

/** The pods a Service selects, else the workloads whose pods it would select. Empty where none was read. */
export function backingOf(model: Model, service: Service): readonly Backing[] {
  const { selector, ref } = service;
  if (!selector || Object.keys(selector).length === 0) return [];
  const matches = (labels: Readonly<Record<string, string>>): boolean =>
    Object.entries(selector).every(([key, value]) => labels[key] === value);
  const pods = model.pods.filter((pod) => pod.ref.namespace === ref.namespace && matches(pod.labels));
  if (pods.length > 0) return pods.map((from) => ({ from, containers: from.containers }));
  return model.workloads
    .filter((workload) => workload.ref.namespace === ref.namespace && matches(workload.podLabels))
    .map((from) => ({ from, containers: from.containers }));
}
