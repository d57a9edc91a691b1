import { target } from '../../support/injected.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualService } from '../../support/shop.ts';

const pay = 'VirtualNode shop/pay';
const outlier = ', outlierDetection: { maxServerErrors: 5, maxEjectionPercent: 50 }';
const node = target('pay', outlier);
const mesh = gateway + gatewayRoute('pay') + virtualService('pay', { node: 'pay' });
const endpoints = node.replace('dns: {', 'dns: { responseType: ENDPOINTS,');
const service = (more = '') => `
apiVersion: v1
kind: Service
metadata: { name: pay, namespace: shop }
spec: { selector: { app: pay }, ports: [{ port: 8080 }]${more} }
---
`;
const name = 'cds_egress_shop_pay_shop_http_8080';
const cluster = (more = '') => `
connected: false
routes: { rds_egress_http_15001: { pay.shop: [{ prefix: /, cluster: ${name} }] } }
clusters: { ${name}: ['pay.shop.svc.cluster.local.:8080'] }
${more}
`;

export default {
  fires: [
    {
      name: 'the default response type',
      manifests: mesh + node,
      finds: [pay],
      says: 'a single host',
      severity: 'info',
      effect: 'latent',
    },
    {
      name: 'ENDPOINTS, but the Service has a cluster IP',
      manifests: endpoints + service(),
      finds: [pay],
    },
    {
      name: 'the object was changed; the running cluster is LOGICAL_DNS still',
      manifests: endpoints + service(', clusterIP: None'),
      envoy: cluster(),
      finds: [pay],
    },
  ],
  quiet: [
    { name: 'no outlier detection', manifests: target('pay'), notEvaluated: [] },
    { name: 'ENDPOINTS of a headless Service', manifests: endpoints + service(', clusterIP: None'), notEvaluated: [] },
    { name: 'ENDPOINTS of a Service that was not read', manifests: endpoints, notEvaluated: [pay] },
    {
      name: 'Cloud Map',
      manifests: node.replace(/dns: \{[^}]*\}/, 'awsCloudMap: { namespaceName: a, serviceName: b }'),
      notEvaluated: [],
    },
    {
      name: 'the running cluster has its hosts from the control plane',
      manifests: node,
      envoy: cluster(`eds: [${name}]`),
      notEvaluated: [],
    },
    {
      name: 'the running cluster has two hosts',
      manifests: node,
      envoy: cluster(`hosts: { ${name}: { '10.0.0.1:8080': [], '10.0.0.2:8080': [] } }`),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
