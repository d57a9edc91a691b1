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
        { upstream_rq_retry_limit_exceeded: 5, upstream_rq_completed: 100 },
        { upstream_rq_retry_limit_exceeded: 45, upstream_rq_completed: 200 },
      ),
      finds: [target],
      says: '40 of 100 requests',
      effect: 'traffic',
    },
    {
      name: 'the first reading lacks the counter, since it had never moved',
      envoy: envoy({}, { upstream_rq_retry_limit_exceeded: 40, upstream_rq_completed: 150 }),
      finds: [target],
    },
  ],
  quiet: [
    {
      name: 'old ones that do not grow',
      envoy: envoy(
        { upstream_rq_retry_limit_exceeded: 500, upstream_rq_completed: 900 },
        { upstream_rq_retry_limit_exceeded: 500, upstream_rq_completed: 1500 },
      ),
      notEvaluated: [],
    },
    {
      name: 'nineteen',
      envoy: envoy({}, { upstream_rq_retry_limit_exceeded: 19, upstream_rq_completed: 30 }),
      notEvaluated: [],
    },
    {
      name: 'fewer than one in a hundred',
      envoy: envoy({}, { upstream_rq_retry_limit_exceeded: 20, upstream_rq_completed: 2001 }),
      notEvaluated: [],
    },
    {
      name: 'one reading alone says nothing of now',
      envoy: envoy({ upstream_rq_retry_limit_exceeded: 500, upstream_rq_completed: 900 }),
      notEvaluated: [target],
    },
    {
      name: 'Envoy restarted between the readings',
      envoy: envoy(
        { upstream_rq_retry_limit_exceeded: 500, upstream_rq_completed: 900, 'server.uptime': 9000 },
        { upstream_rq_retry_limit_exceeded: 300, upstream_rq_completed: 400, 'server.uptime': 20 },
      ),
      notEvaluated: [target],
    },
    { name: 'the counters were not read', envoy: `${envoy({})}without: [stats]\n`, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
