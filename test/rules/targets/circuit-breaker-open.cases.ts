import type { RuleCases } from '../../support/rule-table.ts';

const cluster = 'cds_egress_shop_payments_shop_http_9090';
const target = 'VirtualNode shop/payments';
/** Readings of the counters of the cluster, a minute apart. */
const counters = (values: Readonly<Record<string, number>>) =>
  JSON.stringify(Object.fromEntries(Object.entries(values).map(([name, value]) => [nameOf(name), value])));
const nameOf = (name: string) => (name.startsWith('server.') ? name : `cluster.${cluster}.${name}`);
const envoy = (...reads: readonly Readonly<Record<string, number>>[]) => `
connected: false
routes:
  rds_egress_http_15001: { payments.shop: [{ prefix: /, cluster: ${cluster} }] }
clusters: { ${cluster}: ['payments.shop.svc.cluster.local.:9090'] }
stats: [${reads.map(counters).join(', ')}]
`;

export default {
  fires: [
    {
      name: 'it grows between two readings',
      envoy: envoy(
        { upstream_rq_pending_overflow: 5, upstream_rq_completed: 100 },
        { upstream_rq_pending_overflow: 45, upstream_rq_completed: 200 },
      ),
      finds: [target],
      says: '40 requests from gateway edge',
      effect: 'traffic',
    },
    {
      name: 'the first reading lacks the counter, since it had never moved',
      envoy: envoy({}, { upstream_rq_pending_overflow: 40, upstream_rq_completed: 150 }),
      finds: [target],
    },
    {
      name: "the gateway's own pool, between its two listeners",
      envoy: `
connected: false
clusters: { cds_ingress_shop_edge_shop_self_redirect_http_15001: ['127.0.0.1:15001'] }
stats:
  - {}
  - { cluster.cds_ingress_shop_edge_shop_self_redirect_http_15001.upstream_rq_pending_overflow: 3 }
`,
      finds: ['VirtualGateway shop/edge'],
      says: 'its own connectionPool',
      severity: 'error',
    },
  ],
  quiet: [
    {
      name: 'old ones that do not grow',
      envoy: envoy(
        { upstream_rq_pending_overflow: 500, upstream_rq_completed: 900 },
        { upstream_rq_pending_overflow: 500, upstream_rq_completed: 1500 },
      ),
      notEvaluated: [],
    },
    {
      name: 'connections wait for room, none is refused',
      envoy: envoy({}, { upstream_cx_overflow: 30 }),
      notEvaluated: [],
    },
    {
      name: 'one reading alone says nothing of now',
      envoy: envoy({ upstream_rq_pending_overflow: 500, upstream_rq_completed: 900 }),
      notEvaluated: [target],
    },
    {
      name: 'Envoy restarted between the readings',
      envoy: envoy(
        { upstream_rq_pending_overflow: 500, upstream_rq_completed: 900, 'server.uptime': 9000 },
        { upstream_rq_pending_overflow: 300, upstream_rq_completed: 400, 'server.uptime': 20 },
      ),
      notEvaluated: [target],
    },
    { name: 'the counters were not read', envoy: `${envoy({})}without: [stats]\n`, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
