import type { Decision } from './match/decision.ts';
import type { Step } from './match/steps.ts';
import type { Grade } from './translate/translation.ts';

/** A request to explain, as a person gave it. Text is text; what is not known is null. */
export interface ExplainRequest {
  readonly id: string | null;
  readonly method: string | null;
  readonly url: string;
  /** Host, with its port where the URL writes one that is not the scheme's own. */
  readonly authority: string | null;
  readonly target: string | null;
  readonly headers: Readonly<Record<string, readonly string[] | null>>;
  readonly otherHeaders: 'absent' | 'unknown';
  /** The listener's port; null: to be found from the URL's. */
  readonly port: number | null;
  readonly urlPort: number;
  readonly protocol: 'http1' | 'http2' | 'grpc' | null;
  readonly sni: string | null;
  readonly tls: boolean | null;
  /** What a log line says was answered, as far as it does; null: it was no log line. */
  readonly logged: Logged | null;
  /** Any fields of the decision that are expected. */
  readonly expect: Readonly<Record<string, unknown>> | null;
}

/** What a log line says was answered. */
export interface Logged {
  readonly status: number | null;
  /** As Envoy writes it: `URX,UF`, `-` for none. */
  readonly flag: string | null;
}

/** A request that could not be explained, and why. */
export interface Unexplained {
  readonly id: string | null;
  readonly error: string;
}

/** A request decided. */
export interface Decided {
  readonly id: string | null;
  readonly method: string | null;
  readonly url: string;
  readonly decision: Decision;
  /** All Envoys of the gateway that decide so; none: the table was made from objects. */
  readonly by: { readonly envoys: readonly string[] };
  /** What the objects ask for, where an Envoy decided and there are objects. */
  readonly desired: Decision | null;
  /** The fields in which the two differ. */
  readonly differs: readonly string[];
  /** Replicas of the gateway that decide otherwise: each different decision once. */
  readonly replicas: readonly Replica[];
}

/** A request explained. */
export interface Explained extends Decided {
  /** The objects behind routes, by `document pointer` of the route. */
  readonly objects: Readonly<Record<string, RouteObject>>;
  readonly steps: readonly Step[];
  readonly by: {
    readonly gateway: string;
    /** Null: no Envoy was read, and the table is the one App Mesh would have pushed. */
    readonly envoy: string | null;
    /** The first one included. */
    readonly envoys: readonly string[];
    readonly version: string;
    readonly versionKnown: boolean;
  };
  /** How the request reaches the listener: `443 -> Ingress shop/edge -> …`; empty where the port was asked for. */
  readonly way: string;
  /** What the log line said was answered. */
  readonly logged: Logged | null;
  /** What else a person should know: Envoys that were not read, TLS that ends nowhere. */
  readonly notes: readonly string[];
  readonly endpoints: readonly Endpoints[];
  /** The objects behind clusters: `VirtualNode shop/cart`. */
  readonly names: ReadonlyMap<string, string>;
  readonly faults: readonly { readonly document: string; readonly pointer: string; readonly message: string }[];
}

/** What some replicas of a gateway decide. */
export interface Replica {
  readonly envoys: readonly string[];
  readonly decision: Decision;
  /** The fields in which it is not what most replicas decide. */
  readonly differs: readonly string[];
}

/** The object behind a route, and where to edit it. */
export interface RouteObject {
  readonly object: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly grade: Grade;
  readonly notes: readonly string[];
}

/** The hosts of a cluster. */
export interface Endpoints {
  readonly cluster: string;
  readonly weight: number;
  /** The object it leads to: `VirtualNode shop/cart`; null where none is known. */
  readonly object: string | null;
  /** Null: nothing that was read tells of its hosts. */
  readonly toldBy: 'envoy' | 'endpoint-slices' | null;
  /** `failures` are Envoy's names (`failed_active_health_check`), or `not_ready`; empty is healthy. */
  readonly hosts: readonly { readonly address: string; readonly failures: readonly string[] }[];
}
