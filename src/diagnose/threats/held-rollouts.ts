import type { Model } from '../../model/model.ts';
import type { Workload } from '../../model/platform/kinds.ts';
import { runnersOfGateway } from '../../model/platform/runners.ts';
import { appMeshGateways, isFrozen } from '../effect.ts';
import type { Avoid, Fix } from '../finding.ts';
import { rolloutOf } from './workload.ts';

/** Rollouts of frozen gateways that go on as soon as pods may start again: their next pods come up empty. */
export function heldRollouts(model: Model): readonly Workload[] {
  const workloads = appMeshGateways(model)
    .filter(isFrozen)
    .flatMap((gateway) => runnersOfGateway(model, gateway).workloads)
    .filter((workload) => workload.spec.paused !== true && rolloutOf(workload) !== null);
  return [...new Set(workloads)];
}

/** What to do before pods may start again, and what not: nothing where no rollout of a gateway waits. */
export function beforePodsStart(held: readonly Workload[]): {
  readonly fix: readonly Fix[];
  readonly avoid: readonly Avoid[];
} {
  const names = held.map(({ ref }) => `${ref.kind} ${ref.namespace}/${ref.name}`).join(', ');
  return {
    fix: held.flatMap((workload) => rolloutOf(workload)?.stop ?? []),
    avoid:
      held.length === 0
        ? []
        : [
            {
              say: `Do not let new pods start before the rollout of ${names} is stopped.`,
              because: 'the webhook is all that stops it: its next pods come up empty, and replace those that serve',
            },
          ],
  };
}
