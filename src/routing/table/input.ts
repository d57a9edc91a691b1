import type { JsonObject } from '../../lib/json.ts';
import type { Place } from '../../snapshot/object.ts';

/** Everything that decides requests on one Envoy, as Envoy's own JSON (proto3 JSON with snake_case names, as `/config_dump` prints it). */
export interface TableInput {
  /** `1.40.0`; semantics differ by version. */
  readonly envoyVersion: string;
  /** Runtime keys in force, from `/runtime`; null where it was not read: routes that hang on a key are then undecided. */
  readonly runtime: ReadonlyMap<string, string> | null;
  readonly listeners: readonly ListenerInput[];
  /** Route configurations from RDS; those inline in a listener stand in its body. */
  readonly routeConfigs: readonly RouteConfigInput[];
  /** The clusters Envoy has, by name; null where they were not read. */
  readonly clusters: ReadonlyMap<string, ClusterInput> | null;
}

/** What routing needs of a cluster: where it leads, to follow a request to a second listener of the same Envoy. */
export interface ClusterInput {
  readonly targets: readonly { readonly host: string; readonly port: number }[];
}

/** A listener that accepts connections. */
export interface ListenerInput {
  readonly place: Place;
  /** `envoy.config.listener.v3.Listener`. */
  readonly body: JsonObject;
}

/** A route configuration. */
export interface RouteConfigInput {
  readonly place: Place;
  /** `envoy.config.route.v3.RouteConfiguration`. */
  readonly body: JsonObject;
}

/** True for an address of this Envoy itself: App Mesh's self-redirect sends requests there. */
export function isLoopback(host: string): boolean {
  return /^(127\.|::1$|localhost$)/.test(host);
}
