import { asList, asText, isObject, type JsonObject } from '../../lib/json.ts';
import { SharedValues } from '../../lib/shared.ts';
import { readBootstrap } from './bootstrap.ts';
import { readClusterConfig, readEndpoints } from './cluster-config.ts';
import {
  asksTelemetry,
  type ConfigAsked,
  type ConfigField,
  type ConfigSection,
  configFields,
  fieldOfElement,
  fieldsOfSection,
  sectionOfDump,
} from './config-fields.ts';
import { readBareListener, readDynamicListener, readStaticListener } from './listener-config.ts';
import { readRouteConfig } from './route-config.ts';
import type { Bootstrap, ClusterConfig, ClusterEndpoints, ListenerConfig, RouteConfig, SecretState } from './view.ts';

/** What one or several pages of `/config_dump` brought. */
export interface ConfigReading {
  bootstrap: Bootstrap | null;
  readonly listeners: ListenerConfig[];
  readonly routes: RouteConfig[];
  /** Route configurations found inside listeners; RoutesConfigDump repeats those, where it was read. */
  readonly inlineRoutes: RouteConfig[];
  readonly clusters: ClusterConfig[];
  readonly endpoints: ClusterEndpoints[];
  readonly secrets: SecretState[];
  /** The fields that were read whole. */
  readonly whole: Set<ConfigField>;
  /** The fields of which something was read. */
  readonly touched: Set<ConfigField>;
  /** True when a whole dump was read that held each of bootstrap, listeners and clusters. */
  complete: boolean;
  /** What a dump prints of each cluster, endpoint, secret and the bootstrap, by `document pointer`; null: not kept. */
  readonly bodies: Map<string, JsonObject> | null;
  /** Routes of one target are alike; null: each stays as it came. */
  readonly shared: SharedValues | null;
}

/** What is kept of a configuration. */
export interface ConfigKept {
  /** As Envoy prints it, to be changed by `rescue`. */
  readonly keepBodies: boolean;
  /** What is equal once. */
  readonly share: boolean;
}

/** A reading that has read nothing yet. */
export function emptyConfigReading({ keepBodies, share }: ConfigKept): ConfigReading {
  return {
    bootstrap: null,
    listeners: [],
    routes: [],
    inlineRoutes: [],
    clusters: [],
    endpoints: [],
    secrets: [],
    whole: new Set(),
    touched: new Set(),
    complete: false,
    bodies: keepBodies ? new Map() : null,
    shared: share ? new SharedValues() : null,
  };
}

/**
 * Adds a page of `/config_dump` to what was read: a whole dump, or the answer to `?resource=`, whose `configs` hold
 * the inner elements directly. False where it is not that page. `{}` is what Envoy answers where it has none of the
 * resource asked for.
 */
export function addConfigDump(to: ConfigReading, read: JsonObject, document: string, asked: ConfigAsked): boolean {
  const page = to.shared?.share(read) ?? read;
  if (!Array.isArray(page.configs)) {
    if (Object.keys(page).length > 0 || asked.resource === null) return false;
    markRead(to, asked.resource, asked);
    return true;
  }
  if (asked.resource !== null) markRead(to, asked.resource, asked);
  const dumps = new Set<string>();
  for (const [index, element] of asList(page.configs).entries()) {
    if (!isObject(element)) continue;
    const at = `/configs/${index}`;
    const type = lastWord(asText(element['@type']) ?? '');
    const field = asked.resource ?? fieldOfElement.get(type);
    if (field !== undefined) {
      if (asked.resource === null) markRead(to, field, asked);
      addElement(to, field, element, document, at);
      continue;
    }
    dumps.add(type);
    addDump(to, type, element, document, at, asked);
  }
  to.complete ||=
    asked.mask === null &&
    !asked.filtered &&
    ['BootstrapConfigDump', 'ListenersConfigDump', 'ClustersConfigDump'].every((type) => dumps.has(type));
  return true;
}

/**
 * Adds what Envoy says (with 404) where it keeps no dump that could hold the resource: no connection manager was ever
 * made, so there are no route configurations. Of endpoints it says so too when they were not asked for. False where
 * the text is not that.
 */
export function addNotFound(to: ConfigReading, text: string, asked: ConfigAsked): boolean {
  if (asked.resource === null || text.trim() !== `${asked.resource} not found in config dump`) return false;
  if (fieldsOfSection.endpoints.includes(asked.resource) && !asked.endpoints) return false;
  markRead(to, asked.resource, asked);
  return true;
}

/**
 * Adds the route configurations that stand inside listeners and that no RoutesConfigDump has told of. Envoy writes no
 * RoutesConfigDump before it has its first HTTP connection manager: in a whole dump without one there are no routes.
 */
export function finishConfig(to: ConfigReading): void {
  finishRoutes(to);
  // Nor does it write an EndpointsConfigDump before it has its first cluster.
  if (to.complete && to.clusters.length === 0 && isWhole(to, 'cluster_config')) markSection(to, 'endpoints');
}

function finishRoutes(to: ConfigReading): void {
  const names = new Set(to.routes.map(({ name }) => name));
  for (const routes of to.inlineRoutes) if (!names.has(routes.name)) to.routes.push(routes);
  if (to.routes.length > 0) to.touched.add('static_route_configs');
  if (fieldsOfSection.routes.some((field) => to.touched.has(field)) || !to.complete) return;
  if (to.listeners.every(({ http }) => http.length === 0)) markSection(to, 'routes');
}

function isWhole(to: ConfigReading, section: ConfigSection): boolean {
  return fieldsOfSection[section].every((field) => to.whole.has(field));
}

function markSection(to: ConfigReading, section: ConfigSection): void {
  for (const field of fieldsOfSection[section]) {
    to.touched.add(field);
    to.whole.add(field);
  }
}

function addDump(
  to: ConfigReading,
  type: string,
  dump: JsonObject,
  document: string,
  at: string,
  asked: ConfigAsked,
): void {
  const section = sectionOfDump.get(type);
  const fields = section ? fieldsOfSection[section] : configFields.filter((field) => field in dump);
  for (const field of fields) {
    if (asked.mask && !asked.mask.has(field)) continue;
    if (field === 'bootstrap') {
      if (!isObject(dump.bootstrap)) continue;
      to.bootstrap = readBootstrap(dump.bootstrap, document, `${at}/bootstrap`, asksTelemetry(asked));
      to.bodies?.set(`${document} ${at}/bootstrap`, dump.bootstrap);
    }
    markRead(to, field, asked);
    for (const [index, element] of asList(dump[field]).entries()) {
      if (isObject(element)) addElement(to, field, element, document, `${at}/${field}/${index}`);
    }
  }
}

function markRead(to: ConfigReading, field: ConfigField, asked: ConfigAsked): void {
  to.touched.add(field);
  const masked = asked.mask !== null && !(asked.resource === null && asked.mask.has(field));
  // A filter by name leaves the bootstrap alone: it has none.
  if ((!asked.filtered || field === 'bootstrap') && !masked) to.whole.add(field);
}

function addElement(to: ConfigReading, field: ConfigField, element: JsonObject, document: string, at: string): void {
  if (!field.endsWith('listeners') && !field.endsWith('route_configs')) to.bodies?.set(`${document} ${at}`, element);
  switch (field) {
    case 'bootstrap':
      to.bootstrap = isObject(element.bootstrap)
        ? readBootstrap(element.bootstrap, document, `${at}/bootstrap`, true)
        : readBootstrap(element, document, at, true);
      return;
    case 'static_listeners':
    case 'dynamic_listeners': {
      const bare = field === 'static_listeners' ? 'static' : 'active';
      const reading =
        readStaticListener(element, document, at) ??
        (isBareListener(element) ? readBareListener(element, bare, document, at) : null) ??
        readDynamicListener(element, document, at);
      if (!reading) return;
      to.listeners.push(reading.listener);
      to.inlineRoutes.push(...reading.inlineRoutes);
      return;
    }
    case 'static_route_configs':
    case 'dynamic_route_configs':
      push(to.routes, readRouteConfig(element, document, at));
      return;
    case 'static_clusters':
      push(to.clusters, readClusterConfig(element, 'static', document, at));
      return;
    case 'dynamic_active_clusters':
      push(to.clusters, readClusterConfig(element, 'active', document, at));
      return;
    case 'dynamic_warming_clusters':
      push(to.clusters, readClusterConfig(element, 'warming', document, at));
      return;
    case 'static_endpoint_configs':
    case 'dynamic_endpoint_configs':
      push(to.endpoints, readEndpoints(element, document, at));
      return;
    case 'static_secrets':
      push(to.secrets, readSecret(element, 'static', document, at));
      return;
    case 'dynamic_active_secrets':
      push(to.secrets, readSecret(element, 'active', document, at));
      return;
    case 'dynamic_warming_secrets':
      push(to.secrets, readSecret(element, 'warming', document, at));
      return;
  }
}

/** A Listener itself, as some answers to `?resource=` hold it, where a whole dump holds an element around it. */
function isBareListener(element: JsonObject): boolean {
  return isObject(element.address) || Array.isArray(element.filter_chains);
}

/** Only a secret's name, and when it came, are looked at: `private_key` and the like stay where they are. */
function readSecret(
  element: JsonObject,
  state: SecretState['state'],
  document: string,
  at: string,
): SecretState | null {
  const secret = isObject(element.secret) ? element.secret : element;
  const name = asText(element.name) ?? asText(secret.name);
  if (name === undefined) return null;
  return { place: { document, pointer: at }, name, state, lastUpdated: asText(element.last_updated) ?? null };
}

function push<T>(list: T[], item: T | null): void {
  if (item !== null) list.push(item);
}

function lastWord(type: string): string {
  return type.slice(Math.max(type.lastIndexOf('.'), type.lastIndexOf('/')) + 1);
}
