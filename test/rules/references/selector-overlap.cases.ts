import type { RuleCases } from '../../support/rule-table.ts';

const selecting = (kind: string, name: string, labels: string, namespace = 'shop') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: ${kind}
metadata: { name: ${name}, namespace: ${namespace} }
spec: { podSelector: { matchLabels: ${labels} } }
---
`;
const deployment = (labels: string, annotations = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec: { template: { metadata: { labels: ${labels}${annotations} }, spec: { containers: [{ name: cart }] } } }
---
`;
const pod = (labels: string, phase = 'Running') => `
apiVersion: v1
kind: Pod
metadata: { name: cart-1, namespace: shop, uid: u, labels: ${labels} }
spec: { containers: [{ name: cart }, { name: envoy }] }
status: { phase: ${phase} }
---
`;
const namespace = (labels: string) => `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: ${labels} }
---
`;
const injecting = '{ appmesh.k8s.aws/sidecarInjectorWebhook: enabled }';
const cart = '{ app: cart }';
const canary = '{ app: cart, track: canary }';
const both = selecting('VirtualNode', 'cart', cart) + selecting('VirtualNode', 'canary', canary);

export default {
  fires: [
    {
      name: 'the selector of the stable node takes the canary, too',
      manifests: both + deployment(canary) + namespace(injecting),
      finds: ['VirtualNode shop/cart, VirtualNode shop/canary'],
      says: 'select the same pods: those of Deployment shop/cart.',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a gateway and a node',
      manifests: selecting('VirtualGateway', 'edge', '{}') + selecting('VirtualNode', 'cart', cart) + deployment(cart),
      finds: ['VirtualGateway shop/edge, VirtualNode shop/cart'],
    },
    {
      name: 'manifests that are the whole set hold no webhook, and it is asked all the same',
      manifests: both + deployment(canary) + namespace(injecting),
      closed: true,
      finds: ['VirtualNode shop/cart, VirtualNode shop/canary'],
    },
    {
      name: 'pods that run already stay what they are',
      manifests: both + pod(canary),
      finds: ['VirtualNode shop/cart, VirtualNode shop/canary'],
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    { name: 'each has its pods', closed: true, manifests: both + deployment(cart), notEvaluated: [] },
    {
      name: 'selectors of another namespace',
      closed: true,
      manifests:
        selecting('VirtualNode', 'cart', cart) + selecting('VirtualNode', 'cart', cart, 'old') + deployment(cart),
      notEvaluated: [],
    },
    {
      name: 'the namespace asks for no injection',
      closed: true,
      manifests: both + deployment(canary) + namespace('{}'),
      notEvaluated: [],
    },
    {
      name: 'these pods ask for none',
      closed: true,
      manifests:
        both +
        deployment(canary, ', annotations: { appmesh.k8s.aws/sidecarInjectorWebhook: disabled }') +
        namespace(injecting),
      notEvaluated: [],
    },
    { name: 'a pod that has ended', closed: true, manifests: both + pod(canary, 'Succeeded'), notEvaluated: [] },
    { name: 'no pod and no workload was read', manifests: both, notEvaluated: ['rule'] },
    { name: 'the webhook is not installed', manifests: both + pod(canary), closed: true, notEvaluated: [] },
  ],
} satisfies RuleCases;
