import { createHash } from 'node:crypto';
import { asList, asNumber, asObject, asText, type JsonObject } from '../../../src/lib/json.ts';
import { applyWithStatus, nameOf, namespaceOf } from './apply.ts';
import type { KubeClient } from './client.ts';

/** How the pods of a Deployment shall stand. */
export interface Rollout {
  /** The pods' address ends with this and their number: `10.244.7.` */
  readonly network: string;
  readonly nodes: readonly string[];
  /** When the containers started. */
  readonly startedAt: string;
  /** What a webhook makes of the template of a pod. */
  readonly admit?: (template: JsonObject) => JsonObject;
}

const labelHash = 'pod-template-hash';

/** Does what the Deployment controller, the scheduler and the kubelet do: every pod runs and is ready. */
export async function rollOut(
  client: KubeClient,
  deployment: JsonObject,
  how: Rollout,
): Promise<readonly JsonObject[]> {
  const { template, replicas: asked, selector } = asObject(deployment.spec);
  const replicas = asNumber(asked) ?? 1;
  const hash = shortHash(JSON.stringify(template), 10);
  const namespace = namespaceOf(deployment);
  const counts = { replicas, readyReplicas: replicas, availableReplicas: replicas };
  const stored = await applyWithStatus(client, {
    ...deployment,
    status: {
      ...counts,
      updatedReplicas: replicas,
      observedGeneration: 1,
      conditions: [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', ...changed(how.startedAt) },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', ...changed(how.startedAt) },
      ],
    },
  });
  const { metadata, spec } = asObject(template);
  const labels = { ...asObject(asObject(metadata).labels), [labelHash]: hash };
  const set = await applyWithStatus(client, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      ...{ name: `${nameOf(deployment)}-${hash}`, namespace, labels, ownerReferences: [ownedBy(stored)] },
      annotations: { 'deployment.kubernetes.io/revision': '1' },
    },
    spec: {
      replicas,
      selector: { matchLabels: { ...asObject(asObject(selector).matchLabels), [labelHash]: hash } },
      template: { metadata: { ...asObject(metadata), labels }, spec },
    },
    status: { ...counts, observedGeneration: 1 },
  });
  const owner = ownedBy(set);
  const podSpec = asObject((how.admit?.(asObject(template)) ?? asObject(template)).spec);
  return Promise.all(
    Array.from({ length: replicas }, (_, at) => {
      const name = `${nameOf(set)}-${shortHash(`${namespace}/${nameOf(set)}/${at}`, 5)}`;
      const nodeName = how.nodes[at % how.nodes.length] ?? '';
      return applyWithStatus(client, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...asObject(metadata), name, namespace, labels, ownerReferences: [owner] },
        spec: { ...podSpec, nodeName },
        status: runningStatus(
          asList(asObject(spec).containers).map(asObject),
          `${how.network}${at + 1}`,
          how.startedAt,
        ),
      });
    }),
  );
}

function ownedBy(owner: JsonObject): JsonObject {
  const { name, uid } = asObject(owner.metadata);
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

const changed = (at: string): JsonObject => ({ lastTransitionTime: at, lastUpdateTime: at });

function runningStatus(containers: readonly JsonObject[], podIP: string, startedAt: string): JsonObject {
  const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
  return {
    phase: 'Running',
    ...{ podIP, podIPs: [{ ip: podIP }], hostIP: '127.0.0.1', startTime: startedAt },
    conditions: conditions.map((type) => ({ type, status: 'True', lastTransitionTime: startedAt })),
    containerStatuses: containers.map(({ name, image }) => ({
      ...{ name, image, imageID: `${asText(image)?.split(':')[0]}@sha256:${hex(String(image))}` },
      ...{ containerID: `containerd://${hex(`${podIP}${name}`)}`, restartCount: 0, ready: true, started: true },
      state: { running: { startedAt } },
    })),
  };
}

/** Does what the EndpointSlice controller does: the ready pods that a Service selects, at its target ports. */
export async function addEndpoints(
  client: KubeClient,
  service: JsonObject,
  pods: readonly JsonObject[],
): Promise<void> {
  const spec = asObject(service.spec);
  const selector = Object.entries(asObject(spec.selector));
  if (selector.length === 0) return;
  const chosen = pods.filter((pod) => {
    const labels = asObject(asObject(pod.metadata).labels);
    return namespaceOf(pod) === namespaceOf(service) && selector.every(([key, value]) => labels[key] === value);
  });
  const [name, namespace] = [nameOf(service), namespaceOf(service)];
  await applyWithStatus(client, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...{ name: `${name}-${shortHash(`${namespace}/${name}`, 5)}`, namespace },
      ownerReferences: [ownedBy({ ...service, apiVersion: 'v1', kind: 'Service' })],
      labels: {
        'kubernetes.io/service-name': name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
    },
    addressType: 'IPv4',
    ports: asList(spec.ports).map((port) => {
      const { name: portName, port: number, protocol, targetPort } = asObject(port);
      const target = typeof targetPort === 'string' ? portNamed(chosen, targetPort) : (targetPort ?? number);
      return { name: portName ?? '', port: target, protocol: protocol ?? 'TCP' };
    }),
    endpoints: chosen.map((pod) => ({
      addresses: [asObject(pod.status).podIP],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: asObject(pod.spec).nodeName,
      targetRef: { kind: 'Pod', name: nameOf(pod), namespace, uid: asObject(pod.metadata).uid },
    })),
  });
}

function portNamed(pods: readonly JsonObject[], name: string): number | undefined {
  const containers = pods.flatMap((pod) => asList(asObject(pod.spec).containers).map(asObject));
  const ports = containers.flatMap((container) => asList(container.ports).map(asObject));
  return asNumber(ports.find((port) => port.name === name)?.containerPort);
}

function hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** As Kubernetes writes hashes into names: letters that spell no words. */
function shortHash(text: string, length: number): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const bytes = createHash('sha256').update(text).digest().subarray(0, length);
  return [...bytes].map((byte) => letters[byte % letters.length]).join('');
}
