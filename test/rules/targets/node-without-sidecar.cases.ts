import { sidecarPod, target, workload } from '../../support/injected.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualNode } from '../../support/shop.ts';

const pay = 'VirtualNode shop/pay';
const plainPod = (name: string, phase = 'Running', app = 'pay') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: ${app} } }
spec: { containers: [{ name: app }] }
status: { phase: ${phase} }
---
`;
const gateway = (tls: string) => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: edge, namespace: shop }
spec: { backendDefaults: { clientPolicy: { tls: ${tls} } } }
---
`;
const demands = '{ enforce: true, validation: { trust: { file: { certificateChain: /ca.pem } } } }';

export default {
  fires: [
    {
      name: 'it has left the mesh: information',
      manifests: target('pay') + workload('pay') + plainPod('pay-1') + plainPod('pay-2'),
      finds: ['Namespace shop'],
      says: 'The pods of one VirtualNode in namespace shop carry no Envoy: pay.',
      severity: 'info',
      effect: 'latent',
    },
    {
      name: 'many have left it: one finding; those of which TLS is demanded stand alone',
      manifests:
        target('cart') +
        target('web') +
        target('pay', ', tls: { mode: STRICT }') +
        ['cart', 'web', 'pay'].map((name) => plainPod(`${name}-1`, 'Running', name)).join(''),
      finds: ['Namespace shop', pay],
      says: 'The pods of 2 VirtualNodes in namespace shop carry no Envoy: cart, web.',
    },
    {
      name: 'its listener offers TLS, which nobody speaks now',
      manifests: target('pay', ', tls: { mode: STRICT }') + plainPod('pay-1'),
      finds: [pay],
      now: '2026-11-24T00:00:00Z',
      severity: 'warning',
      says: 'TLS is demanded',
    },
    {
      name: 'the gateway enforces TLS',
      manifests: target('pay') + plainPod('pay-1') + gateway(demands),
      finds: [pay],
      severity: 'warning',
    },
    {
      name: 'the gateway enforces TLS on this port',
      manifests: target('pay') + plainPod('pay-1') + gateway(demands.replace('enforce', 'ports: [443, 8080], enforce')),
      finds: [pay],
      severity: 'warning',
    },
    {
      name: 'the gateway enforces TLS on another port',
      manifests: target('pay') + plainPod('pay-1') + gateway(demands.replace('enforce', 'ports: [443], enforce')),
      finds: ['Namespace shop'],
      severity: 'info',
    },
    {
      name: 'TLS that is not enforced demands nothing',
      manifests: target('pay') + plainPod('pay-1') + gateway(demands.replace('true', 'false')),
      finds: ['Namespace shop'],
      severity: 'info',
    },
  ],
  quiet: [
    {
      name: 'after the end it is how targets are meant to run',
      manifests: target('pay') + plainPod('pay-1') + gateway('{ enforce: false }'),
      now: '2026-11-24T00:00:00Z',
      notEvaluated: [],
    },
    {
      name: 'after the end, and no gateway was read that might demand TLS of it',
      manifests: target('pay') + plainPod('pay-1'),
      now: '2026-11-24T00:00:00Z',
      notEvaluated: [pay],
    },
    { name: 'every pod has its sidecar', manifests: target('pay') + sidecarPod('pay', 'pay-1'), notEvaluated: [] },
    {
      name: 'some have it, some not: a roll-out',
      manifests: target('pay') + sidecarPod('pay', 'pay-1') + plainPod('pay-2'),
      notEvaluated: [],
    },
    {
      name: 'a pod that has ended',
      manifests: target('pay') + plainPod('pay-1', 'Succeeded'),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'pods of others were read, not its own',
      manifests: target('pay') + sidecarPod('cart', 'cart-1'),
      notEvaluated: [pay],
    },
    { name: 'pods were not read', manifests: target('pay') + workload('pay'), notEvaluated: ['rule'] },
    {
      name: 'a VirtualNode that selects no pod',
      manifests: virtualNode('pay') + plainPod('pay-1'),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
