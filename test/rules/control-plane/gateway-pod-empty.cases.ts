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
  ],
  quiet: [
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
