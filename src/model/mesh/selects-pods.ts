import { nearest } from '../../lib/nearest.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Model } from '../model.ts';
import type { Pod, Workload } from '../platform/kinds.ts';
import { lives } from '../platform/runners.ts';
import { podsSelected, workloadsSelected } from '../platform/selected.ts';
import { firstMismatch, type LabelSelector } from '../selector.ts';
import type { VirtualGateway, VirtualNode } from './kinds.ts';

/** Whether a podSelector selects pods, or what will make them. */
export type Selected =
  | { readonly state: 'some' }
  | { readonly state: 'unknown'; readonly gap: Gap }
  | {
      readonly state: 'none';
      /** Why, as a clause. */
      readonly says: string;
      /** What it selects is there, and scaled to 0. */
      readonly asleep: boolean;
      /** The label that was most likely meant. */
      readonly near: string | null;
      readonly evidence: readonly Evidence[];
    };

/** Looks what the podSelector of a VirtualGateway or VirtualNode selects in its namespace. */
export function selectedBy(model: Model, { ref, podSelector }: VirtualGateway | VirtualNode): Selected {
  if (!podSelector) return { state: 'none', says: 'it has no podSelector', asleep: false, near: null, evidence: [] };
  const workloads = workloadsSelected(model)(ref.namespace, podSelector);
  const pods = podsSelected(model)(ref.namespace, podSelector).filter(lives);
  if (pods.length > 0 || workloads.some(({ replicas }) => replicas !== 0)) return { state: 'some' };
  if (workloads.length > 0) {
    const names = workloads.map((one) => `${one.ref.kind} ${one.ref.name}`).join(', ');
    const evidence = workloads.slice(0, 5).map((one) => one.at('spec.replicas'));
    return { state: 'none', says: `${names} is scaled to 0`, asleep: true, near: null, evidence };
  }
  const proofs: Evidence[] = [];
  for (const kind of ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet']) {
    const seen = model.completeness(kind, ref.namespace ?? '');
    if (!seen.complete) return { state: 'unknown', gap: seen.gap };
    proofs.push(seen.proof);
  }
  const candidates = [...model.workloads, ...model.pods].filter((one) => one.ref.namespace === ref.namespace);
  if (candidates.length === 0 && model.workloads.length + model.pods.length === 0) {
    // A set of App Mesh objects alone says nothing of pods.
    return { state: 'unknown', gap: noPods };
  }
  const closest = nearestLabels(podSelector, candidates);
  return {
    state: 'none',
    says: closest?.says ?? `no pod of namespace ${ref.namespace} has the labels it asks for`,
    asleep: false,
    near: closest?.near ?? null,
    evidence: [...(closest ? [closest.evidence] : []), ...proofs.slice(0, 2)],
  };
}

const noPods: Gap = {
  missing: 'Pods, and what makes them',
  reason: 'none was among what was read',
  remedy: 'give their manifests or an export of them with -f',
};

/** Of what is there, that whose labels come nearest: the same key with another value, or nearly the same key. */
function nearestLabels(selector: LabelSelector, candidates: readonly (Pod | Workload)[]) {
  for (const [key, wanted] of Object.entries(selector.matchLabels)) {
    for (const one of candidates) {
      const ofWorkload = 'podLabels' in one;
      const labels = ofWorkload ? one.podLabels : one.labels;
      const like = labels[key] === undefined ? nearest(key, Object.keys(labels)) : key;
      const value = like === null ? undefined : labels[like];
      if (like === null || value === undefined || (value === wanted && like === key)) continue;
      if (value !== wanted && nearest(wanted, [value]) === null) continue;
      return {
        says: `${firstMismatch(selector, labels)} on ${one.ref.kind} ${one.ref.name}`,
        near: `${one.ref.kind} ${one.ref.name} has ${like}=${value}`,
        evidence: one.at(ofWorkload ? 'spec.template.metadata.labels' : 'metadata.labels'),
      };
    }
  }
  return null;
}
