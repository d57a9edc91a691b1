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
}

/** What it does in the cluster: lists; and writes Events, where it tells any. In a pod `auto` reaches Envoys by their addresses. */
export function clusterRights({ via, events }: RightsFor): readonly AgentRight[] {
  const forwards = via === 'port-forward';
  return [
    ...rights.filter(({ verbs, resource }) => verbs.includes('list') || (forwards && resource === 'pods/portforward')),
    ...(events ? [{ verbs: ['create', 'patch'], group: '', resource: 'events' }] : []),
  ];
}

/** What it does in its own namespace: its Leases; each agent of a Deployment has one more, and sees those of the others. */
export function ownRights({ mode }: RightsFor): readonly AgentRight[] {
  const verbs = ['get', 'create', 'update', ...(mode === 'deployment' ? ['list', 'delete'] : [])];
  return [{ verbs, group: 'coordination.k8s.io', resource: 'leases' }];
}
