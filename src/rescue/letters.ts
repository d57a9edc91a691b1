import { asList, asObject, asText, isObject, type JsonObject } from '../lib/json.ts';
import { compileTable } from '../routing/table/compile.ts';
import { editObjects, without } from './edit.ts';
import { addressesIn } from './endpoints.ts';
import type { RescueSource } from './source.ts';

/** How many routes a source has. */
export function routeCount(source: RescueSource): number {
  return hostsOf(source).reduce((sum, { routes }) => sum + asList(routes).length, 0);
}

function hostsOf({ routeConfigs }: RescueSource): readonly JsonObject[] {
  return [...routeConfigs.values()].flatMap((config) => asList(config.virtual_hosts).map(asObject));
}

/**
 * Whether a bootstrap holds, to the letter, the listeners, routes and cluster names of its source, and both Envoys
 * read them alike: then they decide every request alike. Cheap where comparing tables is not; false says nothing.
 */
export function sameToTheLetter(
  source: RescueSource,
  bootstrap: JsonObject,
  versions: readonly [string, string],
): boolean {
  const resources = asObject(bootstrap.static_resources);
  const made = asList(resources.listeners).map(asObject);
  const clusters = asList(resources.clusters).map(asObject);
  const trees = hostsOf(source).some((host) => isObject(host.matcher));
  const [was, is] = versions.map((version) => semanticsOf(version, source.runtime, trees));
  if (was !== is || made.length !== source.listeners.length) return false;
  if (!source.listeners.every((listener, at) => sameListener(listener, made[at] ?? {}, source))) return false;
  return JSON.stringify(source.clusters.map(leadsTo).sort()) === JSON.stringify(clusters.map(leadsTo).sort());
}

/** What differs between versions; how matcher trees end only where there are any. */
function semanticsOf(envoyVersion: string, runtime: ReadonlyMap<string, string> | null, trees: boolean): string {
  const empty = { envoyVersion, runtime, listeners: [], routeConfigs: [], clusters: null };
  const { afterNestedMiss, ...rest } = compileTable(empty).semantics;
  return JSON.stringify(trees ? { ...rest, afterNestedMiss } : rest);
}

/** A name, and where it leads if it may lead back into the gateway. */
function leadsTo(cluster: JsonObject): string {
  const [only, ...others] = addressesIn(cluster.load_assignment);
  const inside = only && others.length === 0 && /^(127\.|::1$|localhost$)/.test(only.host);
  return `${asText(cluster.name)} ${inside && cluster.type !== 'EDS' ? only.port : ''}`;
}

function sameListener(listener: JsonObject, made: JsonObject, source: RescueSource): boolean {
  const wanted: JsonObject[] = [];
  const bare = (value: JsonObject): string =>
    JSON.stringify(
      editObjects(value, (object, key) => {
        const name = asText(asObject(object.rds).route_config_name);
        const routes = isObject(object.route_config) ? object.route_config : source.routeConfigs.get(name ?? '');
        if (name === undefined && !isObject(object.route_config))
          return key === '' ? without(object, '@type') : plain(object);
        wanted.push(routes ?? {});
        return { ...without(object, 'rds', 'route_config'), routes: asText(routes?.name) ?? '' };
      }),
    );
  if (bare(listener) !== bare(made) || wanted.length % 2 !== 0) return false;
  const half = wanted.length / 2;
  return wanted.slice(0, half).every((routes, at) => sameRoutes(routes, wanted[at + half] ?? {}));
}

/** Where its keys come from is not what a listener decides by. */
function plain(object: JsonObject): JsonObject {
  return 'common_tls_context' in object ? without(object, 'common_tls_context') : object;
}

/** Virtual hosts that were not touched are the same objects: nothing was copied that does not change. */
function sameRoutes(one: JsonObject, other: JsonObject): boolean {
  if (one.virtual_hosts !== other.virtual_hosts) return false;
  const rest = (routes: JsonObject): string =>
    JSON.stringify(Object.entries(without(routes, '@type', 'virtual_hosts', 'validate_clusters')).sort());
  return rest(one) === rest(other);
}
