import { asDurationMs, asObject } from '../../lib/json.ts';
import { readCluster, readEndpoints, readSecret } from './cluster-config.ts';
import { type At, addressOf, inside, itemsOf, placeOf, textOf } from './fields.ts';
import { type ListenerRead, readDynamicListener, readStaticListener } from './listener-config.ts';
import { readRouteConfig } from './route-config.ts';
import type { EnvoySection } from './section.ts';
import type { Bootstrap, ClusterConfig, ClusterEndpoints, ListenerConfig, RouteConfig, SecretState } from './view.ts';

/** What a config dump, or a part of one, holds. A section it does not hold is not in `sections`. */
export interface ConfigDump {
  readonly sections: ReadonlySet<EnvoySection>;
  readonly bootstrap: Bootstrap | null;
  readonly listeners: readonly ListenerConfig[];
  readonly routes: readonly RouteConfig[];
  readonly clusters: readonly ClusterConfig[];
  readonly endpoints: readonly ClusterEndpoints[];
  readonly secrets: readonly SecretState[];
}

interface Builder {
  readonly sections: Set<EnvoySection>;
  bootstrap: Bootstrap | null;
  readonly listeners: ListenerConfig[];
  readonly routes: RouteConfig[];
  readonly clusters: ClusterConfig[];
  readonly endpoints: ClusterEndpoints[];
  readonly secrets: SecretState[];
}

/**
 * Reads `/config_dump`: whole, or the answer to `?resource=…`, whose `configs` hold the elements of that one field.
 * `resource` is the field that was asked for; null for a whole dump.
 */
export function readConfigDump(document: string, page: unknown, resource: string | null): ConfigDump {
  const dump: Builder = {
    sections: new Set(),
    bootstrap: null,
    listeners: [],
    routes: [],
    clusters: [],
    endpoints: [],
    secrets: [],
  };
  const root: At = { document, pointer: '', value: asObject(page) };
  for (const config of itemsOf(root, 'configs')) {
    if (resource !== null && resource !== 'bootstrap') readElement(dump, config, resource);
    else readWhole(dump, config);
  }
  if (resource !== null) for (const section of sectionsOf(resource)) dump.sections.add(section);
  return dump;
}

const fields: Readonly<Record<string, readonly string[]>> = {
  ListenersConfigDump: ['static_listeners', 'dynamic_listeners'],
  RoutesConfigDump: ['static_route_configs', 'dynamic_route_configs'],
  ScopedRoutesConfigDump: [],
  ClustersConfigDump: ['static_clusters', 'dynamic_active_clusters', 'dynamic_warming_clusters'],
  EndpointsConfigDump: ['static_endpoint_configs', 'dynamic_endpoint_configs'],
  SecretsConfigDump: ['static_secrets', 'dynamic_active_secrets', 'dynamic_warming_secrets'],
};

function readWhole(dump: Builder, config: At): void {
  const type = textOf(config, '@type').split('.').at(-1) ?? '';
  if (type === 'BootstrapConfigDump') {
    dump.sections.add('bootstrap');
    dump.bootstrap = readBootstrap(config);
    return;
  }
  for (const field of fields[type] ?? []) {
    for (const section of sectionsOf(field)) dump.sections.add(section);
    for (const element of itemsOf(config, field)) readElement(dump, element, field);
  }
}

/** The sections a field of the config dump fills. */
export function sectionsOf(field: string): readonly EnvoySection[] {
  if (field === 'bootstrap') return ['bootstrap'];
  if (field.endsWith('listeners')) return ['listener_config'];
  if (field.endsWith('route_configs')) return ['routes'];
  if (field.endsWith('clusters')) return ['cluster_config'];
  if (field.endsWith('endpoint_configs')) return ['endpoints'];
  return field.endsWith('secrets') ? ['secrets'] : [];
}

function readElement(dump: Builder, at: At, field: string): void {
  switch (field) {
    case 'static_listeners':
      addListener(dump, readStaticListener(at));
      return;
    case 'dynamic_listeners':
      addListener(dump, readDynamicListener(at));
      return;
    case 'static_route_configs':
    case 'dynamic_route_configs':
      addRoutes(dump, readRouteConfig(at));
      return;
    case 'static_clusters':
      dump.clusters.push(readCluster(at, 'static'));
      return;
    case 'dynamic_active_clusters':
      dump.clusters.push(readCluster(at, 'active'));
      return;
    case 'dynamic_warming_clusters':
      dump.clusters.push(readCluster(at, 'warming'));
      return;
    case 'static_endpoint_configs':
    case 'dynamic_endpoint_configs':
      dump.endpoints.push(readEndpoints(at));
      return;
    case 'static_secrets':
    case 'dynamic_active_secrets':
    case 'dynamic_warming_secrets':
      dump.secrets.push(
        readSecret(at, field === 'static_secrets' ? 'static' : field.includes('warming') ? 'warming' : 'active'),
      );
  }
}

function addListener(dump: Builder, { listeners, inline }: ListenerRead): void {
  dump.listeners.push(...listeners);
  for (const table of inline) addRoutes(dump, table);
}

/** An inline table stands twice in a whole dump: in its listener and among the static route configurations. */
function addRoutes(dump: Builder, table: RouteConfig): void {
  const known = table.version === '' && dump.routes.some(({ name, version }) => name === table.name && version === '');
  if (!known) dump.routes.push(table);
}

function readBootstrap(config: At): Bootstrap {
  const bootstrap = inside(config, 'bootstrap');
  const node = inside(bootstrap, 'node');
  const dynamic = inside(bootstrap, 'dynamic_resources');
  return {
    place: placeOf(bootstrap),
    nodeId: textOf(node, 'id'),
    nodeCluster: textOf(node, 'cluster'),
    admin: addressOf(inside(bootstrap, 'admin').value.address),
    dynamic: dynamic.value.lds_config !== undefined || dynamic.value.cds_config !== undefined,
    listenerFetchTimeoutMs: asDurationMs(inside(dynamic, 'lds_config').value.initial_fetch_timeout) ?? null,
  };
}
