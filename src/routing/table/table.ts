import type { JsonObject } from '../../lib/json.ts';
import type { Place } from '../../snapshot/object.ts';
import type { Action, HeaderMutation } from './action.ts';
import type { Clause, TextTest } from './clause.ts';
import type { ClusterInput } from './input.ts';

/** An Envoy's routing configuration, compiled once for many decisions. */
export interface Table {
  readonly semantics: Semantics;
  readonly listeners: readonly Listener[];
  readonly clusters: ReadonlyMap<string, ClusterInput> | null;
  /** What of the configuration is not understood or invalid; the rest decides. */
  readonly faults: readonly TableFault[];
}

/** What differs between versions of Envoy, and by runtime flags. */
export interface Semantics {
  /** To 1.38, or with `envoy.reloadable_features.match_headers_individually` off: lines of a header are joined by `,`. */
  readonly joinsHeaderLines: boolean;
  /** Regexes see bytes (seen on 1.40.0) or UTF-8 characters (seen on 1.36.2). */
  readonly regexUnit: 'byte' | 'utf8';
  /** A nested matcher that takes nothing: the next entry is tried; in a prefix map nothing is; null: never seen. */
  readonly afterNestedMiss: 'next' | 'next-but-in-prefix-maps' | null;
  /** A regex_rewrite to an empty path: 1.40.0 leaves the path, 1.36.2 answers 400. */
  readonly emptyRewriteKeepsPath: boolean;
}

/** A part of the configuration that is not understood. */
export interface TableFault {
  readonly place: Place;
  readonly message: string;
}

/** A listener. */
export interface Listener {
  readonly place: Place;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly chains: readonly FilterChain[];
  readonly defaultChain: FilterChain | null;
  /** Without the TLS inspector a listener does not look at the handshake: server names match nothing. */
  readonly inspectsTls: boolean;
}

/** A filter chain: what it takes, and the connection manager behind it. */
export interface FilterChain {
  readonly place: Place;
  readonly name: string;
  /** Lower case; `*.a.test` takes any longer name; empty takes every connection. */
  readonly serverNames: readonly string[];
  readonly transport: '' | 'tls' | 'raw_buffer';
  /** Criteria that a request does not tell (source address, application protocols …). */
  readonly otherCriteria: readonly string[];
  readonly tls: boolean;
  /** Asks clients for a certificate; one that does not never sees one. */
  readonly asksCertificate: boolean;
  readonly manager: Manager | null;
}

/** An HTTP connection manager's options that decide. */
export interface Manager {
  readonly place: Place;
  readonly normalizePath: boolean;
  readonly mergeSlashes: boolean;
  readonly escapedSlashes: 'keep' | 'reject' | 'forward' | 'redirect';
  readonly stripPort: 'none' | 'any' | 'matching';
  readonly stripTrailingDot: boolean;
  readonly upgrades: ReadonlySet<string>;
  /** The HTTP/1 codec lets methods pass that it does not know. */
  readonly anyMethod: boolean;
  readonly filters: readonly Filter[];
  readonly overwritesForwardedProto: boolean;
  readonly routeConfigName: string;
  /** Null where it was not read, or its kind (scoped routes) is not understood. */
  readonly routes: RouteConfig | null;
}

/** An HTTP filter before the router. */
export interface Filter {
  readonly name: string;
  /** Why it can change the decision; null where it cannot. */
  readonly effect: string | null;
  /** Off unless a route switches it on. */
  readonly disabled: boolean;
  /** Answers only where a route configures it. */
  readonly onlyPerRoute: boolean;
  /** As Envoy printed it. */
  readonly config: JsonObject;
}

/** A route configuration. */
export interface RouteConfig {
  readonly place: Place;
  readonly name: string;
  readonly ignorePort: boolean;
  readonly hosts: readonly VirtualHost[];
  readonly index: HostIndex;
  readonly headers: HeaderMutation;
}

/** A virtual host. */
export interface VirtualHost {
  readonly place: Place;
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly Route[];
  readonly requireTls: 'none' | 'external' | 'all';
  /** A `matcher:` tree decides instead of routes. */
  readonly matcher: boolean;
  /** That tree; its routes stand in it, and `routes` is then empty. */
  readonly tree: MatcherTree | null;
  readonly headers: HeaderMutation;
  readonly perFilter: ReadonlyMap<string, PerFilter>;
}

/** A virtual host's `matcher:` (xds.type.matcher.v3.Matcher), which leads to routes by request headers. */
export interface MatcherTree {
  readonly branches: readonly Branch[];
  /** Where a request goes that no branch takes; null: nowhere. */
  readonly otherwise: Leads | null;
  /** Entries of a prefix map: older Envoys try only the longest that fits. */
  readonly byPrefix: boolean;
}

/** One entry of a matcher, in the order in which Envoy tries them: of prefixes the longest first. */
export interface Branch {
  readonly when: Predicate;
  readonly leads: Leads;
}

/** Where a branch leads. The routes still have matches of their own: where none takes the request, nothing else is tried. */
export type Leads =
  | { readonly to: 'tree'; readonly tree: MatcherTree }
  | { readonly to: 'routes'; readonly routes: readonly Route[] }
  | { readonly to: 'unknown'; readonly what: string };

/** What a matcher asks of a request. A header's lines are joined by `,` in every version. */
export type Predicate =
  | { readonly kind: 'header'; readonly name: string; readonly test: TextTest }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Predicate[] }
  | { readonly kind: 'not'; readonly of: Predicate }
  /** Not told by a request, or not understood. */
  | { readonly kind: 'hidden'; readonly what: string };

/** What a virtual host or route says to a filter. */
export interface PerFilter {
  readonly disabled: boolean;
  readonly configured: boolean;
  /** Its configuration, which replaces the filter's own, cannot answer (a fault without abort). */
  readonly inert: boolean;
  /** As Envoy printed it. */
  readonly config: JsonObject;
}

/** A route, its clauses in Envoy's order; all must hold. */
export interface Route {
  readonly place: Place;
  readonly name: string;
  readonly index: number;
  readonly clauses: readonly Clause[];
  readonly action: Action;
  readonly perFilter: ReadonlyMap<string, PerFilter>;
  readonly headers: HeaderMutation;
}

/** Finds the virtual host of a host name as Envoy does: exact, longest suffix, longest prefix, `*`. */
export interface HostIndex {
  readonly exact: ReadonlyMap<string, VirtualHost>;
  /** Longest first. */
  readonly suffixes: readonly (readonly [text: string, host: VirtualHost])[];
  readonly prefixes: readonly (readonly [text: string, host: VirtualHost])[];
  readonly any: VirtualHost | null;
}
