import type { RuleCases } from '../../support/rule-table.ts';
import { virtualNode, virtualRouter, virtualService } from '../../support/shop.ts';

const pay = 'VirtualNode shop/pay';
const mesh = virtualService('pay', { router: 'pay' }) + virtualRouter('pay', 'pay') + virtualNode('pay');
const service = (more = '') => `
apiVersion: v1
kind: Service
metadata: { name: pay, namespace: shop }
spec: { selector: { app: pay }, ports: [{ port: 8080 }]${more} }
---
`;
const slice = (name: string, ready: boolean) => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}, namespace: shop, labels: { kubernetes.io/service-name: pay } }
endpoints: [{ addresses: [10.0.0.7], conditions: { ready: ${ready} } }]
---
`;
const others = slice('cart-a', true).replace('service-name: pay', 'service-name: cart');
const pod = `
apiVersion: v1
kind: Pod
metadata: { name: pay-1, namespace: shop, labels: { app: pay } }
spec: { containers: [{ name: app }] }
status:
  phase: Running
  conditions: [{ type: Ready, status: 'False' }]
  containerStatuses: [{ name: app, ready: false, restartCount: 7, state: { waiting: { reason: CrashLoopBackOff } } }]
---
`;
const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: pay, namespace: shop }
spec: { replicas: 0, template: { metadata: { labels: { app: pay } }, spec: { containers: [{ name: app }] } } }
---
`;
const cluster = (name: string) => `
connected: false
routes: { rds_egress_http_15001: { pay.shop: [{ prefix: /, cluster: cds_egress_shop_${name}_shop_http_8080 }] } }
clusters: { cds_egress_shop_${name}_shop_http_8080: ['${name}.shop.svc.cluster.local.:8080'] }
`;

export default {
  fires: [
    {
      name: 'its only pod crashes',
      manifests: mesh + service() + slice('pay-a', false) + pod,
      envoy: cluster('pay'),
      closed: true,
      finds: [pay],
      says: 'has 1, none of them ready',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'no endpoint at all',
      manifests: mesh + others + service(', clusterIP: None'),
      closed: true,
      finds: [pay],
      says: 'has none',
    },
    {
      name: 'scaled to 0',
      manifests: mesh + others + service() + deployment,
      closed: true,
      finds: [pay],
      severity: 'info',
    },
    {
      name: 'the running gateway goes elsewhere',
      manifests: mesh + others + service() + pod,
      envoy: cluster('other'),
      closed: true,
      finds: [pay],
      effect: 'latent',
    },
  ],
  quiet: [
    {
      name: 'one of two slices has a ready endpoint',
      manifests: mesh + service() + slice('pay-a', false) + slice('pay-b', true),
      closed: true,
      notEvaluated: [],
    },
    {
      name: 'not all slices were seen',
      manifests: mesh + service() + slice('pay-a', false),
      notEvaluated: [pay],
    },
    { name: 'a set of manifests holds no slices', manifests: mesh + service(), closed: true, notEvaluated: [pay] },
    { name: 'the Service was not read', manifests: mesh + slice('pay-a', false), notEvaluated: ['rule'] },
    { name: 'an ExternalName', manifests: mesh + service(', type: ExternalName'), closed: true, notEvaluated: [] },
    {
      name: 'a host name outside the cluster',
      manifests: virtualNode('pay', 443, 'pay.example.com.eu-west-1.elb.amazonaws.com'),
      closed: true,
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
