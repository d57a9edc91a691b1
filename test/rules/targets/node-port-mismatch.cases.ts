import type { RuleCases } from '../../support/rule-table.ts';
import { gateway, gatewayRoute, virtualNode, virtualRouter, virtualService } from '../../support/shop.ts';

const mesh = (port: number) =>
  gatewayRoute('pay') +
  virtualService('pay', { router: 'pay' }) +
  virtualRouter('pay', 'pay') +
  virtualNode('pay', port);
const service = (ports: string, more = '') => `
apiVersion: v1
kind: Service
metadata: { name: pay, namespace: shop }
spec: { selector: { app: pay }, ports: [${ports}]${more} }
---
`;
const deployment = (ports: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: pay, namespace: shop }
spec: { template: { metadata: { labels: { app: pay } }, spec: { containers: [{ name: app, ports: [${ports}] }] } } }
---
`;
const cluster = (port: number) => `cds_egress_shop_pay_shop_http_${port}`;
const running = (port: number, stats = '') => `
connected: false
routes: { rds_egress_http_15001: { pay.shop: [{ prefix: /, cluster: ${cluster(port)} }] } }
clusters: { ${cluster(port)}: ['pay.shop.svc.cluster.local.:${port}'] }
${stats}
`;
const grown = (name: string) => `stats: [{ cluster.${name}: 1 }, { cluster.${name}: 9 }]`;

export default {
  fires: [
    {
      name: 'the Service has no such port, and the running gateway connects there',
      manifests: gateway + mesh(9090) + service('{ port: 8080 }') + deployment('{ containerPort: 8080 }'),
      envoy: running(9090),
      finds: ['VirtualNode shop/pay'],
      says: 'has no such port (it has 8080)',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'no gateway was read; after the end the objects alone are latent',
      manifests: mesh(9090) + service('{ port: 8080, name: http }'),
      now: '2026-11-24T00:00:00Z',
      finds: ['VirtualNode shop/pay'],
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'the named target port is no port of any container',
      manifests:
        mesh(8080) + service('{ port: 8080, targetPort: web }') + deployment('{ containerPort: 8080, name: http }'),
      finds: ['VirtualNode shop/pay'],
      says: 'leads to web',
      severity: 'error',
    },
    {
      name: 'the container declares another port: a warning, since declaring is optional',
      manifests: mesh(8080) + service('{ port: 8080 }') + deployment('{ containerPort: 9000 }'),
      finds: ['VirtualNode shop/pay'],
      severity: 'warning',
    },
    {
      name: 'and an error once connections fail',
      manifests: mesh(8080) + service('{ port: 8080 }') + deployment('{ containerPort: 9000 }'),
      envoy: running(8080, grown(`${cluster(8080)}.upstream_cx_connect_fail`)),
      finds: ['VirtualNode shop/pay'],
      severity: 'error',
      effect: 'traffic',
    },
    {
      name: 'the running gateway has an older, right port',
      manifests: mesh(9090) + service('{ port: 8080 }'),
      envoy: running(8080),
      finds: ['VirtualNode shop/pay'],
      effect: 'latent',
    },
    {
      name: 'headless: Envoy goes straight to the pods',
      manifests:
        mesh(9090) +
        service('{ port: 9090, targetPort: 8080 }', ', clusterIP: None') +
        deployment('{ containerPort: 8080 }'),
      finds: ['VirtualNode shop/pay'],
      says: 'headless',
    },
  ],
  quiet: [
    {
      name: 'all ports line up',
      manifests:
        mesh(8080) + service('{ port: 8080, targetPort: http }') + deployment('{ containerPort: 8080, name: http }'),
      notEvaluated: [],
    },
    {
      name: 'the Service maps the port to another one that the pods have',
      manifests: mesh(8080) + service('{ port: 8080, targetPort: 3000 }') + deployment('{ containerPort: 3000 }'),
      notEvaluated: [],
    },
    {
      name: 'containers that declare no port say nothing',
      manifests: mesh(8080) + service('{ port: 8080 }') + deployment(''),
      notEvaluated: [],
    },
    { name: 'the Service was not read', manifests: mesh(9090), notEvaluated: ['VirtualNode shop/pay'] },
    {
      name: 'a host name outside the cluster',
      manifests: virtualNode('pay', 443, 'pay.example.com.eu-west-1.elb.amazonaws.com'),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
