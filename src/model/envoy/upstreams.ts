import { memoize } from '../../lib/memo.ts';
import type { ClusterConfig } from '../../snapshot/envoy/view.ts';
import type { ObjectRef } from '../../snapshot/object.ts';
import type { Gateway } from '../gateway.ts';
import type { VirtualNode } from '../mesh/kinds.ts';
import type { Model } from '../model.ts';
import type { Envoy } from './envoy.ts';
import { isSelfRedirect, nodeClusterName, parseClusterName, splitDefaultName } from './naming.ts';

/** A cluster of a gateway that requests are sent to, and the object it was made from. */
export interface Upstream {
  /** The VirtualNode; a `Cluster` where no App Mesh object stands behind it. */
  readonly ref: ObjectRef;
  readonly node: VirtualNode | null;
  readonly gateway: Gateway;
  readonly envoy: Envoy;
  readonly cluster: ClusterConfig;
}

/**
 * The clusters that requests leave a gateway by: those its routes name, without the one by which App Mesh hands a request
 * from the first listener to the second. Clusters of control planes, tracers and collectors are in no route.
 */
export const upstreams = memoize((model: Model): readonly Upstream[] => {
  const nodes = model.virtualNodes;
  return model.gateways.flatMap((gateway) =>
    gateway.envoys.flatMap((envoy) => {
      const { clusterConfig } = envoy;
      if (clusterConfig.state === 'not-read') return [];
      const named = clustersInRoutes(envoy);
      const byName = nodesByCluster(nodes, envoy.identity?.mesh ?? '');
      return clusterConfig.value
        .filter(
          ({ name }) => (named.has(name) || parseClusterName(name)?.direction === 'egress') && !isSelfRedirect(name),
        )
        .map((cluster): Upstream => {
          const node = byName.get(cluster.name) ?? null;
          return { ref: node?.ref ?? refOf(cluster.name, envoy), node, gateway, envoy, cluster };
        });
    }),
  );
});

function clustersInRoutes({ routes }: Envoy): ReadonlySet<string> {
  const names = new Set<string>();
  for (const table of routes.state === 'not-read' ? [] : routes.value) {
    for (const route of table.virtualHosts.flatMap((host) => host.routes)) {
      if (route.action.type === 'forward') for (const { name } of route.action.clusters) names.add(name);
    }
  }
  return names;
}

function nodesByCluster(nodes: readonly VirtualNode[], mesh: string): ReadonlyMap<string, VirtualNode> {
  const byName = new Map<string, VirtualNode>();
  for (const node of nodes) {
    for (const { port, protocol } of node.listeners) {
      if (port !== null) byName.set(nodeClusterName(mesh, node.awsName, protocol, port), node);
    }
  }
  return byName;
}

/** The VirtualNode a cluster's default name speaks of, else the cluster itself. */
function refOf(cluster: string, envoy: Envoy): ObjectRef {
  const parts = parseClusterName(cluster);
  const mesh = envoy.identity?.mesh;
  const own = parts && mesh && parts.owner.startsWith(`${mesh}_`) ? parts.owner.slice(mesh.length + 1) : null;
  const split = own === null ? null : splitDefaultName(own, '_');
  if (!split) return { apiVersion: '', kind: 'Cluster', namespace: null, name: cluster };
  return { apiVersion: 'appmesh.k8s.aws/v1beta2', kind: 'VirtualNode', ...split };
}
