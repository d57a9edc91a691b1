import type { Endpoints } from '../routing/explained.ts';

/** A route of a gateway, as a list shows it. */
export interface RouteRow {
  /** `document pointer` of the route. */
  readonly key: string;
  readonly port: number;
  /** Counts from 0 inside the virtual host. */
  readonly index: number;
  readonly name: string;
  /** `GatewayRoute shop/cart`, where it is known. */
  readonly object: string | null;
  /** What access logs call it. */
  readonly label: string;
  /** What a request must be. */
  readonly match: string;
  readonly does: string;
}

/** Which routes to tell: of a gateway (`NS/NAME`); `known`: the version of the rows that are there already, else null. */
export interface RoutesAsked {
  readonly gateway: string;
  readonly known: number | null;
}

/** The routes of a gateway in Envoy's order. */
export interface RouteRows {
  /** For people: why there are none; else null. */
  readonly trouble: string | null;
  /** The Envoy that was asked, or `the objects alone`. */
  readonly decidedBy: string;
  /** The same as long as the rows are. */
  readonly version: number;
  /** Null: as they were in the version that is known. */
  readonly rows: readonly RouteRow[] | null;
  /** By the counters of their clusters, two numbers a row: requests a minute, and from 0 to 1 how many fail. NaN: not known. */
  readonly pace: Float64Array;
}

/** Which route to tell. */
export interface RouteAsked {
  readonly gateway: string;
  readonly key: string;
}

/** One route of a gateway, to its ends. */
export interface RouteDetail extends RouteRow {
  readonly listener: string;
  readonly virtualHost: string;
  readonly domains: readonly string[];
  /** Where its object stands. */
  readonly file: string | null;
  readonly line: number | null;
  /** Of its clusters, as in `pace`; null: not known. */
  readonly traffic: { readonly perMinute: number; readonly failedShare: number } | null;
  /** The objects it is made from and leads to, whole, as YAML. */
  readonly objects: readonly {
    readonly name: string;
    readonly file: string | null;
    readonly line: number | null;
    readonly yaml: string;
  }[];
  /** As the Envoy told it, or as App Mesh would push it: JSON; null: the page was not kept. */
  readonly envoyForm: string | null;
  readonly targets: readonly RouteTarget[];
  /** Who takes its requests, and whose it takes: a sentence each; null: not judged. */
  readonly shadows: readonly string[] | null;
}

/** Where requests of a route end. */
export interface RouteTarget extends Omit<Endpoints, 'hosts'> {
  readonly hosts: readonly (Endpoints['hosts'][number] & {
    /** `shop/cart-0`; null: nobody knows whose address it is. */
    readonly pod: string | null;
  })[];
}
