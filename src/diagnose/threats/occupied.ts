import type { Node } from '../../model/platform/disruption.ts';
import type { Model } from '../../model/model.ts';
import type { Pod, Workload } from '../../model/platform/kinds.ts';
import { harmless, kubectl, type Threat } from './threat.ts';

/** A node and the pods in question on it. */
export interface Occupied {
  readonly node: Node;
  readonly pods: readonly [Pod, ...Pod[]];
  /** A budget lets no pod of them be evicted. */
  readonly guarded: boolean;
}

/** Annotates running pods: that restarts nothing, and lasts as long as the pod. */
export function annotate(pods: readonly Pod[], annotation: string, say: string): Threat['stop'] {
  const names = pods.map(({ ref }) => ref.name);
  const command = kubectl(pods[0]?.ref.namespace ?? null, ['annotate', 'pod', ...names, annotation, '--overwrite']);
  return harmless(say, command);
}

/** A workload that runs such an image: controllers are known by it. */
export function workloadOfImage(model: Model, wanted: (image: string) => boolean): Workload | null {
  return model.workloads.find(({ containers }) => containers.some(({ image }) => wanted(image))) ?? null;
}
