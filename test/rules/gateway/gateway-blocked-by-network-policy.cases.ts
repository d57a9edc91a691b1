import { gateway, written } from '../../support/edge.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const policy = (spec: string, name = 'deny', selector = 'matchLabels: { app: edge }') => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: { podSelector: { ${selector} }, ${spec} }
---
`;
const denyAll = policy('policyTypes: [Ingress]', 'deny', '');
const only = (ports: string, name = 'only') => policy(`policyTypes: [Ingress], ingress: [{ ports: [${ports}] }]`, name);
const base = gateway + written({ ports: '{ name: http, containerPort: 8088 }' });
const envoy = (to: number) => `
connected: false
listeners: [{ name: lds_ingress_0.0.0.0_8088 }]
stats: [{ listener.0.0.0.0_8088.downstream_cx_total: 10 }, { listener.0.0.0.0_8088.downstream_cx_total: ${to} }]
`;

export default {
  fires: [
    {
      name: 'one denies all',
      manifests: base + denyAll,
      closed: true,
      finds: [edge],
      says: 'NetworkPolicy deny lets nobody connect to port 8088 of gateway edge.',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the port of the Service is allowed, not that of the pods',
      manifests: base + only('{ port: 80 }'),
      closed: true,
      finds: [edge],
    },
    { name: 'UDP only', manifests: base + only('{ port: 8088, protocol: UDP }'), closed: true, finds: [edge] },
    { name: 'another name', manifests: base + only('{ port: admin }'), closed: true, finds: [edge] },
    { name: 'no types: it limits what comes in', manifests: base + policy('ingress: []'), closed: true, finds: [edge] },
    {
      name: 'connections come in all the same: nothing enforces it',
      manifests: base + denyAll,
      closed: true,
      envoy: envoy(20),
      finds: [edge],
      effect: 'latent',
    },
    {
      name: 'none comes in',
      manifests: base + denyAll,
      closed: true,
      envoy: envoy(10),
      finds: [edge],
      effect: 'traffic',
    },
  ],
  quiet: [
    {
      name: 'an expression may fail on labels of pods that were not read',
      manifests:
        gateway + policy('policyTypes: [Ingress]', 'deny', 'matchExpressions: [{ key: open, operator: DoesNotExist }]'),
      notEvaluated: [edge],
    },
    {
      name: 'an expression that the pods of the gateway fail',
      manifests:
        base +
        policy('policyTypes: [Ingress]', 'deny', 'matchExpressions: [{ key: app, operator: NotIn, values: [edge] }]'),
      closed: true,
      notEvaluated: [],
    },
    { name: 'the port is allowed', manifests: base + denyAll + only('{ port: 8088 }'), closed: true, notEvaluated: [] },
    { name: 'by name', manifests: base + only('{ port: http }'), closed: true, notEvaluated: [] },
    { name: 'in a range', manifests: base + only('{ port: 8000, endPort: 8999 }'), closed: true, notEvaluated: [] },
    { name: 'every port', manifests: base + denyAll + policy('ingress: [{}]', 'all'), closed: true, notEvaluated: [] },
    { name: 'another policy may allow it', manifests: base + denyAll, notEvaluated: [edge] },
    {
      name: 'by name, and no container was read',
      manifests: gateway + only('{ port: http }'),
      closed: true,
      notEvaluated: [edge],
    },
    {
      name: 'it limits what goes out',
      manifests: base + policy('policyTypes: [Egress]'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'other pods',
      manifests: base + policy('policyTypes: [Ingress]', 'deny', 'matchLabels: { app: cart }'),
      closed: true,
      notEvaluated: [],
    },
    { name: 'another namespace', manifests: base + denyAll.replace('shop', 'other'), closed: true, notEvaluated: [] },
    { name: 'none was read', manifests: base, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
