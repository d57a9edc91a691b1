import { afterTheEnd } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

export default {
  fires: [
    {
      name: 'a gateway of a control plane that lives',
      envoy: 'version: 1.34.13\nconnected: true',
      finds: ['VirtualGateway shop/edge'],
      says: 'Envoy 1.34.13, whose release ended on 2026-04-15',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'a frozen gateway: a standing fact',
      envoy: 'version: 1.34.13\nconnected: false',
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
      severity: 'info',
    },
    {
      name: 'two pods of two releases, both ended',
      envoy: ['version: 1.29.9\nconnected: true', 'version: 1.20.0\nconnected: true'],
      finds: ['VirtualGateway shop/edge', 'VirtualGateway shop/edge'],
    },
    {
      name: 'older than the table reaches',
      envoy: 'version: 1.9.1\nconnected: true',
      finds: ['VirtualGateway shop/edge'],
    },
  ],
  quiet: [
    { name: 'a release that is kept', envoy: 'version: 1.37.2', notEvaluated: [] },
    { name: 'the last day before the end', envoy: 'version: 1.36.4', now: '2026-10-13T23:59:00Z', notEvaluated: [] },
    { name: 'a release whose end is not known', envoy: 'version: 1.40.0', notEvaluated: [] },
    { name: 'a build without a version', envoy: "version: ''", notEvaluated: [] },
    { name: 'server_info was not read', envoy: 'without: [server_info]', notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
