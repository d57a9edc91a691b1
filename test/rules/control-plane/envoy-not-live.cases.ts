import type { RuleCases } from '../../support/rule-table.ts';

export default {
  fires: [
    {
      name: 'it never received its clusters',
      envoy: 'connected: false\nstate: PRE_INITIALIZING\nstats: [{ cluster_manager.cds.update_success: 0 }]',
      finds: ['VirtualGateway shop/edge'],
      says: 'is PRE_INITIALIZING and serves nothing',
      effect: 'traffic',
      severity: 'error',
    },
    {
      name: 'a cluster warms for ever',
      envoy: 'node: edge-1\nconnected: true\nstate: INITIALIZING\nrefusedClusters: { web: bad }',
      finds: ['Envoy edge-1'],
      effect: 'traffic',
    },
    {
      name: 'draining under a living control plane is a warning',
      envoy: 'node: edge-1\nconnected: true\nstate: DRAINING',
      finds: ['Envoy edge-1'],
      says: 'is DRAINING',
      severity: 'warning',
    },
    {
      name: 'only /ready was read',
      envoy: 'connected: false\nstate: INITIALIZING\nwithout: [server_info, stats]',
      finds: ['VirtualGateway shop/edge'],
    },
  ],
  quiet: [
    { name: 'live', envoy: 'connected: false', notEvaluated: [] },
    {
      name: 'it started a moment ago',
      envoy: 'connected: true\nstate: INITIALIZING\nuptime: 5',
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    { name: 'neither page was read', envoy: 'without: [server_info, ready]', notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
