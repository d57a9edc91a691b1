import { afterTheEnd } from '../../support/frozen.ts';
import { gatewayLogging, loggingListener, silentListener } from '../../support/gateway-logs.ts';
import type { RuleCases } from '../../support/rule-table.ts';

export default {
  fires: [
    {
      name: 'the object asks for none',
      manifests: gatewayLogging(''),
      finds: ['VirtualGateway shop/edge'],
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'the Envoy writes none, whatever the object asks for',
      manifests: gatewayLogging('{ accessLog: { file: { path: /dev/stdout } } }'),
      envoy: `connected: true\n${silentListener}`,
      finds: ['VirtualGateway shop/edge'],
      says: 'writes no access log',
    },
    {
      name: 'frozen: nobody can turn it on',
      envoy: `connected: false\n${silentListener}`,
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
      severity: 'info',
    },
  ],
  quiet: [
    {
      name: 'the object asks for one',
      manifests: gatewayLogging('{ accessLog: { file: { path: /dev/stdout } } }'),
      notEvaluated: [],
    },
    {
      name: 'the Envoy writes one, though the object does not say so',
      manifests: gatewayLogging(''),
      envoy: loggingListener('path: /dev/stdout'),
      notEvaluated: [],
    },
    {
      name: 'an Envoy that no gateway of App Mesh is',
      envoy: `node: edge-1\n${silentListener}`,
      notEvaluated: [],
    },
    {
      name: 'an empty Envoy has no connection manager',
      envoy: 'connected: false',
      notEvaluated: ['VirtualGateway shop/edge'],
    },
  ],
} satisfies RuleCases;
