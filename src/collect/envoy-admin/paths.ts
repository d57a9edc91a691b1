import type { ConfigField } from '../../snapshot/envoy/config-fields.ts';

/** Every path that is ever asked of an admin endpoint, always with GET: none changes anything in an Envoy. */
export type AdminPath =
  | '/server_info'
  | '/ready'
  | '/listeners?format=json'
  | `/config_dump?resource=${ConfigField}${'' | '&include_eds'}`
  | '/config_dump?include_eds'
  | '/clusters?format=json'
  | '/stats?format=json&usedonly'
  | `/stats?format=json&type=${'Counters' | 'Gauges'}&usedonly`
  | '/stats?format=json&type=TextReadouts'
  | '/certs'
  | '/runtime';
