import { afterTheEnd } from '../../support/frozen.ts';
import { gatewayLogging, loggingListener } from '../../support/gateway-logs.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const json = (value: string): string =>
  `{ accessLog: { file: { path: /dev/stdout, format: { json: [{ key: status, value: '%RESPONSE_CODE%' }, { key: why, value: '${value}' }] } } } }`;
const text = (line: string): string =>
  loggingListener(`path: /dev/stdout, log_format: { text_format_source: { inline_string: '${line}' } }`);

export default {
  fires: [
    {
      name: 'JSON without flags',
      manifests: gatewayLogging(json('%DURATION%')),
      finds: ['VirtualGateway shop/edge'],
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'text without flags, as Envoy runs it',
      envoy: `connected: true\n${text('%REQ(:PATH)% %RESPONSE_CODE%')}`,
      finds: ['VirtualGateway shop/edge'],
      says: 'leaves out the response flags',
    },
    {
      name: 'frozen',
      envoy: `connected: false\n${text('%RESPONSE_CODE%')}`,
      now: afterTheEnd,
      finds: ['VirtualGateway shop/edge'],
      effect: 'standing',
    },
  ],
  quiet: [
    { name: 'the default format', envoy: loggingListener('path: /dev/stdout'), notEvaluated: [] },
    { name: 'flags', manifests: gatewayLogging(json('%RESPONSE_FLAGS%')), notEvaluated: [] },
    { name: 'the details tell more than the flags', envoy: text('%RESPONSE_CODE_DETAILS%'), notEvaluated: [] },
    { name: 'long flags', envoy: text('%RESPONSE_FLAGS_LONG%'), notEvaluated: [] },
    { name: 'no access log is told by another rule', manifests: gatewayLogging(''), notEvaluated: [] },
  ],
} satisfies RuleCases;
