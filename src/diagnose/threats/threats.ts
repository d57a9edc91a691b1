import type { Gateway } from '../../model/gateway.ts';
import { lookUp } from '../../model/inventory.ts';
import type { Model } from '../../model/model.ts';
import type { Pod } from '../../model/platform/kinds.ts';
import type { Runners } from '../../model/platform/runners.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import { nodeThreats } from './node.ts';
import type { Occupied } from './occupied.ts';
import { deschedulerThreats, type Guard, guardOf, memoryThreats, podThreats } from './pod.ts';
import type { Threat } from './threat.ts';
import { autoscalersOf, inPlaceThreats, workloadThreats } from './workload.ts';
import { firstUnlisted, firstUnread } from '../../model/unread.ts';

/** What restarts or moves some pods, and what nobody looked at. */
export interface Threats {
  /** The most pressing first. */
  readonly threats: readonly Threat[];
  readonly unseen: readonly Gap[];
  /** Whether evictions are forbidden; where not, its threat is among the threats. */
  readonly guard: Guard;
}

const pressing: Readonly<Record<Threat['level'], number>> = { 'under-way': 0, likely: 1, possible: 2 };

/** Everything that is seen to threaten the pods of a gateway or of a target. */
export function threatsTo(model: Model, runners: Runners, gateway: Gateway | null): Threats {
  const guard = guardOf(model, runners);
  const guarded = guard.state === 'guarded';
  const placed = placements(model, runners.pods, guarded);
  const threats = [
    ...podThreats(runners),
    ...runners.workloads.flatMap((workload) => [...workloadThreats(model, workload, guarded)]),
    ...placed.occupied.flatMap((occupied) => [...nodeThreats(model, occupied)]),
    // Where no pod was read nobody knows whether anything runs that could be evicted.
    ...(guard.state === 'open' && runners.pods.length > 0 ? [guard.threat] : []),
    ...(guarded ? [] : deschedulerThreats(model, runners.pods)),
    ...inPlaceThreats(runners),
    ...(gateway ? memoryThreats(runners, gateway) : []),
  ];
  return {
    threats: threats.sort((left, right) => pressing[left.level] - pressing[right.level]),
    guard,
    unseen: [
      ...(guard.state === 'unseen' ? [guard.gap] : []),
      ...runners.workloads.flatMap((workload) => {
        const seen = model.completeness('HorizontalPodAutoscaler', workload.ref.namespace ?? '*');
        return seen.complete || autoscalersOf(model, workload).length > 0 ? [] : [seen.gap];
      }),
      ...placed.unseen,
      ...unlisted(model, runners, gateway),
    ],
  };
}

/** What makes the pods, what moves their nodes, and how near to its limit their memory is, as far as nobody looked. */
function unlisted(model: Model, { workloads, pods }: Runners, gateway: Gateway | null): readonly Gap[] {
  const namespace = pods[0]?.ref.namespace ?? '*';
  const gaps = [
    workloads.length === 0 ? firstUnlisted(model, ['Deployment', 'StatefulSet', 'DaemonSet'], namespace) : null,
    pods.length > 0 ? firstUnlisted(model, ['NodeClaim', 'NodePool']) : null,
    gateway ? firstUnread(gateway.envoys, ['envoy.stats']) : null,
  ];
  return gaps.flatMap((gap) => gap ?? []);
}

/** Manifests alone, whole as the set may be, do not say what runs. */
const noPods: Gap = {
  missing: 'the Pods of it, and the Nodes they run on',
  reason: 'none of them was among what was read',
  remedy: 'give an export of pods and nodes',
};

/** The nodes that pods run on. Pods that nobody read run somewhere, too. */
function placements(
  model: Model,
  pods: readonly Pod[],
  guarded: boolean,
): { readonly occupied: readonly Occupied[]; readonly unseen: readonly Gap[] } {
  const unseen: Gap[] = [];
  if (pods.length === 0) unseen.push(noPods);
  const occupied = new Map<string, Occupied>();
  for (const pod of pods) {
    if (pod.node === null) continue;
    const node = lookUp(model, 'Node', model.platform.nodes, null, pod.node);
    if (node.state === 'unknown') unseen.push({ ...node.gap, missing: `Node ${pod.node}` });
    if (node.state !== 'present') continue;
    const known = occupied.get(pod.node);
    occupied.set(pod.node, { node: node.value, pods: known ? [...known.pods, pod] : [pod], guarded });
  }
  return { occupied: [...occupied.values()], unseen };
}

/** Several gaps as one: a subject that was not judged names all that it lacks. */
export function joinGaps(gaps: readonly [Gap, ...Gap[]]): Gap {
  const missing = [...new Set(gaps.map((gap) => gap.missing))];
  const shown = missing.length > 3 ? [...missing.slice(0, 3), `${missing.length - 3} more`] : missing;
  return {
    missing: shown.join('; '),
    reason: gaps[0].reason,
    remedy:
      'give them too: kubectl get deploy,sts,ds,pods,hpa,pdb,nodes -A -o yaml, read with -f; --closed if that is all',
  };
}
