/** Targets with App Mesh sidecars as `kubectl get -o yaml` shows them, for the cases of rules. */
import { virtualNode as plainNode } from './shop.ts';

/** Namespace `shop`, with the label that asks for injection, or another. */
export const namespace = (label = 'appmesh.k8s.aws/sidecarInjectorWebhook: enabled'): string => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${label} } }
---
`;

/** The webhook that injects, or another one. */
export const webhook = (name = 'mpod.appmesh.k8s.aws', more = ''): string => `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: appmesh-controller-mutating-webhook-configuration }
webhooks: [{ name: ${name}, clientConfig: { service: { namespace: appmesh-system, name: hook } }${more} }]
---
`;

/** A VirtualNode that selects the pods `app: <name>`; `more` adds to its listener. */
export const target = (name: string, more = ''): string =>
  plainNode(name)
    .replace('spec: {', `spec: { podSelector: { matchLabels: { app: ${name} } },`)
    .replace('protocol: http } }', `protocol: http }${more} }`);

/** The workload behind it. */
export const workload = (name: string, annotations = '', more = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop, generation: 1 }
spec: { replicas: 2, selector: { matchLabels: { app: ${name} } }, template: { metadata: { labels: { app: ${name} }, annotations: { ${annotations} } }, spec: { containers: [{ name: app, image: 'app:v1' }] } }${more} }
status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2 }
---
`;

/** A pod of it with its sidecar, running since `since`. */
export const sidecarPod = (
  app: string,
  name: string,
  since = '2026-08-01T00:00:00Z',
  ready = true,
  more = '',
): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, uid: u-${name}, labels: { app: ${app} } }
spec: { nodeName: node-1, containers: [{ name: app, image: 'app:v1' }, { name: envoy, image: 'envoy:v1'${more}, env: [{ name: APPMESH_RESOURCE_ARN, value: mesh/shop/virtualNode/${app}_shop }] }] }
status: { phase: Running, containerStatuses: [{ name: app, ready: true, restartCount: 0, state: { running: { startedAt: '${since}' } } }, { name: envoy, ready: ${ready}, restartCount: 0, state: { running: { startedAt: '${since}' } } }] }
---
`;
