import type { RuleCases } from '../../support/rule-table.ts';

const edge = 'VirtualGateway shop/edge';
const cluster = 'cds_egress_shop_mesh-allow-all';
const envoy = (...reads: readonly number[]) => `
connected: false
clusters: { ${cluster}: ['0.0.0.0:1'] }
stats: [${reads.map((sent) => `{ cluster.${cluster}.upstream_rq_total: ${sent} }`).join(', ')}]
`;

export default {
  fires: [
    {
      name: 'requests go there',
      envoy: envoy(3, 9),
      finds: [edge],
      says: '6 requests left edge',
      effect: 'traffic',
      severity: 'warning',
    },
    { name: 'each gateway pod is read: one finding', envoy: [envoy(3, 9), envoy(0, 2)], finds: [edge] },
  ],
  quiet: [
    { name: 'none went there between the readings', envoy: envoy(9, 9), notEvaluated: [] },
    { name: 'one reading alone says nothing of now', envoy: envoy(9), notEvaluated: [edge] },
    {
      name: 'what goes to AWS itself is meant to',
      envoy: `
connected: false
clusters: { cds_egress_shop_amazonaws: ['0.0.0.0:1'] }
stats: [{}, { cluster.cds_egress_shop_amazonaws.upstream_rq_total: 9 }]
`,
      notEvaluated: [],
    },
    { name: 'the counters were not read', envoy: `${envoy(1)}without: [stats]\n`, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
