/**
 * The one place that knows how App Mesh names things inside an Envoy, and maps the names back to objects.
 * Names as seen in the one public gateway dump and in the agent's bootstrap code (aws/amazon-ecs-service-connect-agent).
 */

/** The App Mesh resource an Envoy serves, from its node id. */
export interface NodeIdentity {
  readonly mesh: string;
  readonly type: 'virtualGateway' | 'virtualNode';
  readonly awsName: string;
}

/** The parts of a cluster's name `cds_<direction>_<mesh>_<node awsName>_<protocol>_<port>`. */
export interface ClusterName {
  readonly direction: 'ingress' | 'egress';
  /** Mesh and node joined by `_`, as they stand in the name. */
  readonly owner: string;
  readonly protocol: string;
  readonly port: number;
}

/** Reads a node id: `mesh/<mesh>[@owner]/virtualGateway/<awsName>` or the ARN that ends so; null for any other Envoy. */
export function parseNodeId(nodeId: string): NodeIdentity | null {
  const match = /(?:^|:)mesh\/([^/]+)\/(virtualGateway|virtualNode)\/([^/]+)$/.exec(nodeId);
  if (!match) return null;
  const [, mesh = '', type, awsName = ''] = match;
  const owned = mesh.indexOf('@');
  return {
    mesh: owned < 0 ? mesh : mesh.slice(0, owned),
    type: type === 'virtualNode' ? 'virtualNode' : 'virtualGateway',
    awsName,
  };
}

/** Reads a cluster's name from the right, since only the mesh and custom AWS names can hold `_`; null for other names. */
export function parseClusterName(name: string): ClusterName | null {
  const match = /^cds_(ingress|egress)_(.+)_([a-z0-9]+)_(\d+)$/.exec(name);
  if (!match) return null;
  const [, direction, owner = '', protocol = '', port = ''] = match;
  return { direction: direction === 'ingress' ? 'ingress' : 'egress', owner, protocol, port: Number(port) };
}

/** The name of the cluster that leads to a VirtualNode's listener. */
export function nodeClusterName(mesh: string, nodeAwsName: string, protocol: string, port: number): string {
  return `cds_egress_${mesh}_${nodeAwsName}_${protocol}_${port}`;
}

/** True for the cluster by which a gateway's first listener hands a request to its second. */
export function isSelfRedirect(cluster: string): boolean {
  return /^cds_ingress_.+_self_redirect_(\d+_)?[a-z0-9]+_15001$/.test(cluster);
}

/** True for the cluster that takes what no VirtualService is named for, where the mesh's egress filter is ALLOW_ALL. */
export function isAllowAll(cluster: string): boolean {
  return /^cds_egress_.+_mesh-allow-all$/.test(cluster);
}

/** True for the route configuration in which App Mesh keeps one virtual host per VirtualService. */
export function isEgressRoutes(routeConfig: string): boolean {
  return /^rds_egress_[a-z0-9]+_15001$/.test(routeConfig);
}

/** True for a route configuration that holds GatewayRoutes. */
export function isIngressRoutes(routeConfig: string): boolean {
  return /^rds_ingress_[a-z0-9]+_\d+$/.test(routeConfig);
}

/** The virtual host that takes requests whose host is kept (`rewrite.hostname` DISABLED). */
export const defaultBackend = 'default_backend';

/** The request header that names the VirtualService where the host is kept. */
export const virtualServiceHeader = 'x-app-mesh-virtual-service';

/** The name of the listener App Mesh makes for a VirtualGateway's port; the address is any. */
export function isIngressListener(name: string, port: number): boolean {
  return name.startsWith('lds_ingress_') && name.endsWith(`_${port}`);
}

/** Splits a default AWS name `<name><joint><namespace>` at its last joint: the object it was made from, if the name is a default one. */
export function splitDefaultName(
  awsName: string,
  joint: '_' | '.',
): { readonly name: string; readonly namespace: string } | null {
  const at = awsName.lastIndexOf(joint);
  if (at <= 0 || at === awsName.length - 1) return null;
  return { name: awsName.slice(0, at), namespace: awsName.slice(at + 1) };
}
