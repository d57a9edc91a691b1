import type { RuleCases } from '../../support/rule-table.ts';

const listener = 'lds_ingress_0.0.0.0_8088';

export default {
  fires: [
    {
      name: "the words of Envoy's own log",
      envoy: `connected: true\nlisteners: [{ name: ${listener} }]`,
      accessLog:
        '[2026-06-01 11:50:00.123][12][warning][config] [source/x.cc:130] gRPC config for type.googleapis.com/envoy.config.route.v3.RouteConfiguration rejected: Only a single wildcard domain is permitted in route r',
      finds: ['VirtualGateway shop/edge'],
      says: 'Only a single wildcard domain is permitted in route r',
      effect: 'latent',
    },
    {
      name: 'an update of a listener that serves',
      envoy: `connected: false\nlisteners: [{ name: ${listener}, refused: 'Unable to parse: %FOO%' }]`,
      finds: ['VirtualGateway shop/edge'],
      says: 'Unable to parse: %FOO%',
      effect: 'latent',
      severity: 'error',
    },
    {
      name: 'a listener that never had an accepted version',
      envoy: 'connected: false\nlisteners: [{ name: lds_ingress_0.0.0.0_80, onlyRefused: true, refused: cannot bind }]',
      finds: ['VirtualGateway shop/edge'],
      effect: 'traffic',
    },
    {
      name: 'a cluster',
      envoy: 'connected: false\nrefusedClusters: { cds_egress_shop_web_shop_http_80: bad }',
      finds: ['VirtualGateway shop/edge'],
      says: 'cds_egress_shop_web_shop_http_80',
    },
    {
      name: 'a counter that grows, with nothing in the dump',
      envoy:
        'connected: true\nstats: [{ cluster_manager.cds.update_rejected: 1 }, { cluster_manager.cds.update_rejected: 3 }]',
      finds: ['VirtualGateway shop/edge'],
      severity: 'error',
    },
    {
      name: 'an old counter alone is information',
      envoy:
        'connected: false\nstats: [{ listener_manager.lds.update_rejected: 2 }, { listener_manager.lds.update_rejected: 2 }]',
      finds: ['VirtualGateway shop/edge'],
      severity: 'info',
    },
    {
      name: 'a refused route configuration leaves the counter alone',
      envoy: `
connected: false
listeners: [{ name: ${listener}, rds: rds_ingress_http_8088, statPrefix: ingress }]
routes: { rds_ingress_http_8088: { self_redirect: [] } }
stats: [{ http.ingress.rds.rds_ingress_http_8088.update_rejected: 1 }]
`,
      finds: ['VirtualGateway shop/edge'],
      says: 'rds_ingress_http_8088',
      severity: 'info',
    },
  ],
  quiet: [
    {
      name: 'App Mesh closes its stream every half hour: update_failure is no refusal',
      envoy: `connected: true\nlisteners: [{ name: ${listener} }]\nstats: [{ listener_manager.lds.update_failure: 84 }, { listener_manager.lds.update_failure: 86, cluster_manager.cds.update_failure: 86 }]`,
      notEvaluated: [],
    },
    { name: 'a counter at nought', envoy: 'stats: [{ listener_manager.lds.update_rejected: 0 }]', notEvaluated: [] },
    { name: 'no Envoy was read', manifests: '', notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
