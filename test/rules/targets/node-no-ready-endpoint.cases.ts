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
const cloudMap = mesh.replace(/dns: \{[^}]*\}/, 'awsCloudMap: { namespaceName: shop, serviceName: pay }');
const clusterName = 'cds_egress_shop_pay_shop_http_8080';
const unreadGateway = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: inner, namespace: shop }
spec: {}
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
    {
      name: 'one gateway sends no requests there, and nobody read the other',
      manifests: mesh + others + service() + pod + unreadGateway,
      envoy: cluster('other'),
      closed: true,
      finds: [pay],
      effect: 'traffic',
    },
    {
      name: 'Cloud Map, and the control plane sent no host',
      manifests: cloudMap,
      envoy: `${cluster('pay')}eds: [${clusterName}]\n`.replace("['pay.shop.svc.cluster.local.:8080']", '[]'),
      finds: [pay],
      says: 'Envoy has no host of VirtualNode shop/pay to send requests to: it knows none.',
      effect: 'traffic',
    },
    {
      name: 'no EndpointSlice was read, and the health checks of Envoy fail',
      manifests: mesh + service(),
      envoy: `${cluster('pay')}hosts: { ${clusterName}: { '10.0.0.7:8080': [failed_active_health_check] } }\n`,
      finds: [pay],
      says: 'all 1 fail their health checks',
    },
  ],
  quiet: [
    {
      name: 'Cloud Map, and one of two hosts is well',
      manifests: cloudMap,
      envoy: `${cluster('pay')}hosts: { ${clusterName}: { '10.0.0.7:8080': [failed_active_health_check], '10.0.0.8:8080': [] } }\n`,
      notEvaluated: [],
    },
    {
      name: 'Cloud Map, and the hosts were not read',
      manifests: cloudMap + service() + slice('pay-a', true),
      envoy: cluster('pay'),
      notEvaluated: [pay],
    },
    {
      name: 'one that was ejected comes back by itself: endpoints-ejected',
      manifests: cloudMap,
      envoy: `${cluster('pay')}hosts: { ${clusterName}: { '10.0.0.7:8080': [failed_outlier_check] } }\n`,
      notEvaluated: [],
    },
    {
      name: 'behind a cluster IP a host that is well says nothing of pods',
      manifests: mesh + service(),
      envoy: `${cluster('pay')}hosts: { ${clusterName}: { '172.20.0.7:8080': [] } }\n`,
      notEvaluated: [pay],
    },
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
