import { afterTheEnd, virtualGateway } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { tracedPod, xray } from '../../support/traced.ts';

const rate = (value: string): string =>
  virtualGateway + tracedPod(`${xray}, { name: XRAY_SAMPLING_RATE, value: '${value}' }`);
const manager = (tracing: string): string =>
  `connected: false\nlisteners: [{ name: lds_ingress_0.0.0.0_8088, rds: r, manager: { tracing: ${tracing} } }]`;

export default {
  fires: [
    {
      name: 'the rate is 0',
      manifests: rate('0.0'),
      finds: ['VirtualGateway shop/edge'],
      effect: 'latent',
      severity: 'info',
    },
    {
      name: 'a sampling of 0 %, as Envoy prints it',
      envoy: manager('{ random_sampling: {} }'),
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
  ],
  quiet: [
    { name: 'the default', manifests: virtualGateway + tracedPod(xray), notEvaluated: [] },
    { name: 'five in a hundred', manifests: rate('0.05'), notEvaluated: [] },
    { name: 'an empty rate', manifests: rate(''), notEvaluated: [] },
    { name: 'sampling all by default', envoy: manager('{}'), notEvaluated: [] },
    {
      name: 'tracing is off',
      manifests: virtualGateway + tracedPod("{ name: XRAY_SAMPLING_RATE, value: '0' }"),
      notEvaluated: [],
    },
  ],
} satisfies RuleCases;
