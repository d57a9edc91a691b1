import { asList, asObject, asText } from '../../lib/json.ts';
import type { PodName } from '../../snapshot/envoy/view.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import { linesOf, type LogPiece } from '../access-log/lines.ts';
import type { PodLogsWanted } from '../request.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { parseLabelQuery } from './label-query.ts';
import type { ClusterRequest, LiveRequest } from './request.ts';
import { keyOf } from './pod-envoys.ts';
import { envoysInScope } from './scope.ts';

/** The log of a gateway pod's Envoy, read when it is asked for. */
export interface PodLog {
  readonly pod: PodName;
  /** The key of its Envoy. */
  readonly envoy: string;
  /** The gateway it serves, `NS/NAME`. */
  readonly gateway: string;
  /** Throws where it cannot be read, in words for people. */
  readonly pieces: AsyncIterable<LogPiece>;
}

/** The logs of the gateways in scope. */
export interface PodLogs {
  readonly logs: readonly PodLog[];
  /** Pods beyond `--max-pods`. */
  readonly left: number;
  readonly close: () => void;
}

/** A pod of a gateway in scope, and which of its containers is the Envoy. */
export interface GatewayPod {
  readonly pod: PodName;
  /** `NS/NAME`. */
  readonly gateway: string;
  readonly container: string;
}

/** The pods of the gateways in scope among the objects that were read: at most `--max-pods`; `left` are beyond those. */
export function gatewayPods(
  objects: readonly KubernetesObject[],
  live: LiveRequest,
  namespace: string,
): { readonly pods: readonly GatewayPod[]; readonly left: number } {
  const selector = live.selector === null ? null : parseLabelQuery(live.selector);
  const groups = envoysInScope(objects, {
    namespaces: live.allNamespaces ? null : [live.namespace ?? namespace],
    selector: typeof selector === 'string' ? null : selector,
    gateways: live.gateways,
    targets: false,
  });
  const containers = containersOf(objects);
  const pods = groups.flatMap(({ name: group, pods: mine }) =>
    mine.map(({ namespace, name }) => ({
      pod: { namespace, name },
      gateway: group.replace(/^\S+ /, ''),
      container: containers.get(`${namespace}/${name}`) ?? 'envoy',
    })),
  );
  return { pods: pods.slice(0, live.maxPods), left: Math.max(0, pods.length - live.maxPods) };
}

/** Opens the way to the logs of the gateway pods in scope, among the objects that were read; why not, where there is none. */
export async function openPodLogs(
  objects: readonly KubernetesObject[],
  request: Pick<ClusterRequest, 'live' | 'context' | 'requestTimeoutMs' | 'signal'>,
  wanted: PodLogsWanted,
): Promise<PodLogs | string> {
  const { live, context, requestTimeoutMs, signal } = request;
  const { kubeconfig, as } = live;
  const cluster = await openCluster({ kubeconfig, context, as, requestTimeoutMs, signal });
  if (typeof cluster === 'string') return cluster;
  const { pods, left } = gatewayPods(objects, live, cluster.namespace);
  return {
    logs: pods.map(({ pod, gateway, container }) => ({
      ...{ pod, gateway, envoy: keyOf(pod) },
      pieces: readPodLog(cluster, pod, container, wanted),
    })),
    left,
    close: cluster.close,
  };
}

/** Only the newest file of a log is given: it begins where the kubelet last rotated. `limitBytes` counts from the beginning. */
async function* readPodLog(
  cluster: Cluster,
  { namespace, name }: PodName,
  container: string,
  { since, limitBytes }: PodLogsWanted,
): AsyncGenerator<LogPiece> {
  const query = new URLSearchParams({
    container,
    sinceTime: `${new Date(since).toISOString().slice(0, 19)}Z`,
    limitBytes: String(limitBytes),
  });
  const response = await cluster.open(
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log?${query}`,
  );
  const { statusCode } = response;
  if (statusCode === 200) {
    for await (const piece of linesOf(response)) {
      yield piece;
      if (piece.read >= limitBytes)
        throw new Error(`more than ${limitBytes} bytes since then: the newest are left out`);
    }
    return;
  }
  const said = await response
    .setEncoding('utf8')
    .reduce((text: string, chunk: string) => text + chunk.slice(0, 500), '');
  if (statusCode === 403) throw new Error(`not allowed: get pods/log in namespace ${namespace}`);
  throw new Error(`the API server answered ${statusCode}: ${messageOf(said)}`);
}

function messageOf(text: string): string {
  try {
    return asText(asObject(JSON.parse(text)).message) ?? text;
  } catch {
    return text.trim();
  }
}

/** The container of each pod that is the Envoy: named so, or told which resource it serves. */
export function containersOf(objects: readonly KubernetesObject[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { ref, body } of objects) {
    if (ref.kind !== 'Pod' || ref.apiVersion !== 'v1') continue;
    const spec = asObject(body.spec);
    const containers = [...asList(spec.containers), ...asList(spec.initContainers)].map(asObject);
    const envoy =
      containers.find(({ name }) => name === 'envoy') ??
      containers.find(({ env }) => asList(env).some((one) => asObject(one).name === 'APPMESH_RESOURCE_ARN')) ??
      containers[0];
    const name = asText(envoy?.name);
    if (name !== undefined) found.set(`${ref.namespace}/${ref.name}`, name);
  }
  return found;
}
