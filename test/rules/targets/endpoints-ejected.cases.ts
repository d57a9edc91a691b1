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
const active = 'outlier_detection.ejections_active';

export default {
  fires: [
    {
      name: 'one of two hosts is out',
      envoy: envoy({ [active]: 1, membership_total: 2 }),
      finds: [target],
      says: '1 of 2 hosts of',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'so many that Envoy panics',
      envoy: envoy({ [active]: 2, lb_healthy_panic: 3 }, { [active]: 2, lb_healthy_panic: 30 }),
      finds: [target],
      says: 'panic mode',
    },
    {
      name: 'the hosts are named where they were read',
      envoy: `${envoy({ [active]: 1 })}hosts: { ${cluster}: { '10.0.0.7:9090': [failed_outlier_check], '10.0.0.8:9090': [] } }\n`,
      finds: [target],
    },
  ],
  quiet: [
    { name: 'none is out now', envoy: envoy({ [active]: 2 }, { [active]: 0 }), notEvaluated: [] },
    { name: 'outlier detection is off', envoy: envoy({ membership_total: 2 }), notEvaluated: [] },
    {
      name: 'ejected once, long ago',
      envoy: envoy({ 'outlier_detection.ejections_enforced_total': 9, [active]: 0 }),
      notEvaluated: [],
    },
    { name: 'the counters were not read', envoy: `${envoy({})}without: [stats]\n`, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
