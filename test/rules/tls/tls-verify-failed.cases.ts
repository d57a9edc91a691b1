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
        { 'ssl.fail_verify_error': 5, upstream_cx_total: 100 },
        { 'ssl.fail_verify_error': 45, upstream_cx_total: 200 },
      ),
      finds: [target],
      says: '40 times',
      effect: 'traffic',
    },
    {
      name: 'the first reading lacks the counter, since it had never moved',
      envoy: envoy({}, { 'ssl.fail_verify_error': 40, upstream_cx_total: 150 }),
      finds: [target],
    },
    {
      name: 'the name is not the one accepted',
      envoy: envoy({}, { 'ssl.fail_verify_san': 30, upstream_cx_total: 30 }),
      finds: [target],
      severity: 'error',
    },
  ],
  quiet: [
    {
      name: 'old ones that do not grow',
      envoy: envoy(
        { 'ssl.fail_verify_error': 500, upstream_cx_total: 900 },
        { 'ssl.fail_verify_error': 500, upstream_cx_total: 1500 },
      ),
      notEvaluated: [],
    },
    {
      name: 'nineteen',
      envoy: envoy({}, { 'ssl.fail_verify_error': 19, upstream_cx_total: 30 }),
      notEvaluated: [],
    },
    {
      name: 'fewer than one in a hundred',
      envoy: envoy({}, { 'ssl.fail_verify_error': 20, upstream_cx_total: 2001 }),
      notEvaluated: [],
    },
    {
      name: 'one reading alone says nothing of now',
      envoy: envoy({ 'ssl.fail_verify_error': 500, upstream_cx_total: 900 }),
      notEvaluated: [target],
    },
    {
      name: 'Envoy restarted between the readings',
      envoy: envoy(
        { 'ssl.fail_verify_error': 500, upstream_cx_total: 900, 'server.uptime': 9000 },
        { 'ssl.fail_verify_error': 300, upstream_cx_total: 400, 'server.uptime': 20 },
      ),
      notEvaluated: [target],
    },
    { name: 'the counters were not read', envoy: `${envoy({})}without: [stats]\n`, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
