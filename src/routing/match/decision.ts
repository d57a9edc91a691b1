/** How a request ends, as far as the gateway decides. */
export type Outcome =
  | 'forward'
  | 'redirect'
  | 'direct-response'
  | 'rejected'
  | 'no-listener'
  | 'no-filter-chain'
  | 'no-virtual-host'
  | 'no-route'
  | 'no-cluster'
  | 'undecided';

/** Where a route stands. */
export interface RouteAt {
  readonly name: string;
  /** Counts from 0 inside the virtual host, in Envoy's order. */
  readonly index: number;
  readonly document: string;
  readonly pointer: string;
}

/** One pass of a request through a listener of the gateway. */
export interface Hop {
  readonly listener: string;
  readonly virtualHost: string | null;
  readonly route: RouteAt | null;
  readonly cluster: string | null;
  /** What the upstream sees; null where the action forwards nothing. `path` has no query. */
  readonly rewrite: { readonly path: string; readonly host: string } | null;
  readonly timeoutMs: number | null;
}

/** What happens to one request. */
export interface Decision {
  readonly outcome: Outcome;
  readonly hops: readonly Hop[];
  /** The final cluster where there is exactly one. */
  readonly cluster: string | null;
  readonly clusters: readonly { readonly name: string; readonly weight: number }[];
  /** Of a redirect: the exact `Location`. */
  readonly location: string | null;
  /** The status Envoy itself answers; null when the request is forwarded. */
  readonly status: number | null;
  /** Of an answer to a gRPC request, which Envoy gives as 200 with this `grpc-status`; else null. */
  readonly grpcStatus: number | null;
  readonly responseFlag: string | null;
  /** What of the request would have to be known: `header x-user`. */
  readonly unknown: readonly string[];
  /** Every way the request can end where it is partly unknown, or a random number decides. */
  readonly candidates: readonly Decision[];
  /** Undecided or rejected: why, in a person's words. */
  readonly why: string | null;
}
