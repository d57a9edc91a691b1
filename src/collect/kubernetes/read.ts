import type { Harvest } from '../../snapshot/snapshot.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { readObjects, unseenCluster } from './objects.ts';
import { readPodEnvoys } from './pod-envoys.ts';
import type { ClusterRequest } from './request.ts';

/** Reads a cluster: its objects, and then the Envoys of the gateways in scope. Only get and list; nothing is changed. */
export async function readCluster(request: ClusterRequest): Promise<readonly Harvest[]> {
  const { live, context, keep, requestTimeoutMs, signal, readAt, source } = request;
  const { kubeconfig, as } = live;
  const opening = openCluster({ kubeconfig, context, as, requestTimeoutMs, signal });
  const namespacesOf = (cluster: Cluster): readonly string[] | null =>
    live.allNamespaces ? null : [live.namespace ?? cluster.namespace];
  const name = context ?? 'of the kubeconfig';
  const objects = await source({ kind: 'cluster', id: 'cluster', name: `the cluster ${name}` }, async () => {
    const cluster = await opening;
    if (typeof cluster === 'string') return unseenCluster(name, cluster, { calls: 0, bytes: 0 });
    const part = {
      ...(live.part ? { part: live.part } : {}),
      ...(request.paced?.list ? { list: request.paced.list } : {}),
    };
    return readObjects(cluster, { namespaces: namespacesOf(cluster), keep, readAt, signal, ...part });
  });
  const cluster = await opening;
  if (typeof cluster === 'string') return [objects];
  try {
    const asked = { ...request, namespaces: namespacesOf(cluster) };
    return [objects, ...(await readPodEnvoys(cluster, objects.objects, asked))];
  } finally {
    cluster.close();
  }
}
