import { injectingNamespace, runsGateway } from '../../model/mesh/injection.ts';
import type { VirtualNode } from '../../model/mesh/kinds.ts';
import { namespaceOf } from '../../model/mesh/links.ts';
import type { Model } from '../../model/model.ts';
import type { Runners } from '../../model/platform/runners.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import type { Threat } from './threat.ts';
import { joinGaps, threatsTo } from './threats.ts';
import { inPlaceThreats } from './workload.ts';

/**
 * What is about to replace the sidecars of a target by others, and what of it was not seen. Where the next pod comes without
 * Envoy, only a restart in place is a risk. Budgets alone are none: targets may move.
 */
export function threatsToSidecars(
  model: Model,
  { ref }: VirtualNode,
  runners: Runners,
): { readonly threats: readonly Threat[]; readonly gap: Gap | null } {
  const namespace = namespaceOf(model, ref.namespace ?? '');
  const inPlace = [...inPlaceThreats(runners)];
  if (namespace.state === 'unknown') return { threats: inPlace, gap: namespace.gap };
  const workloads = runners.workloads.filter(({ podAnnotations }) =>
    injectingNamespace(model, ref.namespace, podAnnotations),
  );
  const [workload] = workloads;
  if (!workload || workloads.some((candidate) => runsGateway(model, candidate))) return { threats: inPlace, gap: null };
  const { threats, unseen, guard } = threatsTo(model, { ...runners, workloads }, null);
  const budget = guard.state === 'open' ? guard.threat : null;
  const pressing = threats.filter((threat) => threat !== budget && threat.level !== 'possible' && !threat.lost);
  const [first, ...rest] = unseen.filter((gap) => guard.state !== 'unseen' || gap !== guard.gap);
  return { threats: pressing, gap: first ? joinGaps([first, ...rest]) : null };
}
