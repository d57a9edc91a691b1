import { afterTheEnd, deployment, pod } from '../../support/frozen.ts';
import { gatewayLogging, loggingListener } from '../../support/gateway-logs.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const toFile = gatewayLogging('{ accessLog: { file: { path: /var/log/envoy/access.log } } }');

export default {
  fires: [
    {
      name: 'a file in the container',
      manifests: toFile + deployment(),
      finds: ['VirtualGateway shop/edge'],
      says: 'writes its access log to /var/log/envoy/access.log inside the container',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'as the frozen Envoy runs it',
      manifests: gatewayLogging('') + pod('edge-1'),
      envoy: `connected: false\n${loggingListener('path: /tmp/access.log')}`,
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
  ],
  quiet: [
    {
      name: 'the output of the container',
      manifests: gatewayLogging('{ accessLog: { file: { path: /dev/stdout } } }') + deployment(),
      notEvaluated: [],
    },
    {
      name: 'another name of it',
      envoy: loggingListener('path: /proc/1/fd/1'),
      manifests: gatewayLogging('') + pod('edge-1'),
      notEvaluated: [],
    },
    {
      name: 'a volume is mounted there',
      manifests: toFile + deployment({ envoy: 'volumeMounts: [{ name: logs, mountPath: /var/log/envoy }]' }),
      notEvaluated: [],
    },
    { name: 'its pods were not seen', manifests: toFile, notEvaluated: ['VirtualGateway shop/edge'] },
    { name: 'a stream to a collector', envoy: loggingListener('common_config: {}'), notEvaluated: [] },
  ],
} satisfies RuleCases;
