import { afterTheEnd, virtualGateway } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';
import { tracedPod, xray } from '../../support/traced.ts';

const daemon =
  "{ name: xray-daemon, image: 'amazon/aws-xray-daemon', ports: [{ containerPort: 2000, protocol: UDP }] }";

export default {
  fires: [
    {
      name: 'X-Ray without daemon',
      manifests: virtualGateway + tracedPod(xray),
      finds: ['VirtualGateway shop/edge'],
      says: 'send their X-Ray spans to port 2000 of their own pod, where nothing listens',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'Jaeger on the pod itself, frozen',
      manifests:
        virtualGateway +
        tracedPod(
          "{ name: ENABLE_ENVOY_JAEGER_TRACING, value: '1' }, { name: JAEGER_TRACER_ADDRESS, value: 127.0.0.1 }",
        ),
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      says: 'port 9411',
    },
  ],
  quiet: [
    { name: 'the daemon is there', manifests: virtualGateway + tracedPod(xray, daemon), notEvaluated: [] },
    {
      name: 'a collector on that port',
      manifests: virtualGateway + tracedPod(xray, "{ name: app, image: 'x', ports: [{ containerPort: 2000 }] }"),
      notEvaluated: [],
    },
    {
      name: 'the daemon of the node',
      manifests:
        virtualGateway +
        tracedPod(`${xray}, { name: AWS_XRAY_DAEMON_ADDRESS, valueFrom: { fieldRef: { fieldPath: status.hostIP } } }`),
      notEvaluated: [],
    },
    {
      name: 'tracing is off',
      manifests: virtualGateway + tracedPod("{ name: ENABLE_ENVOY_XRAY_TRACING, value: '0' }"),
      notEvaluated: [],
    },
    { name: 'no pod was read', manifests: virtualGateway, notEvaluated: ['rule'] },
  ],
} satisfies RuleCases;
