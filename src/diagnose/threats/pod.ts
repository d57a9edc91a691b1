import { memoize } from '../../lib/memo.ts';
import { asObject, asText } from '../../lib/json.ts';
import { lastStat } from '../../model/envoy/counters.ts';
import type { Gateway } from '../../model/gateway.ts';
import type { Model } from '../../model/model.ts';
import { type PodDisruptionBudget, readConditions } from '../../model/platform/disruption.ts';
import type { Pod, Workload } from '../../model/platform/kinds.ts';
import { envoyOf, judgePod, type Runners } from '../../model/platform/runners.ts';
import { selects } from '../../model/selector.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import { annotate, workloadOfImage } from './occupied.ts';
import { harmless, kubectl, patched, type Threat } from './threat.ts';

/** Pods that are going, or have gone empty already. */
export function* podThreats({ pods }: Runners): Iterable<Threat> {
  for (const pod of pods) {
    const target = readConditions(pod).find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
    if (pod.deletedAt !== null || target) {
      const evidence = pod.at(target?.path ?? 'metadata.deletionTimestamp');
      const reason = asText(asObject(evidence.value).reason);
      const says = `pod ${pod.ref.name} is being ${pod.deletedAt === null ? 'evicted' : 'deleted'}${reason ? ` (${reason})` : ''}`;
      yield { level: 'under-way', says, evidence, stop: null };
      continue;
    }
    const { holds, state } = judgePod(pod);
    if (holds !== 'nothing' || !state) continue;
    const says = `pod ${pod.ref.name} has lost its configuration already`;
    yield { level: 'under-way', says, evidence: pod.at(state.path), stop: null, lost: true };
  }
}

/** Whether evictions of pods are forbidden: by a budget that lets none go, not at all, or nobody saw. */
export type Guard =
  | { readonly state: 'guarded' }
  | { readonly state: 'open'; readonly threat: Threat }
  | { readonly state: 'unseen'; readonly gap: Gap };

/**
 * A budget guards a frozen gateway only when it lets no pod go at all: drains, Karpenter, the cluster autoscaler, the VPA
 * and the descheduler ask it (the Eviction API); deletions, failing nodes and Spot do not.
 */
export function guardOf(model: Model, { workloads, pods }: Runners): Guard {
  const [first] = [...workloads, ...pods];
  const namespace = first?.ref.namespace ?? '';
  const labels = workloads[0]?.podLabels ?? pods[0]?.labels ?? {};
  const count = workloads[0]?.replicas ?? Math.max(pods.length, 1);
  const mine = model.platform.disruptionBudgets.filter(
    ({ ref, selector }) => ref.namespace === namespace && selector !== null && selects(selector, labels),
  );
  if (mine.some((budget) => letsNoneGo(budget, count))) return { state: 'guarded' };
  const [lax] = mine;
  if (lax) return { state: 'open', threat: laxBudget(lax) };
  const seen = model.completeness('PodDisruptionBudget', namespace);
  if (!seen.complete) return { state: 'unseen', gap: seen.gap };
  const says = 'no PodDisruptionBudget: a drain, a node upgrade or an autoscaler may evict every pod';
  return { state: 'open', threat: { level: 'likely', says, evidence: seen.proof, stop: newBudget(workloads[0]) } };
}

function letsNoneGo({ minAvailable, maxUnavailable }: PodDisruptionBudget, pods: number): boolean {
  if (maxUnavailable !== null) return maxUnavailable === 0 || maxUnavailable === '0' || maxUnavailable === '0%';
  return minAvailable === '100%' || (typeof minAvailable === 'number' && minAvailable >= pods);
}

function laxBudget(budget: PodDisruptionBudget): Threat {
  const { ref, minAvailable, maxUnavailable } = budget;
  const written =
    maxUnavailable !== null ? `maxUnavailable ${maxUnavailable}` : `minAvailable ${minAvailable ?? 'not set'}`;
  const patch = { spec: { maxUnavailable: 0, minAvailable: null } };
  const change = patched(ref, 'poddisruptionbudgets.policy', { type: 'merge', patch });
  return {
    level: 'likely',
    says: `PodDisruptionBudget ${ref.name} lets pods be evicted (${written})`,
    evidence: budget.at(maxUnavailable !== null ? 'spec.maxUnavailable' : 'spec.minAvailable'),
    stop: harmless(`Let PodDisruptionBudget ${ref.name} allow no eviction.`, change),
  };
}

function newBudget(workload: Workload | undefined): Threat['stop'] {
  const labels = Object.entries(workload?.selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const whole = labels.length > 0 && workload?.selector?.matchExpressions.length === 0;
  const words = ['create', 'poddisruptionbudget', `${workload?.ref.name}-keep`, `--selector=${labels.join(',')}`];
  const command = whole ? kubectl(workload.ref.namespace, [...words, '--max-unavailable=0']) : undefined;
  return harmless('Forbid every eviction with a PodDisruptionBudget of maxUnavailable 0.', command);
}

const evict = 'descheduler.alpha.kubernetes.io/evict';

/** The descheduler moves pods between nodes; it evicts, so a strict budget stops it. */
export function* deschedulerThreats(model: Model, pods: readonly Pod[]): Iterable<Threat> {
  const invited = pods.filter(({ annotations }) => annotations[evict] !== undefined);
  const [first] = invited;
  const descheduler = deschedulerOf(model);
  const [any] = pods;
  if (first) {
    const says = `the descheduler is invited to evict ${invited.map(({ ref }) => ref.name).join(', ')}`;
    const stop = annotate(invited, `${evict}-`, 'Take the invitation back.');
    yield { level: 'likely', says, evidence: first.at(`metadata.annotations["${evict}"]`), stop };
  } else if (descheduler && any) {
    const says = `a descheduler runs (${descheduler.ref.namespace}/${descheduler.ref.name}) and may move pods`;
    yield { level: 'likely', says, evidence: descheduler.at('spec'), stop: null };
  }
}

const deschedulerOf = memoize((model: Model) => {
  return workloadOfImage(model, (image) => /(^|\/)descheduler\b/.test(image));
});

const nearLimit = 0.75;

/** The kernel kills a container at its memory limit; what Envoy itself holds is the larger part of it. */
export function* memoryThreats({ workloads, pods }: Runners, gateway: Gateway): Iterable<Threat> {
  const [from] = [...pods, ...workloads].filter((source) => envoyOf(source)?.memoryLimit);
  const limit = from ? (envoyOf(from)?.memoryLimit ?? 0) : 0;
  if (limit <= 0) return;
  for (const { stats, label } of gateway.envoys) {
    const held = lastStat(stats, 'server.memory_physical_size') ?? lastStat(stats, 'server.memory_heap_size');
    if (!held || held.value / limit < nearLimit) continue;
    const share = Math.round((held.value / limit) * 100);
    const says = `Envoy ${label} holds ${share} % of the memory its container may take: at the limit it is killed`;
    yield { level: 'likely', says, evidence: held.evidence, stop: null };
  }
}
