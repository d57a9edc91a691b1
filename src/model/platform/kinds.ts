import { asBoolean, asList, asNumber, asObject, asText, asTextMap, asTexts, isObject } from '../../lib/json.ts';
import { asQuantity } from './quantity.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import { Resource } from '../resource.ts';
import { type LabelSelector, readSelector } from '../selector.ts';

/** A container as its pod or template declares it. */
export interface Container {
  readonly name: string;
  /** Where it is written: dotted path. */
  readonly path: string;
  readonly image: string;
  readonly pullPolicy: string | null;
  /** `resources.limits.memory` in bytes. */
  readonly memoryLimit: number | null;
  readonly hasLivenessProbe: boolean;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly path: string }[];
  readonly env: Readonly<Record<string, string>>;
}

/** The `Pod` kind. */
export interface Pod extends Resource {
  readonly containers: readonly Container[];
  readonly ip: string | null;
  /** The Node it runs on. */
  readonly node: string | null;
  readonly phase: string | null;
  readonly containerStates: readonly ContainerState[];
  /** The `Ready` condition; null where no status was read. */
  readonly ready: boolean | null;
}

/** What the kubelet says of a container of a pod. */
export interface ContainerState {
  readonly name: string;
  /** Where it is written: dotted path. */
  readonly path: string;
  readonly ready: boolean;
  /** Since when it runs; null while it waits or has ended. */
  readonly runningSince: string | null;
  readonly restarts: number;
}

/** The `Service` kind. */
export interface Service extends Resource {
  readonly selector: Readonly<Record<string, string>> | null;
  readonly headless: boolean;
  /** ClusterIP, NodePort, LoadBalancer or ExternalName. */
  readonly type: string;
  readonly ports: readonly ServicePort[];
}

/** A port of a Service; a number or the name of a container port as its target. */
export interface ServicePort {
  readonly name: string;
  readonly port: number;
  /** The port of every node that leads here; null where there is none. */
  readonly nodePort: number | null;
  readonly targetPort: number | string;
  readonly path: string;
}

/** The `EndpointSlice` kind. */
export interface EndpointSlice extends Resource {
  readonly service: string | null;
  readonly ports: readonly number[];
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly ready: boolean;
    readonly path: string;
  }[];
}

/** Deployment, StatefulSet, DaemonSet, ReplicaSet or Job: what makes pods. */
export interface Workload extends Resource {
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly containers: readonly Container[];
  readonly replicas: number | null;
  readonly selector: LabelSelector | null;
}

/** The kinds that make pods. */
export const workloadKinds: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
]);

/** Reads a Pod. */
export function readPod(object: KubernetesObject): Pod {
  const resource = new Resource(object);
  const ready = asList(resource.status.conditions)
    .map(asObject)
    .find((condition) => condition.type === 'Ready');
  return Object.assign(resource, {
    containers: readContainers(resource.spec.containers, 'spec.containers'),
    ip: asText(resource.status.podIP) ?? null,
    node: asText(resource.spec.nodeName) ?? null,
    phase: asText(resource.status.phase) ?? null,
    containerStates: readStates(resource.status.containerStatuses),
    ready: ready ? ready.status === 'True' : null,
  });
}

/** Reads a Service; a port without targetPort targets its own number. */
export function readService(object: KubernetesObject): Service {
  const resource = new Resource(object);
  return Object.assign(resource, {
    selector: isObject(resource.spec.selector) ? asTextMap(resource.spec.selector) : null,
    headless: resource.spec.clusterIP === 'None',
    type: asText(resource.spec.type) ?? 'ClusterIP',
    ports: asList(resource.spec.ports).flatMap((item, index) => {
      const written = asObject(item);
      const port = asNumber(written.port);
      if (port === undefined) return [];
      const target = written.targetPort;
      const targetPort = typeof target === 'number' || typeof target === 'string' ? target : port;
      const nodePort = asNumber(written.nodePort) ?? null;
      return [{ name: asText(written.name) ?? '', port, nodePort, targetPort, path: `spec.ports[${index}]` }];
    }),
  });
}

/** Reads an EndpointSlice; an endpoint without a `ready` condition counts as ready, as the API defines. */
export function readEndpointSlice(object: KubernetesObject): EndpointSlice {
  const resource = new Resource(object);
  return Object.assign(resource, {
    service: resource.labels['kubernetes.io/service-name'] ?? null,
    ports: asList(resource.body.ports).flatMap((item) => asNumber(asObject(item).port) ?? []),
    endpoints: asList(resource.body.endpoints).map((item, index) => {
      const endpoint = asObject(item);
      return {
        addresses: asTexts(endpoint.addresses),
        ready: asBoolean(asObject(endpoint.conditions).ready) ?? true,
        path: `endpoints[${index}]`,
      };
    }),
  });
}

/** Reads a kind that makes pods. */
export function readWorkload(object: KubernetesObject): Workload {
  const resource = new Resource(object);
  const template = asObject(resource.spec.template);
  return Object.assign(resource, {
    podLabels: asTextMap(asObject(template.metadata).labels),
    podAnnotations: asTextMap(asObject(template.metadata).annotations),
    containers: readContainers(asObject(template.spec).containers, 'spec.template.spec.containers'),
    replicas: asNumber(resource.spec.replicas) ?? null,
    selector: readSelector(resource.spec.selector),
  });
}

function readContainers(value: unknown, path: string): readonly Container[] {
  return asList(value).map((item, index) => {
    const container = asObject(item);
    const env: Record<string, string> = {};
    for (const entry of asList(container.env).map(asObject)) {
      const name = asText(entry.name);
      if (name) env[name] = asText(entry.value) ?? '';
    }
    return {
      name: asText(container.name) ?? '',
      path: `${path}[${index}]`,
      image: asText(container.image) ?? '',
      pullPolicy: asText(container.imagePullPolicy) ?? null,
      memoryLimit: asQuantity(asObject(asObject(container.resources).limits).memory) ?? null,
      hasLivenessProbe: isObject(container.livenessProbe),
      ports: readPorts(container.ports, `${path}[${index}].ports`),
      env,
    };
  });
}

function readStates(value: unknown): readonly ContainerState[] {
  return asList(value).map((item, index) => {
    const status = asObject(item);
    return {
      name: asText(status.name) ?? '',
      path: `status.containerStatuses[${index}]`,
      ready: asBoolean(status.ready) ?? false,
      runningSince: asText(asObject(asObject(status.state).running).startedAt) ?? null,
      restarts: asNumber(status.restartCount) ?? 0,
    };
  });
}

function readPorts(value: unknown, path: string): Container['ports'] {
  return asList(value).flatMap((item, index) => {
    const port = asNumber(asObject(item).containerPort);
    return port === undefined ? [] : [{ name: asText(asObject(item).name) ?? '', port, path: `${path}[${index}]` }];
  });
}
