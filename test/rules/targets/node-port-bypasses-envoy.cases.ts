import { sidecarPod, target } from '../../support/injected.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { virtualNode } from '../../support/shop.ts';

const pay = 'VirtualNode shop/pay';
const service = (port: string, more = '') => `
apiVersion: v1
kind: Service
metadata: { name: pay, namespace: shop }
spec: { selector: { app: pay }, ports: [${port}]${more} }
---
`;
const leads = (to: string | number) => service(`{ port: 8080, targetPort: ${to} }`);
const pod = sidecarPod('pay', 'pay-1');
const told = (ports: string) =>
  pod.replace(
    'spec: {',
    `spec: { initContainers: [{ name: proxyinit, env: [{ name: APPMESH_APP_PORTS, value: '${ports}' }] }],`,
  );
const annotated = (ports: string) =>
  pod.replace('metadata: {', `metadata: { annotations: { appmesh.k8s.aws/ports: '${ports}' },`);
const strict = ', tls: { mode: STRICT }';
const cluster = (port: number) => `
connected: false
routes: { rds_egress_http_15001: { pay.shop: [{ prefix: /, cluster: cds_egress_shop_pay_shop_http_${port} }] } }
clusters: { cds_egress_shop_pay_shop_http_${port}: ['pay.shop.svc.cluster.local.:${port}'] }
`;

export default {
  fires: [
    {
      name: 'the Service leads to a port that is no listener of the VirtualNode',
      manifests: target('pay') + leads(3000) + pod,
      finds: [pay],
      says: 'arrive at port 3000 of its pods, past their Envoy, which takes over 8080.',
      severity: 'warning',
      effect: 'latent',
    },
    {
      name: 'TLS is demanded, and the gateway goes there: each connection fails',
      manifests: target('pay', strict) + leads(3000) + pod,
      envoy: cluster(8080),
      finds: [pay],
      effect: 'traffic',
    },
    {
      name: 'TLS is demanded, and the gateway goes elsewhere',
      manifests: target('pay', strict) + leads(3000) + pod,
      envoy: cluster(9090),
      finds: [pay],
      effect: 'latent',
    },
    {
      name: 'the listener was changed after the pod started',
      manifests: target('pay') + leads(8080) + told('7000'),
      finds: [pay],
      says: 'takes over 7000',
    },
    {
      name: 'an annotation leaves the port out',
      manifests: target('pay') + leads(8080) + annotated('9090,9091'),
      finds: [pay],
    },
    {
      name: 'the target port is the name of a container port',
      manifests:
        target('pay') +
        leads('web') +
        pod.replace("image: 'app:v1'", "image: 'app:v1', ports: [{ name: web, containerPort: 3000 }]"),
      finds: [pay],
      says: 'port 3000',
    },
  ],
  quiet: [
    { name: 'the ports line up', manifests: target('pay') + leads(8080) + pod, notEvaluated: [] },
    {
      name: 'another port of the Service, for metrics',
      manifests: target('pay') + service('{ port: 8080 }, { port: 9100 }') + pod,
      notEvaluated: [],
    },
    {
      name: 'the annotation takes it over',
      manifests: target('pay') + leads(3000) + annotated('3000'),
      notEvaluated: [],
    },
    {
      name: 'the init container was told to',
      manifests: target('pay') + leads(3000) + told('3000, 8080'),
      notEvaluated: [],
    },
    {
      name: 'headless: the listener port is that of the pods',
      manifests: target('pay') + service('{ port: 8080, targetPort: 3000 }', ', clusterIP: None') + pod,
      notEvaluated: [],
    },
    {
      name: 'pods without Envoy have nothing to skip',
      manifests: target('pay') + leads(3000) + pod.replace('name: envoy', 'name: other'),
      notEvaluated: [],
    },
    {
      name: 'the pods were not read',
      manifests: target('pay') + leads(3000) + sidecarPod('cart', 'c'),
      notEvaluated: [pay],
    },
    { name: 'the Service was not read', manifests: virtualNode('pay') + pod, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
