import type { Harvest } from '../../snapshot/snapshot.ts';
import { openCluster } from './cluster.ts';
import { readObjects, unseenCluster } from './objects.ts';
import { readPodEnvoys } from './pod-envoys.ts';
import type { ClusterRequest } from './request.ts';

/** Reads a cluster: its objects, and then the Envoys of the gateways in scope. Only get and list; nothing is changed. */
export async function readCluster(request: ClusterRequest): Promise<readonly Harvest[]> {
  const { live, context, keep, requestTimeoutMs, signal } = request;
  const { kubeconfig, as } = live;
  const cluster = await openCluster({ kubeconfig, context, as, requestTimeoutMs, signal });
  if (typeof cluster === 'string')
    return [unseenCluster(context ?? 'of the kubeconfig', cluster, { calls: 0, bytes: 0 })];
  try {
    const namespaces = live.allNamespaces ? null : [live.namespace ?? cluster.namespace];
    const part = { ...(live.part ? { part: live.part } : {}), ...(request.paced ? { list: request.paced.list } : {}) };
    const objects = await readObjects(cluster, { namespaces, keep, readAt: request.readAt, signal, ...part });
    return [objects, ...(await readPodEnvoys(cluster, objects.objects, { ...request, namespaces }))];
  } finally {
    cluster.close();
  }
}
