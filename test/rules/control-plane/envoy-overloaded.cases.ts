import type { RuleCases } from '../../support/rule-table.ts';

const action = 'overload.envoy.overload_actions.stop_accepting_requests.active';
const heap = 'overload.envoy.resource_monitors.fixed_heap.pressure';
const overflow = 'listener.0.0.0.0_8088.downstream_cx_overflow';

export default {
  fires: [
    {
      name: 'the overload manager is at work',
      envoy: `stats: [{ ${action}: 1, ${heap}: 97 }]`,
      finds: ['VirtualGateway shop/edge'],
      says: 'stop_accepting_requests is at work',
      effect: 'traffic',
      severity: 'warning',
    },
    {
      name: 'a limit of connections turns many away',
      envoy: `stats: [{ ${overflow}: 5 }, { ${overflow}: 105 }]`,
      finds: ['VirtualGateway shop/edge'],
      says: '100 connections or requests turned away within 60 seconds',
    },
    {
      name: 'requests closed',
      envoy:
        'stats: [{ http.ingress.downstream_rq_overload_close: 0 }, { http.ingress.downstream_rq_overload_close: 40 }]',
      finds: ['VirtualGateway shop/edge'],
    },
    {
      name: 'a few in each of two pods add up',
      envoy: [`stats: [{ ${overflow}: 0 }, { ${overflow}: 12 }]`, `stats: [{ ${overflow}: 5 }, { ${overflow}: 16 }]`],
      finds: ['VirtualGateway shop/edge'],
      says: '2 Envoys of gateway edge shed load: 23 connections or requests turned away',
    },
  ],
  quiet: [
    { name: 'pressure without action', envoy: `stats: [{ ${action}: 0, ${heap}: 91 }]`, notEvaluated: [] },
    { name: 'an old count', envoy: `stats: [{ ${overflow}: 900 }, { ${overflow}: 900 }]`, notEvaluated: [] },
    { name: 'a few', envoy: `stats: [{ ${overflow}: 1 }, { ${overflow}: 6 }]`, notEvaluated: [] },
    {
      name: 'one reading is no rate',
      envoy: `stats: [{ ${overflow}: 900 }]`,
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    { name: 'nothing was ever turned away', envoy: `stats: [{ ${overflow}: 0 }]`, notEvaluated: [] },
    {
      name: 'the admin listener is no matter',
      envoy: 'stats: [{ listener.admin.downstream_cx_overflow: 1 }, { listener.admin.downstream_cx_overflow: 99 }]',
      notEvaluated: [],
    },
    { name: 'stats were not read', envoy: 'state: LIVE', notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
