import { asList, asNumber, asObject, asText } from '../../lib/json.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Pod } from './kinds.ts';

/** Whether a pod is ready: by its condition, else by its containers; null where its status was not read. */
export function isReady({ ready, containerStates }: Pod): boolean | null {
  if (ready !== null) return ready;
  return containerStates.length === 0 ? null : containerStates.every((state) => state.ready);
}

/** Why a pod does not run as it should. */
export interface PodTrouble {
  readonly says: string;
  readonly evidence: Evidence;
}

/** Waiting for these is part of every start (kubelet: pkg/kubelet/kubelet_pods.go). */
const starting = new Set(['ContainerCreating', 'PodInitializing']);

/** What the kubelet or the scheduler says is wrong with a pod; null where neither says anything. */
export function troubleOf(pod: Pod): PodTrouble | null {
  return unscheduled(pod) ?? ofContainers(pod, 'initContainerStatuses') ?? ofContainers(pod, 'containerStatuses');
}

function unscheduled(pod: Pod): PodTrouble | null {
  for (const [index, item] of asList(pod.status.conditions).entries()) {
    const { type, status, reason, message } = asObject(item);
    if (type !== 'PodScheduled' || status !== 'False') continue;
    const says = `no node takes it (${asText(message) ?? asText(reason) ?? 'the scheduler does not say why'})`;
    return { says, evidence: pod.at(`status.conditions[${index}]`) };
  }
  return null;
}

function ofContainers(pod: Pod, list: 'initContainerStatuses' | 'containerStatuses'): PodTrouble | null {
  for (const [index, item] of asList(pod.status[list]).entries()) {
    const status = asObject(item);
    const at = `status.${list}[${index}]`;
    const container = `container ${asText(status.name) ?? index}`;
    const { reason, message } = asObject(asObject(status.state).waiting);
    const ended = asObject(asObject(status.lastState).terminated);
    const how = asText(ended.reason);
    const code = asNumber(ended.exitCode);
    const last =
      how === undefined ? '' : `; it last ended with ${how}${code === undefined ? '' : `, exit code ${code}`}`;
    if (typeof reason === 'string' && !starting.has(reason)) {
      const more = last === '' && typeof message === 'string' ? ` (${message})` : '';
      return { says: `${container} waits: ${reason}${more}${last}`, evidence: pod.at(`${at}.state.waiting`) };
    }
    if (how === 'OOMKilled' && status.ready !== true) {
      return { says: `${container} was OOMKilled`, evidence: pod.at(`${at}.lastState.terminated`) };
    }
  }
  return null;
}
