import type { PodMeasure } from '../diagnose/measured.ts';

/** Members of a target as an Envoy sees them. */
export interface TargetMembers {
  readonly healthy: number;
  readonly members: number;
}

/** The targets of a gateway by name, each as the pod sees it that sees the fewest healthy members. */
export function targetsOf(pods: readonly PodMeasure[]): ReadonlyMap<string, TargetMembers> {
  const worst = new Map<string, TargetMembers>();
  for (const { target, healthy, members } of pods.flatMap(({ read }) => read?.targets ?? [])) {
    const known = worst.get(target);
    if (!known || healthy < known.healthy) worst.set(target, { healthy, members });
  }
  return worst;
}

/** Whether fewer than half of the members are healthy. */
export function isHalfGone({ healthy, members }: TargetMembers): boolean {
  return healthy * 2 < members;
}
