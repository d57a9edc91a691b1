import { afterTheEnd, pod, virtualGateway } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { tracedPod, xray } from '../../support/traced.ts';

const bootstrap = 'bootstrap: { tracing: { http: { name: envoy.tracers.xray } } }';
const manager = (tracing: string): string =>
  `listeners: [{ name: lds_ingress_0.0.0.0_8088, rds: r, manager: { tracing: ${tracing} } }]`;

export default {
  fires: [
    {
      name: 'none in the bootstrap',
      envoy: 'connected: true',
      finds: ['VirtualGateway shop/edge'],
      effect: 'latent',
      severity: 'info',
    },
    {
      name: 'an empty tracing of a connection manager is none',
      envoy: `connected: true\n${manager('{}')}`,
      finds: ['VirtualGateway shop/edge'],
    },
    {
      name: 'frozen',
      envoy: 'connected: false',
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
    { name: 'no variable in the pods', manifests: virtualGateway + pod('edge-1'), finds: ['VirtualGateway shop/edge'] },
  ],
  quiet: [
    { name: 'a tracer in the bootstrap', envoy: bootstrap, notEvaluated: [] },
    {
      name: 'a tracer of a connection manager',
      envoy: manager('{ provider: { name: envoy.tracers.zipkin } }'),
      notEvaluated: [],
    },
    { name: 'a variable turns X-Ray on', manifests: virtualGateway + tracedPod(xray), notEvaluated: [] },
    {
      name: 'a configuration of its own',
      manifests: virtualGateway + tracedPod('{ name: ENVOY_TRACING_CFG_FILE, value: /x.yaml }'),
      notEvaluated: [],
    },
    {
      name: 'no pod of this gateway',
      manifests: virtualGateway + pod('other', { labels: 'app: other' }),
      notEvaluated: ['VirtualGateway shop/edge'],
    },
  ],
} satisfies RuleCases;
