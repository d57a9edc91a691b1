import type { RuleCases } from '../../support/rule-table.ts';

const cluster = 'cds_egress_shop_payments_shop_http_9090';
const node = `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: { name: payments, namespace: shop }
spec:
  listeners: [{ portMapping: { port: 9090, protocol: http } }]
  serviceDiscovery: { dns: { hostname: payments.shop.svc.cluster.local } }
`;
const counters = (fail: number, total: number, more = '') =>
  `{ cluster.${cluster}.upstream_cx_connect_fail: ${fail}, cluster.${cluster}.upstream_cx_total: ${total}${more} }`;
const envoy = (...reads: readonly string[]) => `
connected: false
routes:
  rds_egress_http_15001: { payments.shop: [{ prefix: /, cluster: ${cluster} }] }
clusters: { ${cluster}: ['payments.shop.svc.cluster.local.:9090'] }
stats: [${reads.join(', ')}]
`;

export default {
  fires: [
    {
      name: 'every attempt fails',
      manifests: node,
      envoy: envoy(counters(10, 10), counters(45, 45)),
      finds: ['VirtualNode shop/payments'],
      says: '35 of 35 connections',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'the first reading lacks the counter, since it had never moved, and no object is given',
      envoy: envoy('{}', counters(20, 2000)),
      finds: ['VirtualNode shop/payments'],
      says: 'payments.shop.svc.cluster.local:9090',
    },
    {
      name: 'two pods of one gateway: told once, with the sum of both',
      envoy: [envoy(counters(0, 0), counters(15, 20)), envoy(counters(0, 0), counters(12, 20))],
      finds: ['VirtualNode shop/payments'],
      says: '27 of 40 connections',
    },
    {
      name: 'timeouts are told apart',
      envoy: envoy(counters(0, 5), counters(30, 40, `, cluster.${cluster}.upstream_cx_connect_timeout: 30`)),
      finds: ['VirtualNode shop/payments'],
    },
    {
      name: 'an Envoy that App Mesh never knew',
      envoy: `
node: edge-1
routes: { main: { all: [{ prefix: /, cluster: web }] } }
clusters: { web: ['web.shop:80'] }
stats: [{ cluster.web.upstream_cx_connect_fail: 0 }, { cluster.web.upstream_cx_connect_fail: 40 }]
`,
      finds: ['Cluster web'],
    },
  ],
  quiet: [
    { name: 'old failures that do not grow', envoy: envoy(counters(500, 900), counters(500, 950)), notEvaluated: [] },
    { name: 'nineteen failures', envoy: envoy(counters(0, 0), counters(19, 19)), notEvaluated: [] },
    { name: 'fewer than one attempt in a hundred', envoy: envoy(counters(0, 0), counters(20, 2001)), notEvaluated: [] },
    {
      name: 'one reading alone says nothing of now',
      envoy: envoy(counters(500, 900)),
      notEvaluated: ['VirtualNode shop/payments'],
    },
    {
      name: 'Envoy restarted between the readings',
      envoy: envoy(counters(500, 900, ', server.uptime: 9000'), counters(30, 30, ', server.uptime: 20')),
      notEvaluated: ['VirtualNode shop/payments'],
    },
    {
      name: 'a dead control plane is no target',
      envoy: `
connected: false
clusters: { ads_cluster: ['127.0.0.1:18000'] }
stats: [{ cluster.ads_cluster.upstream_cx_connect_fail: 0 }, { cluster.ads_cluster.upstream_cx_connect_fail: 90 }]
`,
      notEvaluated: [],
    },
    { name: 'the counters were not read', envoy: `${envoy('{}')}without: [stats]\n`, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
