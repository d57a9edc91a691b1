import type { CopyPlace } from './copy-place.ts';
import { rights } from '../collect/kubernetes/rights.ts';

/** A right of the agent, as a Role holds it. */
export interface AgentRight {
  readonly verbs: readonly string[];
  readonly group: string;
  readonly resource: string;
}

/** What of its flags decides what the agent may do. */
export interface RightsFor {
  readonly mode: 'daemonset' | 'deployment';
  readonly via: 'auto' | 'port-forward' | 'direct';
  readonly events: boolean;
  /** Whether logs are asked of the API server. */
  readonly logs: boolean;
  readonly rescue: CopyPlace | null;
}

/** What it does in the cluster: lists and watches; follows logs and writes Events, where it is to. In a pod `auto` reaches Envoys by their addresses. */
export function clusterRights({ via, events, logs }: RightsFor): readonly AgentRight[] {
  const more = [...(via === 'port-forward' ? ['pods/portforward'] : []), ...(logs ? ['pods/log'] : [])];
  return [
    ...rights.flatMap((right) => {
      if (right.verbs.includes('list')) return [{ ...right, verbs: [...right.verbs, 'watch'] }];
      return more.includes(right.resource) ? [right] : [];
    }),
    ...(events ? [{ verbs: ['create', 'patch'], group: '', resource: 'events' }] : []),
  ];
}

/** What it does in its own namespace: its rescue copies where ConfigMaps hold them, and its Leases; each agent of a Deployment has one more, and sees those of the others. */
export function ownRights({ mode, rescue }: RightsFor): readonly AgentRight[] {
  const verbs = ['get', 'create', 'update', ...(mode === 'deployment' ? ['list', 'delete'] : [])];
  const copies = { verbs: ['get', 'list', 'create', 'delete'], group: '', resource: 'configmaps' };
  return [
    { verbs, group: 'coordination.k8s.io', resource: 'leases' },
    ...(rescue?.kind === 'config-maps' ? [copies] : []),
  ];
}
