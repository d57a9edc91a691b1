import { injectorKey, nodesOfWorkload, runsGateway } from '../model/mesh/injection.ts';
import { tlsDemandOn } from '../model/mesh/tls-demand.ts';
import type { Model } from '../model/model.ts';
import type { Workload } from '../model/platform/kinds.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import type { Fix } from './finding.ts';
import { patched } from './threats/threat.ts';

/** What shows that a workload cannot do without its Envoy: TLS is spoken on the way to it. Null: nothing that was read. */
export function needsEnvoy(model: Model, workload: Workload): Evidence | null {
  for (const node of nodesOfWorkload(model, workload)) {
    const demand = tlsDemandOn(model, node);
    if (demand) return demand;
  }
  return null;
}

/** Starts the pods of a target without Envoy: the cure while leaving App Mesh. Never for a workload that runs a gateway. */
export function withoutSidecar(model: Model, workload: Workload): Fix | null {
  if (runsGateway(model, workload)) return null;
  const { kind, name } = workload.ref;
  const demand = needsEnvoy(model, workload);
  if (demand) {
    return {
      say: `Do not start ${kind} ${name} without Envoy yet: ${demand.note ?? 'TLS is spoken on the way to it'}. Give its application that TLS first, or rescue the gateway with a plain way to it.`,
      restarts: 'nothing',
      works: 'after-migration',
    };
  }
  const patch = { spec: { template: { metadata: { annotations: { [injectorKey]: 'disabled' } } } } };
  return {
    say: `Start the pods of ${kind} ${name} without Envoy. Rolls out this workload only; no object that was read demands TLS of it.`,
    ...patched(workload.ref, kind.toLowerCase(), { type: 'merge', patch }),
    restarts: 'target',
    works: 'now',
  };
}
