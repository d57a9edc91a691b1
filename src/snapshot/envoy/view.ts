import type { JsonObject } from '../../lib/json.ts';
import type { Seen } from '../coverage.ts';
import type { Place } from '../object.ts';
import type { Telemetry } from './telemetry.ts';
import type { TlsSource } from './tls-sources.ts';

/** What one Envoy said of itself: a view of each section, made from documents that are already redacted. */
export interface EnvoyView {
  /** The folder of its documents in a bundle: `envoy/0`. */
  readonly key: string;
  /** What people call it: the admin URL, or the files' names. */
  readonly label: string;
  /** The pod it runs in; absent where it was named by its address or by files. */
  readonly pod?: PodName;
  readonly serverInfo: Seen<ServerInfo>;
  readonly ready: Seen<Ready>;
  readonly listeners: Seen<readonly BoundListener[]>;
  readonly bootstrap: Seen<Bootstrap>;
  readonly listenerConfig: Seen<readonly ListenerConfig[]>;
  readonly routes: Seen<readonly RouteConfig[]>;
  readonly clusterConfig: Seen<readonly ClusterConfig[]>;
  readonly endpoints: Seen<readonly ClusterEndpoints[]>;
  readonly secrets: Seen<readonly SecretState[]>;
  readonly hosts: Seen<readonly ClusterHosts[]>;
  readonly stats: Seen<StatsReads>;
  readonly certs: Seen<readonly Certificate[]>;
  readonly runtime: Seen<Runtime>;
  /**
   * Clusters, endpoints, secrets and bootstrap as Envoy prints them, by `document pointer`; only where they were to be
   * kept.
   */
  readonly bodies?: ReadonlyMap<string, JsonObject>;
}

/** Where an Envoy runs. */
export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** `/server_info`. */
export interface ServerInfo {
  readonly place: Place;
  /** LIVE, DRAINING, PRE_INITIALIZING, INITIALIZING, or what a newer Envoy says. */
  readonly state: string;
  /** The version number inside Envoy's build string: `1.40.0`; empty where it has none. */
  readonly version: string;
  readonly uptimeSeconds: number | null;
  readonly nodeId: string;
  readonly nodeCluster: string;
}

/** `/ready`: 200 LIVE, 503 else. */
export interface Ready {
  readonly place: Place;
  /** Null where only the text was saved. */
  readonly status: number | null;
  readonly state: string;
}

/** A socket that Envoy has bound (`/listeners`). */
export interface BoundListener {
  readonly place: Place;
  readonly name: string;
  readonly address: Address;
}

/** A socket address, or the path of a pipe with port 0. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What of BootstrapConfigDump is needed. */
export interface Bootstrap {
  readonly place: Place;
  readonly nodeId: string;
  readonly nodeCluster: string;
  readonly admin: Address | null;
  /** True when listeners and clusters come from a management server (ADS). */
  readonly dynamic: boolean;
  /**
   * `initial_fetch_timeout` of LDS in ms; 0 waits for ever (what App Mesh sets); null where Envoy's default of 15 s
   * holds.
   */
  readonly listenerFetchTimeoutMs: number | null;
  /** Null where it was not asked for. */
  readonly telemetry: Telemetry | null;
}

/** An update that Envoy refused (`error_state`); the old configuration goes on. */
export interface RefusedUpdate {
  readonly place: Place;
  readonly details: string;
  readonly lastAttempt: string | null;
  /** The name inside the refused configuration. */
  readonly name: string;
  /** The version refused, where it is told. */
  readonly version: string;
}

/** A resource as Envoy prints it, and where it stands. */
export interface Body {
  readonly place: Place;
  readonly json: JsonObject;
}

/** A dynamic or static listener of the config dump. */
export interface ListenerConfig {
  readonly place: Place;
  /** Empty for the nameless element that carries nothing but an `error_state`. */
  readonly name: string;
  /** `draining`: leaving; `none`: only a refused update is known. */
  readonly state: 'active' | 'warming' | 'draining' | 'static' | 'none';
  readonly version: string;
  readonly lastUpdated: string | null;
  readonly address: Address | null;
  /** The Listener as Envoy prints it, and where it stands; null where only a refused update is known. */
  readonly body: Body | null;
  readonly http: readonly HttpConnectionManager[];
  readonly refused: RefusedUpdate | null;
}

/** An HTTP connection manager of a listener's filter chain. */
export interface HttpConnectionManager {
  readonly place: Place;
  readonly statPrefix: string;
  /** The route configuration it asks for: by RDS, or of its own. */
  readonly routeConfig: string;
  readonly writesAccessLog: boolean;
}

/** A route configuration: from RDS, or inline in a static listener. */
export interface RouteConfig {
  readonly place: Place;
  readonly name: string;
  readonly version: string;
  readonly lastUpdated: string | null;
  readonly virtualHosts: readonly VirtualHost[];
  /** The RouteConfiguration as Envoy prints it, at `place`: routing compiles it. */
  readonly body: JsonObject;
  readonly refused: RefusedUpdate | null;
}

/** A virtual host, in the order of the dump. */
export interface VirtualHost {
  readonly place: Place;
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly Route[];
}

/** A route in Envoy's order. */
export interface Route {
  readonly place: Place;
  readonly name: string;
  /** RouteMatch as Envoy prints it. */
  readonly match: JsonObject;
  readonly action: RouteAction;
  /** Request headers the route adds: name in lower case, value. */
  readonly addsHeaders: readonly { readonly name: string; readonly value: string }[];
}

/** What a route does with a request. */
export type RouteAction =
  | {
      readonly type: 'forward';
      /** Empty where a cluster specifier of another kind (header, plugin) decides. */
      readonly clusters: readonly { readonly name: string; readonly weight: number }[];
      readonly hostRewrite: string | null;
      readonly prefixRewrite: string | null;
      readonly timeoutMs: number | null;
    }
  | { readonly type: 'redirect' | 'direct-response' | 'other' };

/** A cluster of the config dump. */
export interface ClusterConfig {
  readonly place: Place;
  readonly name: string;
  /** STATIC, STRICT_DNS, LOGICAL_DNS, EDS, ORIGINAL_DST, or the name of an extension. */
  readonly discovery: string;
  readonly state: 'active' | 'warming' | 'static';
  readonly version: string;
  readonly lastUpdated: string | null;
  /** The addresses or host names in its own load assignment. */
  readonly targets: readonly Address[];
  /** True where its connections, or those to some of its hosts, begin with TLS. */
  readonly secured: boolean;
  /** Where its connections take certificates from. */
  readonly tls: readonly TlsSource[];
  readonly refused: RefusedUpdate | null;
}

/** The endpoints of an EDS cluster (`config_dump?include_eds`). */
export interface ClusterEndpoints {
  readonly place: Place;
  readonly cluster: string;
  readonly addresses: readonly Address[];
}

/** A secret's name and state; never its content. */
export interface SecretState {
  readonly place: Place;
  readonly name: string;
  readonly state: 'active' | 'warming' | 'static';
  /** When it was delivered, or asked for where it is still warming. */
  readonly lastUpdated: string | null;
}

/** The hosts of a cluster as Envoy sees them now (`/clusters`). */
export interface ClusterHosts {
  readonly place: Place;
  readonly cluster: string;
  readonly hosts: readonly Host[];
}

/** One upstream host. */
export interface Host {
  readonly place: Place;
  readonly address: Address;
  readonly hostname: string;
  /** Names of what is wrong: `failed_active_health_check`, `failed_outlier_check` …; empty is healthy. */
  readonly failures: readonly string[];
}

/** One reading of Envoy's counters and gauges. */
export interface StatsRead {
  readonly document: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly values: ReadonlyMap<string, StatValue>;
}

/** A counter or gauge, and where it stands in its document. */
export interface StatValue {
  readonly value: number;
  readonly pointer: string;
  /** Its document; absent: that of its reading. A reading may be joined from several. */
  readonly document?: string;
}

/** Every reading of one Envoy's stats, oldest first; never empty. */
export type StatsReads = readonly [StatsRead, ...StatsRead[]];

/** A certificate Envoy has loaded (`/certs`). */
export interface Certificate {
  readonly place: Place;
  readonly path: string;
  readonly subjectAltNames: readonly string[];
  readonly validFrom: string | null;
  readonly expires: string | null;
  readonly authority: boolean;
}

/** The runtime values in force (`/runtime`). */
export interface Runtime {
  readonly place: Place;
  readonly values: ReadonlyMap<string, string>;
}
