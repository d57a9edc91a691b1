import type { ObjectRef, Place } from '../object.ts';
import type { ProcessLineKind } from './line.ts';

/** A span of time, ISO 8601. */
export interface TimeSpan {
  readonly from: string;
  readonly to: string;
}

/** A route of a gateway, as a log line or a class names it. */
export interface SeenRoute {
  readonly label: string;
  /** The object it was made from; null where none is known. */
  readonly ref: ObjectRef | null;
}

/** Requests of one gateway that went and ended alike, decided by its configuration. */
export interface SeenClass {
  readonly place: Place;
  readonly listener: string | null;
  readonly virtualHost: string | null;
  /** The route, or all it can be; none: no route takes it, or nothing that was read decides. */
  readonly routes: readonly SeenRoute[];
  /** What the log would have to hold to tell more. */
  readonly unknown: readonly string[];
  readonly method: string;
  /** Its shape; `(other)` beyond the cap on classes. */
  readonly path: string;
  readonly status: number;
  readonly flag: string;
  readonly details: string | null;
  readonly count: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** The cluster the configuration chooses, where it is one. */
  readonly cluster: string | null;
  readonly by: 'gateway' | 'upstream';
  /** The listener whose line tells how it ended: the one clients reach, or the one inside the gateway. */
  readonly hop: 'outer' | 'inner';
  /** Why it ended so; null where it did not fail, or nothing tells. */
  readonly cause: string | null;
  /** Of a 404 without route: the nearest route and the clause that refused it. */
  readonly nearest: string | null;
  /** The object that asks for such requests, though no route that the gateway runs takes them; null: there is none. */
  readonly askedBy: ObjectRef | null;
  /** Requests of the same method and path that were served. */
  readonly served: number;
  /** What sends such requests: scanners for holes, checks of health; null: clients. */
  readonly sender: 'scanner' | 'health-check' | null;
  /** How the log contradicts the configuration: it names another upstream, or another answer; null: it does not. */
  readonly contradiction: string | null;
  /** The route that a request seems meant for although an earlier one takes it, and why; null: there is none. */
  readonly meant: { readonly route: SeenRoute; readonly because: string } | null;
  readonly sample: string | null;
  /** Ids of a few of their traces, where the log holds them: `1-5759e988-bd862e3fe1be46a994272793`. */
  readonly traceIds: readonly string[];
}

/** What a log says of one route of the gateway's listeners that clients reach. */
export interface SeenRouteTally extends SeenRoute {
  readonly place: Place;
  readonly virtualHost: string | null;
  readonly cluster: string | null;
  /** The shorter of its time-outs on the way; null: none, or unknown. */
  readonly timeoutMs: number | null;
  /** Requests that surely took it, and those that perhaps did. */
  readonly requests: number;
  readonly perhaps: number;
  /** Of the sure ones: answered 5xx, or not at all; those whose client left. */
  readonly failed: number;
  readonly left: number;
  /** Answers that are no streams, and how long they took. */
  readonly answered: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** Lines of Envoy's own log that say the same. */
export interface SeenProcessLines {
  readonly place: Place;
  readonly kind: ProcessLineKind;
  readonly level: string;
  /** The first of them, without addresses; at most 500 characters. */
  readonly text: string;
  /** The gRPC status of a closed stream; null for other lines. */
  readonly code: string | null;
  readonly count: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
}

/** How many requests the log holds between two readings of an Envoy's counters. */
export interface CountedSpan {
  readonly envoy: string;
  readonly requests: number;
}

/** What the logs of one gateway say. */
export interface TrafficView {
  readonly place: Place;
  /** The gateway that wrote them; null where that is not known. */
  readonly gateway: ObjectRef | null;
  readonly logs: readonly string[];
  readonly asked: { readonly from: string | null; readonly to: string | null } | null;
  /** Every log that was to be read was read whole: what it does not hold did not happen in the time covered. */
  readonly whole: boolean;
  /** From the first request to the last; null where no line tells a time. */
  readonly covered: TimeSpan | null;
  readonly lines: number;
  readonly requests: number;
  readonly failed: number;
  /** Requests and failures by time: the first bucket begins at `from`. */
  readonly rates: {
    readonly from: number;
    readonly bucketMs: number;
    readonly requests: readonly number[];
    readonly failed: readonly number[];
  } | null;
  /** Whether the log tells response flags: without them failures of the gateway and of upstreams look alike. */
  readonly tellsFlags: boolean;
  readonly classes: readonly SeenClass[];
  /** Every route that clients can reach, unused ones too; none where no table was read. */
  readonly routes: readonly SeenRouteTally[];
  readonly processLines: readonly SeenProcessLines[];
  readonly spans: readonly CountedSpan[];
}
