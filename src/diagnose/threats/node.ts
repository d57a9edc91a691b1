import { memoize } from '../../lib/memo.ts';
import type { Model } from '../../model/model.ts';
import { karpenterThreats } from './karpenter.ts';
import { annotate, type Occupied, workloadOfImage } from './occupied.ts';
import { harmless, kubectl, type Threat } from './threat.ts';

/** What is about to take a node, and its pods with it. */
export function* nodeThreats(model: Model, occupied: Occupied): Iterable<Threat> {
  yield* leaving(occupied);
  yield* borrowed(occupied);
  yield* karpenterThreats(model, occupied);
  yield* shrinking(model, occupied);
}

/** A node that is cordoned, tainted so that pods must go, or silent. */
function* leaving({ node, pods }: Occupied): Iterable<Threat> {
  const names = pods.map(({ ref }) => ref.name).join(', ');
  const { name } = node.ref;
  for (const { key, effect, path } of node.taints) {
    const says = goingBy(key, effect);
    if (says)
      yield { level: 'under-way', says: `node ${name} ${says} (${names})`, evidence: node.at(path), stop: null };
  }
  const silent = node.conditions.find(({ type, status }) => type === 'Ready' && status !== 'True');
  if (silent) {
    const says = `node ${name} is not Ready: its pods (${names}) are deleted when it stays so`;
    yield { level: 'under-way', says, evidence: node.at(silent.path), stop: null };
  }
  if (!node.cordoned) return;
  yield {
    level: 'under-way',
    says: `node ${name} is cordoned, as before a drain (${names})`,
    evidence: node.at('spec.unschedulable'),
    stop: harmless(`Stop the drain of node ${name}, then uncordon it.`, kubectl(null, ['uncordon', name])),
  };
}

/** Taints by which controllers say that a node goes; a NoExecute taint deletes the pods that do not tolerate it. */
function goingBy(key: string, effect: string): string | null {
  if (key === 'ToBeDeletedByClusterAutoscaler') return 'is being removed by the cluster autoscaler';
  if (key === 'karpenter.sh/disrupted' || key === 'karpenter.sh/disruption') return 'is being disrupted by Karpenter';
  if (key.startsWith('aws-node-termination-handler/')) return `was told to go: ${key.slice(key.indexOf('/') + 1)}`;
  if (effect === 'NoExecute' && !key.startsWith('node.kubernetes.io/')) return `has the NoExecute taint ${key}`;
  return null;
}

/** Capacity that its owner takes back: Spot, and Fargate, whose pods AWS evicts to patch them. */
function* borrowed({ node, pods }: Occupied): Iterable<Threat> {
  const spot = ['karpenter.sh/capacity-type', 'eks.amazonaws.com/capacityType'].find(
    (label) => node.labels[label]?.toLowerCase() === 'spot',
  );
  const names = pods.map(({ ref }) => ref.name).join(', ');
  if (spot) {
    const says = `node ${node.ref.name} is Spot: AWS takes it back with two minutes' notice, whatever is set (${names})`;
    yield { level: 'likely', says, evidence: node.at(`metadata.labels["${spot}"]`), stop: null };
  }
  if (node.labels['eks.amazonaws.com/compute-type'] === 'fargate') {
    const says = `Fargate patches node ${node.ref.name}: AWS evicts the pod, and deletes it when a budget holds it (${names})`;
    yield { level: 'likely', says, evidence: node.at('metadata.labels["eks.amazonaws.com/compute-type"]'), stop: null };
  }
}

const safeToEvict = 'cluster-autoscaler.kubernetes.io/safe-to-evict';

/** The cluster autoscaler removes nodes that are little used; it evicts, so a strict budget stops it. */
function* shrinking(model: Model, { node, pods, guarded }: Occupied): Iterable<Threat> {
  if (guarded) return;
  const invited = pods.find(({ annotations }) => annotations[safeToEvict] === 'true');
  const open = pods.filter(({ annotations }) => annotations[safeToEvict] !== 'false');
  const autoscaler = clusterAutoscaler(model);
  if (open.length === 0 || (!invited && (!autoscaler || !node.labels['eks.amazonaws.com/nodegroup']))) return;
  const evidence = invited
    ? invited.at(`metadata.annotations["${safeToEvict}"]`)
    : autoscaler?.at('spec.template.spec');
  if (!evidence) return;
  yield {
    level: 'likely',
    says: `the cluster autoscaler may remove node ${node.ref.name} (${open.map(({ ref }) => ref.name).join(', ')})`,
    evidence,
    stop: annotate(open, `${safeToEvict}=false`, 'Forbid the cluster autoscaler to evict them.'),
  };
}

const clusterAutoscaler = memoize((model: Model) => {
  return workloadOfImage(model, (image) => image.includes('cluster-autoscaler'));
});
