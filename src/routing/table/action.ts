import type { Regex } from './regex.ts';

/** What a route does. */
export type Action =
  | Forward
  | Redirect
  | { readonly type: 'direct-response'; readonly status: number }
  | { readonly type: 'non-forwarding' }
  | { readonly type: 'unknown'; readonly what: string };

/** Sends the request on. */
export interface Forward {
  readonly type: 'forward';
  readonly target:
    | { readonly kind: 'cluster'; readonly name: string }
    | {
        readonly kind: 'weighted';
        readonly clusters: readonly WeightedCluster[];
        /** A header whose number picks the cluster instead of chance. */
        readonly header: string | null;
      }
    | { readonly kind: 'header'; readonly name: string }
    | { readonly kind: 'plugin'; readonly what: string };
  readonly missingClusterStatus: number;
  readonly path: PathRewrite;
  readonly host: HostRewrite;
  /** 0: none. */
  readonly timeoutMs: number;
  readonly retries: { readonly on: string; readonly count: number } | null;
  readonly upgrades: ReadonlyMap<string, boolean>;
}

/** One of weighted clusters. */
export interface WeightedCluster {
  readonly name: string;
  readonly weight: number;
  readonly hostRewrite: string | null;
  readonly headers: HeaderMutation;
}

/** What becomes of the path. */
export type PathRewrite =
  | { readonly kind: 'keep' }
  | { readonly kind: 'prefix'; readonly value: string }
  | { readonly kind: 'regex'; readonly regex: Regex; readonly substitution: string }
  | { readonly kind: 'template'; readonly template: string }
  | { readonly kind: 'unknown'; readonly what: string };

/** What becomes of the host. */
export type HostRewrite =
  | { readonly kind: 'keep' | 'auto' }
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'path-regex'; readonly regex: Regex; readonly substitution: string };

/** Sends the client elsewhere. */
export interface Redirect {
  readonly type: 'redirect';
  readonly status: number;
  readonly scheme: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly path: PathRewrite | { readonly kind: 'replace'; readonly value: string };
  readonly stripQuery: boolean;
}

/** What a level of the configuration does to request headers. */
export interface HeaderMutation {
  readonly add: readonly {
    readonly name: string;
    /** Null where it is made from a format (`%…%`). */
    readonly value: string | null;
    readonly how: 'append' | 'add-if-absent' | 'overwrite' | 'overwrite-if-present';
  }[];
  readonly remove: readonly string[];
}
