import type { RuleCases } from '../../support/rule-table.ts';

const clusters = 'clusters: { web: [web.shop:80] }';
const warming = (name: string, at: string): string => `
connected: true
${clusters}
warming: { clusters: { ${name}: '${at}' }, secrets: [web-tls] }
stats: [{ cluster_manager.warming_clusters: 1 }]
`;

export default {
  fires: [
    {
      name: 'a new cluster that waits for a secret',
      envoy: warming('pay', '2026-06-01T11:50:00.000Z'),
      finds: ['VirtualGateway shop/edge'],
      says: 'Cluster pay of gateway edge has been warming since 2026-06-01T11:50:00.000Z: it is not in use',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'an update of a cluster that serves',
      envoy: warming('web', '2026-06-01T11:50:00.000Z'),
      finds: ['VirtualGateway shop/edge'],
      effect: 'latent',
    },
    {
      name: 'a listener that never served',
      envoy: "connected: true\nwarming: { listeners: { lds_ingress_0.0.0.0_8088: '2026-06-01T11:00:00.000Z' } }",
      finds: ['VirtualGateway shop/edge'],
      effect: 'traffic',
    },
  ],
  quiet: [
    { name: 'warming since seconds', envoy: warming('pay', '2026-06-01T11:59:40.000Z'), notEvaluated: [] },
    {
      name: 'versions of resources differ in health',
      envoy: `connected: true\n${clusters}\nlisteners: [{ name: lds_ingress_0.0.0.0_8088 }]`,
      notEvaluated: [],
    },
    { name: 'a refused update is no warming', envoy: 'refusedClusters: { pay: bad }', notEvaluated: [] },
    { name: 'no Envoy was read', manifests: '', notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
