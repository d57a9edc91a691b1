import type { RuleCases } from '../../support/rule-table.ts';

export default {
  fires: [
    {
      name: 'an App Mesh gateway whose control plane ended: a standing fact, with the age of its configuration',
      envoy: 'connected: false\nlisteners: [{ name: lds_ingress_0.0.0.0_8088 }]',
      finds: ['VirtualGateway shop/edge'],
      says: 'last changed on 2026-09-01',
      effect: 'standing',
      severity: 'info',
    },
    {
      name: 'told once for all Envoys of a gateway',
      envoy: ['connected: false', 'connected: false'],
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
    {
      name: 'an Envoy of another control plane',
      envoy: 'node: edge-1\nconnected: false',
      finds: ['Envoy edge-1'],
      says: 'takes no change',
      effect: 'latent',
      severity: 'warning',
    },
  ],
  quiet: [
    { name: 'connected', envoy: 'connected: true', notEvaluated: [] },
    {
      name: 'the half-hourly close of a healthy stream: away at one reading, back at the next',
      envoy: 'stats: [{ control_plane.connected_state: 0 }, { control_plane.connected_state: 1 }]',
      notEvaluated: [],
    },
    {
      name: 'the stats were read and do not tell',
      envoy: 'stats: [{ server.live: 1 }]',
      notEvaluated: ['VirtualGateway shop/edge'],
    },
    { name: 'the stats were not read', envoy: 'without: [stats]', notEvaluated: ['rule'] },
    { name: 'objects alone cannot tell', manifests: '', notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
