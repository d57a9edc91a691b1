import { afterTheEnd, budget, calm, node, pod } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const gateway = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: edge, namespace: shop }
spec:
  podSelector: { matchLabels: { app: edge } }
  listeners: [{ portMapping: { port: 8088, protocol: http } }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: edge, namespace: shop }
spec: { template: { metadata: { labels: { app: edge } }, spec: { containers: [{ name: envoy }] } } }
`;
const full = 'connected: false\nlisteners: [{ name: lds_ingress_0.0.0.0_8088 }]';
const empty = 'connected: false\nstate: PRE_INITIALIZING';

const late = { since: '2026-11-23T00:00:00Z', ready: false };
const deadPod = pod('edge-1', late);

export default {
  fires: [
    {
      name: 'it waits for ever',
      manifests: gateway,
      envoy: [empty, full],
      finds: ['VirtualGateway shop/edge'],
      says: 'still serving: http://127.0.0.1:9902',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'it says LIVE with no listener, and no other was read',
      envoy: 'connected: false\nstats: [{ listener_manager.total_listeners_active: 0 }]',
      finds: ['VirtualGateway shop/edge'],
      says: 'none of those read still serves',
      effect: 'traffic',
    },
    {
      name: 'a listener that was only ever refused is none',
      envoy: 'connected: false\nlisteners: [{ name: lds_ingress_0.0.0.0_80, onlyRefused: true, refused: cannot bind }]',
      finds: ['VirtualGateway shop/edge'],
    },
    {
      name: 'a pod that started after the end and is not ready; what threatens the others is named',
      manifests:
        calm +
        deadPod +
        budget('maxUnavailable: 1') +
        node('node-2', { spec: 'unschedulable: true', labels: 'karpenter.sh/nodepool: general' }),
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      says: 'Pod edge-1 of gateway edge holds no configuration and will never serve; still serving: edge-2',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a pod whose Envoy does not run at all',
      manifests:
        calm + pod('edge-1').replace(/state: \{ running.*?\}/, 'state: { waiting: { reason: CrashLoopBackOff }'),
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
    },
    {
      name: 'no pod is left',
      manifests: calm + deadPod + pod('edge-2', late),
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      says: '2 pods of gateway edge hold no configuration and will never serve; none of those read still serves',
    },
  ],
  quiet: [
    { name: 'pods that started before the end and are ready', manifests: calm, now: afterTheEnd, notEvaluated: [] },
    {
      name: 'ready, though it started after the end: another control plane, or a fetch timeout',
      manifests: calm + pod('edge-1', { ...late, ready: true }),
      now: afterTheEnd,
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    {
      name: 'a pod of the same labels that App Mesh never configured: made from a rescue copy',
      manifests: calm + pod('rescue-1', { ...late, identity: 'none' }),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'a pod that is starting, with a control plane that lives',
      manifests: calm + deadPod,
      envoy: full.replace('false', 'true'),
      now: afterTheEnd,
      notEvaluated: [],
    },
    {
      name: 'before the end',
      manifests: calm + pod('edge-1', { since: '2026-05-31T00:00:00Z', ready: false }),
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    { name: 'frozen and serving', manifests: gateway, envoy: full, notEvaluated: [] },
    {
      name: 'just starting under a control plane that lives',
      envoy: 'connected: true\nstate: PRE_INITIALIZING',
      notEvaluated: [],
    },
    {
      name: 'empty, but its pages do not say whether a control plane is left',
      envoy: 'state: PRE_INITIALIZING',
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    {
      name: 'neither listeners nor the dump were read',
      envoy: 'connected: false\nwithout: [listeners, config_dump]',
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    { name: 'an Envoy that App Mesh never knew', envoy: 'node: edge-1\nconnected: false', notEvaluated: [] },
  ],
} satisfies RuleCases;
