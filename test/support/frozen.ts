/** A frozen gateway as `kubectl get -o yaml` shows it, for the cases of rules. */

/** A moment after App Mesh ended. */
export const afterTheEnd = '2026-11-24T03:00:00Z';

/** The VirtualGateway `edge`. */
export const virtualGateway = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: edge, namespace: shop }
spec: { podSelector: { matchLabels: { app: edge } }, listeners: [{ portMapping: { port: 8088, protocol: http } }] }
---
`;

/** A Deployment `edge` of two pods; `spec`, `status`, `envoy` and `metadata` add fields, as YAML flow without braces. */
export const deployment = (
  more: { readonly spec?: string; readonly status?: string; readonly envoy?: string; readonly metadata?: string } = {},
): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: edge, namespace: shop, generation: 4${and(more.metadata)} }
spec: { replicas: 2, selector: { matchLabels: { app: edge } }, template: { metadata: { labels: { app: edge } }, spec: { containers: [{ name: envoy, image: 'public.ecr.aws/appmesh/aws-appmesh-envoy:v1.34.13.3-prod'${and(more.envoy)} }] } }${and(more.spec)} }
status: { observedGeneration: 4, replicas: 2, updatedReplicas: 2${and(more.status)} }
---
`;

/** A pod of the gateway, on the node of the same number; it runs since `since`. */
export const pod = (
  name: string,
  more: {
    readonly since?: string;
    readonly ready?: boolean;
    readonly node?: string;
    readonly metadata?: string;
    readonly annotations?: string;
    readonly conditions?: string;
    readonly labels?: string;
    readonly identity?: string;
  } = {},
): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, uid: u-${name}, labels: { ${more.labels ?? 'app: edge'} }, annotations: { ${more.annotations ?? ''} }${and(more.metadata)} }
spec: { nodeName: ${more.node ?? 'node-1'}, containers: [{ name: envoy, image: 'envoy:v1', resources: { limits: { memory: 100Mi } }, env: [{ name: APPMESH_RESOURCE_ARN, value: ${more.identity ?? 'mesh/shop/virtualGateway/edge_shop'} }] }] }
status: { phase: Running, conditions: [${more.conditions ?? ''}], containerStatuses: [{ name: envoy, ready: ${more.ready ?? true}, restartCount: 0, state: { running: { startedAt: '${more.since ?? '2026-08-01T00:00:00Z'}' } } }] }
---
`;

/** A node. */
export const node = (
  name: string,
  more: { readonly labels?: string; readonly spec?: string; readonly status?: string; readonly metadata?: string } = {},
): string => `
apiVersion: v1
kind: Node
metadata: { name: ${name}, creationTimestamp: '2026-08-01T00:00:00Z', labels: { ${more.labels ?? ''} }${and(more.metadata)} }
spec: { ${more.spec ?? ''} }
status: { conditions: [${more.status ?? "{ type: Ready, status: 'True' }"}] }
---
`;

/** A PodDisruptionBudget of the gateway's pods. */
export const budget = (spec: string): string => `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: edge, namespace: shop }
spec: { selector: { matchLabels: { app: edge } }, ${spec} }
---
`;

/** The gateway, its two pods on two steady nodes, and a budget that lets no pod go: nothing threatens it. */
export const calm =
  virtualGateway +
  deployment() +
  pod('edge-1') +
  pod('edge-2', { node: 'node-2' }) +
  node('node-1') +
  node('node-2') +
  budget('maxUnavailable: 0');

function and(more: string | undefined): string {
  return more === undefined ? '' : `, ${more}`;
}
