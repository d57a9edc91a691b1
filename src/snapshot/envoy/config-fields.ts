import type { EnvoySection } from './section.ts';

/** The lists (and the one object) of a config dump that are read, by the names `?resource=` and `?mask=` take. */
export const configFields = [
  'bootstrap',
  'static_listeners',
  'dynamic_listeners',
  'static_route_configs',
  'dynamic_route_configs',
  'static_clusters',
  'dynamic_active_clusters',
  'dynamic_warming_clusters',
  'static_endpoint_configs',
  'dynamic_endpoint_configs',
  'static_secrets',
  'dynamic_active_secrets',
  'dynamic_warming_secrets',
] as const;

export type ConfigField = (typeof configFields)[number];

/** The sections that a config dump fills. */
export type ConfigSection = Extract<
  EnvoySection,
  'bootstrap' | 'listener_config' | 'routes' | 'cluster_config' | 'endpoints' | 'secrets'
>;

/** The fields that together are a section: it was read whole when each of them was. */
export const fieldsOfSection: Readonly<Record<ConfigSection, readonly ConfigField[]>> = {
  bootstrap: ['bootstrap'],
  listener_config: ['static_listeners', 'dynamic_listeners'],
  routes: ['static_route_configs', 'dynamic_route_configs'],
  cluster_config: ['static_clusters', 'dynamic_active_clusters', 'dynamic_warming_clusters'],
  endpoints: ['static_endpoint_configs', 'dynamic_endpoint_configs'],
  secrets: ['static_secrets', 'dynamic_active_secrets', 'dynamic_warming_secrets'],
};

/** The section an element of a whole dump fills, by the last word of its `@type` (`envoy.admin.v3.*ConfigDump`). */
export const sectionOfDump: ReadonlyMap<string, ConfigSection> = new Map([
  ['BootstrapConfigDump', 'bootstrap'],
  ['ListenersConfigDump', 'listener_config'],
  ['RoutesConfigDump', 'routes'],
  ['ClustersConfigDump', 'cluster_config'],
  ['EndpointsConfigDump', 'endpoints'],
  ['SecretsConfigDump', 'secrets'],
]);

/** The field an element of an answer to `?resource=` came from, by the last word of its `@type`. */
export const fieldOfElement: ReadonlyMap<string, ConfigField> = new Map([
  ['Bootstrap', 'bootstrap'],
  ['StaticListener', 'static_listeners'],
  ['DynamicListener', 'dynamic_listeners'],
  ['Listener', 'dynamic_listeners'],
  ['StaticRouteConfig', 'static_route_configs'],
  ['DynamicRouteConfig', 'dynamic_route_configs'],
  ['RouteConfiguration', 'dynamic_route_configs'],
  ['StaticCluster', 'static_clusters'],
  ['DynamicCluster', 'dynamic_active_clusters'],
  ['Cluster', 'dynamic_active_clusters'],
  ['StaticEndpointConfig', 'static_endpoint_configs'],
  ['DynamicEndpointConfig', 'dynamic_endpoint_configs'],
  ['ClusterLoadAssignment', 'dynamic_endpoint_configs'],
  ['StaticSecret', 'static_secrets'],
  ['DynamicSecret', 'dynamic_active_secrets'],
]);

/** What a request for `/config_dump` asked for, as far as the page's origin tells. */
export interface ConfigAsked {
  /** `?resource=`: the one field asked for, null where the whole dump was. */
  readonly resource: ConfigField | null;
  /** `?mask=`: the fields asked for whole; null where nothing was masked. A field masked from within is in none. */
  readonly mask: ReadonlySet<string> | null;
  /** `?include_eds`: without it Envoy tells of no endpoints. */
  readonly endpoints: boolean;
  /** `?name_regex=`: only some resources. */
  readonly filtered: boolean;
}

/** Reads the query of a config dump's origin; a file's path has none and asked for everything. */
export function readConfigAsked(origin: string): ConfigAsked {
  const query = /config_dump\?([^#\s]*)/.exec(origin)?.[1];
  if (query === undefined) return { resource: null, mask: null, endpoints: false, filtered: false };
  const parameters = new URLSearchParams(query);
  const mask = parameters.get('mask');
  const resource = parameters.get('resource');
  return {
    resource: configFields.find((field) => field === resource) ?? null,
    mask: mask === null ? null : fieldsOfMask(mask.split(',')),
    endpoints: parameters.has('include_eds'),
    filtered: parameters.has('name_regex'),
  };
}

/** What of a Bootstrap is read; the rest of it is large (every extension of the build) and may be masked away. */
const bootstrapNeeds = [
  'bootstrap.node.id',
  'bootstrap.node.cluster',
  'bootstrap.admin',
  'bootstrap.dynamic_resources',
];

/** True where the parts of a Bootstrap that tell of statistics and traces were asked for; masks of older bundles left them out. */
export function asksTelemetry({ mask }: ConfigAsked): boolean {
  if (mask === null || !mask.has('bootstrap.admin')) return true;
  return ['bootstrap.stats_sinks', 'bootstrap.stats_config', 'bootstrap.tracing'].every((path) => mask.has(path));
}

function fieldsOfMask(paths: readonly string[]): ReadonlySet<string> {
  const asked = (need: string): boolean => paths.some((path) => need === path || need.startsWith(`${path}.`));
  return new Set(bootstrapNeeds.every(asked) ? [...paths, 'bootstrap'] : paths);
}
