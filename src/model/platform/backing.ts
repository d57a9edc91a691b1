import type { Model } from '../model.ts';
import { lookUp } from '../inventory.ts';
import type { Relation } from '../relation.ts';
import type { Container, Pod, Service, Workload } from './kinds.ts';
import { podsSelected, workloadsSelected } from './selected.ts';

/** The Service a cluster-local host name speaks of: `name.namespace`, with or without `.svc` and the cluster's domain. */
export function serviceOfHostname(model: Model, hostname: string): Relation<Service> | null {
  const match = /^([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.[a-z0-9.-]+)?)?\.?$/.exec(hostname);
  if (!match) return null;
  const [, name = '', namespace = ''] = match;
  return lookUp(model, 'Service', model.services, namespace, name);
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
  const wanted = { matchLabels: selector, matchExpressions: [] };
  const pods = podsSelected(model)(ref.namespace, wanted);
  const found: readonly (Pod | Workload)[] = pods.length > 0 ? pods : workloadsSelected(model)(ref.namespace, wanted);
  return found.map((from) => ({ from, containers: from.containers }));
}
