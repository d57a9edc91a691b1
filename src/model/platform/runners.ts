import { appMeshEnd, type Gateway } from '../gateway.ts';
import { parseNodeId } from '../envoy/naming.ts';
import type { VirtualNode } from '../mesh/kinds.ts';
import type { Model } from '../model.ts';
import type { Container, ContainerState, Pod, Workload } from './kinds.ts';
import { podsSelected, workloadsSelected } from './selected.ts';

/** What runs a gateway or a VirtualNode, as Kubernetes tells. */
export interface Runners {
  /** Deployments, StatefulSets, DaemonSets, and ReplicaSets that no Deployment owns. */
  readonly workloads: readonly Workload[];
  readonly pods: readonly Pod[];
}

/**
 * The workloads and pods of a gateway: those its podSelector selects in its namespace, else those whose Envoy carries its
 * name. A live pod of the same labels whose Envoy carries no App Mesh name is another gateway's: one built from a rescue copy.
 */
export function runnersOfGateway(model: Model, gateway: Gateway): Runners {
  const { namespace } = gateway.ref;
  const selector = gateway.object?.podSelector ?? null;
  const nodeIds = new Set(gateway.envoys.flatMap(({ nodeId, identity }) => (identity ? [nodeId] : [])));
  const carries = ({ containers }: { readonly containers: readonly Container[] }): boolean =>
    containers.some((container) => nodeIds.has(appMeshName(container) ?? ''));
  const here = <T extends Pod | Workload>(items: readonly T[]): readonly T[] =>
    nodeIds.size === 0 ? [] : items.filter((item) => item.ref.namespace === namespace && carries(item));
  const selected = podsSelected(model)(namespace, selector).filter(mayBeInjected);
  return {
    workloads: [...new Set([...workloadsSelected(model)(namespace, selector), ...here(model.workloads)])].filter(
      ({ owner }) => owner === null,
    ),
    pods: [...new Set([...selected, ...here(model.pods)])].filter(lives),
  };
}

/** The workloads and pods of a VirtualNode: those its podSelector selects in its namespace. */
export function runnersOfNode(model: Model, { ref, podSelector }: VirtualNode): Runners {
  return {
    workloads: workloadsSelected(model)(ref.namespace, podSelector).filter(({ owner }) => owner === null),
    pods: podsSelected(model)(ref.namespace, podSelector).filter(lives),
  };
}

/** True for a pod on Fargate: the scheduler labels it with its profile, and its node is its own. */
export function onFargate({ labels, node }: Pod): boolean {
  return labels['eks.amazonaws.com/fargate-profile'] !== undefined || node?.startsWith('fargate-') === true;
}

/** False for a pod that has ended. */
export function lives({ phase }: Pod): boolean {
  return phase !== 'Succeeded' && phase !== 'Failed';
}

function mayBeInjected(pod: Pod): boolean {
  const envoy = envoyOf(pod);
  return !pod.exported || envoy === null || appMeshName(envoy) !== null;
}

/** The container that the webhook injects, or fills in on a gateway: it is named `envoy`. */
export function envoyOf({ containers }: { readonly containers: readonly Container[] }): Container | null {
  return containers.find(({ name }) => name === 'envoy') ?? null;
}

/** The App Mesh resource a container's Envoy asks for, as the webhook wrote it; null for any other Envoy. */
export function appMeshName({ env }: Container): string | null {
  const name = env.APPMESH_RESOURCE_ARN ?? env.APPMESH_VIRTUAL_NODE_NAME;
  return name !== undefined && parseNodeId(name) ? name : null;
}

/** Whether the Envoy of a pod can hold a configuration. */
export type PodHolds = 'configuration' | 'nothing' | 'unknown';

/**
 * Envoy keeps its configuration in memory, so what started before App Mesh ended and is ready still has it; what started
 * after, or does not run, has none and never will. A pod that says ready all the same may have another control plane
 * (APPMESH_XDS_ENDPOINT) or a fetch timeout (ENVOY_INITIAL_FETCH_TIMEOUT): only its Envoy can tell.
 */
export function judgePod(pod: Pod): { readonly holds: PodHolds; readonly state: ContainerState | null } {
  const envoy = envoyOf(pod);
  const state = pod.containerStates.find(({ name }) => name === 'envoy') ?? null;
  if (!state || envoy?.env.APPMESH_XDS_ENDPOINT) return { holds: 'unknown', state };
  const { runningSince, ready } = state;
  if (runningSince === null) return { holds: 'nothing', state };
  const after = Date.parse(runningSince) >= Date.parse(appMeshEnd);
  if (ready === after) return { holds: 'unknown', state };
  return { holds: ready ? 'configuration' : 'nothing', state };
}
