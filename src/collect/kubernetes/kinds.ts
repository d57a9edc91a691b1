/** A kind that the live source lists, what it is for, and what is lost without it. The table that `rights` prints. */
export interface ListedKind {
  /** Empty for the core group. */
  readonly group: string;
  /** The versions we read, best first. */
  readonly versions: readonly string[];
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** True where the server of a cluster may not know it: it is looked for among what is served first. */
  readonly optional?: true;
  readonly why: string;
  readonly lost: string;
}

type Row = readonly [resource: string, kind: string, why: string, lost: string];

function group(
  name: string,
  versions: readonly string[],
  scope: 'namespaced' | 'cluster',
  optional: boolean,
  rows: readonly Row[],
): readonly ListedKind[] {
  return rows.map(([resource, kind, why, lost]) => ({
    group: name,
    versions,
    resource,
    kind,
    namespaced: scope === 'namespaced',
    ...(optional ? { optional: true } : {}),
    why,
    lost,
  }));
}

/** The group of App Mesh's kinds. */
export const meshGroup = 'appmesh.k8s.aws';

/** Every kind that is listed. Neither Secrets nor ConfigMaps: no rule needs them. */
export const listedKinds: readonly ListedKind[] = [
  ...group(meshGroup, ['v1beta2'], 'cluster', true, [
    ['meshes', 'Mesh', 'which namespaces belong to which mesh', 'rules about membership'],
  ]),
  ...group(meshGroup, ['v1beta2'], 'namespaced', true, [
    ['virtualgateways', 'VirtualGateway', 'which gateways there are, and which pods serve them', 'every gateway'],
    ['gatewayroutes', 'GatewayRoute', 'what the gateways were asked to route', 'rules about routes, names of routes'],
    ['virtualservices', 'VirtualService', 'what routes point at', 'whether the target of a route exists'],
    ['virtualrouters', 'VirtualRouter', 'how a VirtualService splits its requests', 'the way behind a VirtualService'],
    ['virtualnodes', 'VirtualNode', 'who answers, on which port', 'the way from a route to its pods'],
    ['backendgroups', 'BackendGroup', 'what a VirtualNode may call', 'rules about backends'],
  ]),
  ...group('', ['v1'], 'namespaced', false, [
    ['pods', 'Pod', 'which pods serve gateways and targets, and how they fare', 'every Envoy, and what restarts it'],
    [
      'services',
      'Service',
      'names and ports behind routes, entries to gateways',
      'whether the name of a target leads on',
    ],
    ['events', 'Event', 'what the controller, kubelet and autoscalers said', 'since when, and what it said'],
  ]),
  ...group('', ['v1'], 'cluster', false, [
    ['nodes', 'Node', 'which gateway pods are about to lose their node', 'threats to frozen gateways'],
    ['namespaces', 'Namespace', 'labels that select routes and inject sidecars', 'rules about selection and injection'],
  ]),
  ...group('apps', ['v1'], 'namespaced', false, [
    [
      'deployments',
      'Deployment',
      'what makes pods, and what their next ones look like',
      'what breaks at the next start',
    ],
    ['replicasets', 'ReplicaSet', 'which rollout a pod came from', 'what changed before a fault'],
    ['statefulsets', 'StatefulSet', 'what makes pods', 'what breaks at the next start'],
    ['daemonsets', 'DaemonSet', 'what makes pods', 'what breaks at the next start'],
  ]),
  ...group('discovery.k8s.io', ['v1'], 'namespaced', false, [
    ['endpointslices', 'EndpointSlice', 'which addresses of a Service are ready', 'whether a target has a ready pod'],
  ]),
  ...group('networking.k8s.io', ['v1'], 'namespaced', false, [
    ['ingresses', 'Ingress', 'what stands before a gateway', 'the port and TLS requests arrive with'],
    ['networkpolicies', 'NetworkPolicy', 'who may connect to whom', 'rules about policies that block'],
  ]),
  ...group('policy', ['v1'], 'namespaced', false, [
    ['poddisruptionbudgets', 'PodDisruptionBudget', 'what keeps gateway pods from eviction', 'threats to gateway pods'],
  ]),
  ...group('autoscaling', ['v2', 'v1'], 'namespaced', false, [
    ['horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'what scales gateways', 'threats to gateway pods'],
  ]),
  ...group('admissionregistration.k8s.io', ['v1'], 'cluster', false, [
    ['mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', 'what injects sidecars', 'rules about injection'],
    [
      'validatingwebhookconfigurations',
      'ValidatingWebhookConfiguration',
      'what refuses objects',
      'what blocks a change',
    ],
  ]),
  ...group('autoscaling.k8s.io', ['v1'], 'namespaced', true, [
    ['verticalpodautoscalers', 'VerticalPodAutoscaler', 'what evicts pods to resize them', 'threats to gateway pods'],
  ]),
  ...group('karpenter.sh', ['v1', 'v1beta1'], 'cluster', true, [
    ['nodepools', 'NodePool', 'when Karpenter disrupts nodes', 'threats to gateway nodes'],
    ['nodeclaims', 'NodeClaim', 'which nodes Karpenter is about to replace', 'threats to gateway nodes'],
  ]),
  ...group('gateway.networking.k8s.io', ['v1', 'v1beta1'], 'cluster', true, [
    ['gatewayclasses', 'GatewayClass', 'the new home of a gateway', 'nothing yet: only listed'],
  ]),
  ...group('gateway.networking.k8s.io', ['v1', 'v1beta1'], 'namespaced', true, [
    ['gateways', 'Gateway', 'the new home of a gateway', 'nothing yet: only listed'],
    ['httproutes', 'HTTPRoute', 'the new home of routes', 'nothing yet: only listed'],
    ['grpcroutes', 'GRPCRoute', 'the new home of routes', 'nothing yet: only listed'],
  ]),
];

/** What to do about a refusal. */
export const granting = 'meshdoctor rights prints the Role that allows it';

/** The resource as rights name it: `gatewayroutes.appmesh.k8s.aws`, `pods`. */
export function resourceName({ group: of, resource }: Pick<ListedKind, 'group' | 'resource'>): string {
  return of === '' ? resource : `${resource}.${of}`;
}

/** The path under which a kind is listed: in one namespace, or (null) in all. */
export function listPath(kind: ListedKind, version: string, namespace: string | null): string {
  const root = kind.group === '' ? `/api/${version}` : `/apis/${kind.group}/${version}`;
  const within = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${within}/${kind.resource}`;
}

/** True for a path that lists App Mesh objects, or what else decides who reaches whom: of those it is kept when a spec was written. */
export function isDated(path: string): boolean {
  return path.startsWith(`/apis/${meshGroup}/`) || /\/(services|networkpolicies|ingresses)$/.test(path);
}
