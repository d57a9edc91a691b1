import type { Gap } from '../../snapshot/coverage.ts';
import { type ObjectRef, refKey } from '../../snapshot/object.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import { type Holder, holdingEnvoys, holdingPods } from '../platform/holders.ts';
import type { Pod } from '../platform/kinds.ts';
import { appMeshName, envoyOf, runnersOfNode } from '../platform/runners.ts';
import type { VirtualNode } from './kinds.ts';

/** A target: its VirtualNode, the Envoys that say they serve it, or both. */
export interface Target {
  readonly ref: ObjectRef;
  readonly node: VirtualNode | null;
  readonly envoys: Gateway | null;
}

/** Every VirtualNode that was read, and every one whose own Envoys were. */
export function targets(model: Model): readonly Target[] {
  const nodes = new Map<string, Target>(
    model.virtualNodes.map((node) => [refKey(node.ref), { ref: node.ref, node, envoys: null }]),
  );
  for (const gateway of model.gateways) {
    if (gateway.ref.kind !== 'VirtualNode') continue;
    const key = refKey(gateway.ref);
    nodes.set(key, { ref: gateway.ref, node: nodes.get(key)?.node ?? null, envoys: gateway });
  }
  return [...nodes.values()];
}

/** True for a pod that App Mesh's webhook gave its Envoy. */
export function isInjected(pod: Pod): boolean {
  const envoy = envoyOf(pod);
  return envoy !== null && appMeshName(envoy) !== null;
}

/** Pods that App Mesh injected, and Envoys that were read: a target without Envoy needs no configuration. */
export function holdersOf(model: Model, { node, envoys }: Target): readonly Holder[] {
  const runners = node ? runnersOfNode(model, node) : { workloads: [], pods: [] };
  const pods = runners.pods.filter(isInjected);
  return [...(envoys ? holdingEnvoys(model, envoys) : []), ...holdingPods({ ...runners, pods })];
}

/** What is missing where no pod of a target was seen and not all were listed; else null. */
export function unseenPods(model: Model, { ref, node }: Target): Gap | null {
  if (!node || runnersOfNode(model, node).pods.length > 0) return null;
  const seen = model.completeness('Pod', ref.namespace ?? '*');
  return seen.complete ? null : { ...seen.gap, missing: `the Pods behind VirtualNode ${ref.name}` };
}
