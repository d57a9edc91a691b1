import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const failed = (message: string, reason = 'FailedCreate'): string => `
apiVersion: v1
kind: Event
metadata: { name: cart-1, namespace: shop }
involvedObject: { apiVersion: apps/v1, kind: ReplicaSet, namespace: shop, name: cart-6c9d }
type: Warning
reason: ${reason}
message: ${JSON.stringify(message)}
count: 14
firstTimestamp: '2026-06-01T11:40:00Z'
lastTimestamp: '2026-06-01T11:59:00Z'
---
`;
const replicaSet = (ready: number): string => `
apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: cart-6c9d, namespace: shop, ownerReferences: [{ kind: Deployment, name: cart, controller: true }] }
spec: { replicas: 2, template: { metadata: { labels: { app: cart } } } }
status: { replicas: ${ready}, readyReplicas: ${ready} }
---
`;
const denied = (said: string): string =>
  failed(`Error creating: admission webhook "mpod.appmesh.k8s.aws" denied the request: ${said}`);
const unmatched = 'sidecarInject enabled but no matching VirtualNode or VirtualGateway found';

/** Deployment `cart` is a gateway's. */
const gateway = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec: { selector: { matchLabels: { app: cart } }, template: { metadata: { labels: { app: cart } } } }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: edge, namespace: shop }
spec: { podSelector: { matchLabels: { app: cart } }, listeners: [{ portMapping: { port: 8088, protocol: http } }] }
---
`;

export default {
  fires: [
    {
      name: 'no podSelector selects the pod, and others serve',
      manifests: denied(unmatched) + replicaSet(1),
      finds: ['ReplicaSet shop/cart-6c9d'],
      says: `webhook mpod.appmesh.k8s.aws refuses it: ${unmatched}`,
      effect: 'latent',
      severity: 'error',
    },
    {
      name: 'no pod is left',
      manifests: denied(unmatched) + replicaSet(0),
      finds: ['ReplicaSet shop/cart-6c9d'],
      effect: 'traffic',
    },
    {
      name: 'nobody answers',
      manifests: failed(
        'Internal error occurred: failed calling webhook "mpod.appmesh.k8s.aws": failed to call webhook: no endpoints available',
      ),
      now: afterTheEnd,
      finds: ['ReplicaSet shop/cart-6c9d'],
      says: 'does not answer',
    },
    {
      name: 'after the end: the way out is the label of the namespace',
      manifests: denied('found multiple matching VirtualNodes for pod cart'),
      now: afterTheEnd,
      finds: ['ReplicaSet shop/cart-6c9d'],
    },
    {
      name: 'after the end, the rollout of a gateway: it stays refused',
      manifests: denied('found multiple matching VirtualNodes for pod cart') + replicaSet(1) + gateway,
      now: afterTheEnd,
      finds: ['ReplicaSet shop/cart-6c9d'],
    },
    {
      name: 'the webhook of somebody else',
      manifests: failed('admission webhook "policy.example.com" denied the request: image not signed'),
      finds: ['ReplicaSet shop/cart-6c9d'],
      says: 'image not signed',
    },
  ],
  quiet: [
    {
      name: 'refused by a quota, not by a webhook',
      manifests: failed('Error creating: pods "x" is forbidden: exceeded quota'),
      notEvaluated: [],
    },
    {
      name: 'pods are created',
      manifests: failed('Created pod: cart-6c9d-abc', 'SuccessfulCreate') + replicaSet(2),
      notEvaluated: [],
    },
    { name: 'a FailedCreate without words', manifests: failed(''), notEvaluated: [] },
    { name: 'no event was read', manifests: replicaSet(0), notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
