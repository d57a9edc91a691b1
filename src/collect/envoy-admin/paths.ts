import { type ConfigField, configFields } from '../../snapshot/envoy/config-fields.ts';

/**
 * What is needed of the bootstrap. `?resource=` takes repeated fields only (status 400 for `bootstrap` on 1.36.2 and 1.40.0),
 * and a mask alone makes Envoy write the whole dump first; a name that nothing has spares it that.
 */
export const bootstrapPath =
  '/config_dump?mask=bootstrap.node.id,bootstrap.node.cluster,bootstrap.admin,bootstrap.dynamic_resources,bootstrap.stats_sinks,bootstrap.stats_config,bootstrap.tracing&name_regex=%5E%24';

/** The bootstrap whole, for `rescue`: about 100 KB more, which name every extension of the build. */
export const wholeBootstrapPath = '/config_dump?mask=bootstrap&name_regex=%5E%24';

/** The path of one list of the configuration. */
export type ListPath = `/config_dump?resource=${Exclude<ConfigField, 'bootstrap'>}${'' | '&include_eds'}`;

/** Every path that is ever asked of an admin endpoint, always with GET: none changes anything in an Envoy. */
export type AdminPath =
  | '/server_info'
  | '/ready'
  | '/listeners?format=json'
  | ListPath
  | `${ListPath}&name_regex=${string}`
  | `${ListPath}&mask=route_config.name&name_regex=${string}`
  | typeof bootstrapPath
  | typeof wholeBootstrapPath
  | '/config_dump?include_eds'
  | '/clusters?format=json'
  | '/stats?format=json&usedonly'
  | `/stats?format=json&type=${'Counters' | 'Gauges'}&usedonly`
  | '/stats?format=json&type=TextReadouts'
  | '/certs'
  | '/runtime';

const fixed: readonly AdminPath[] = [
  '/server_info',
  '/ready',
  '/listeners?format=json',
  bootstrapPath,
  wholeBootstrapPath,
  '/config_dump?include_eds',
  '/clusters?format=json',
  '/stats?format=json&usedonly',
  '/stats?format=json&type=Counters&usedonly',
  '/stats?format=json&type=Gauges&usedonly',
  '/stats?format=json&type=TextReadouts',
  '/certs',
  '/runtime',
];
const paths: ReadonlySet<string> = new Set([
  ...fixed,
  ...configFields.flatMap((field): readonly AdminPath[] =>
    field === 'bootstrap' ? [] : [`/config_dump?resource=${field}`, `/config_dump?resource=${field}&include_eds`],
  ),
]);

/** Whether a path, with its query, is one of these; a part of a list (`name_regex`) is not: it is asked for by nobody else. */
export function isAdminPath(path: string): path is AdminPath {
  return paths.has(path);
}
