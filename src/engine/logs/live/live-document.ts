import type { Rates } from '../../../traffic/rates.ts';

/** A log that is followed. */
export interface LiveLog {
  readonly name: string;
  readonly state: 'reading' | 'ended' | 'failed';
  /** For people: why it failed; else empty. */
  readonly detail: string;
  readonly lines: number;
  /** When its last lines came, milliseconds since 1970; null: none did. */
  readonly lastAt: number | null;
}

/** Requests that went and ended alike, and how many there are now. */
export interface LiveClass {
  readonly key: string;
  /** `NS/NAME`; null: nobody knows which gateway wrote them. */
  readonly gateway: string | null;
  readonly routes: readonly string[];
  /** What the log would have to hold to tell which of the routes it was. */
  readonly unknown: readonly string[];
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly flag: string;
  readonly by: 'gateway' | 'upstream';
  readonly upstream: string | null;
  readonly count: number;
  /** Of the last minute where lines come in, else of the time the log covers. */
  readonly perMinute: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly failing: boolean;
  /** Why they ended so; null for what was served. */
  readonly cause: string | null;
  /** A few of them, without what is personal. */
  readonly samples: readonly string[];
}

/** What the log tells of a route. */
export interface LiveRoute {
  readonly gateway: string | null;
  readonly label: string;
  readonly perMinute: number;
  /** Requests of which the log does not tell whether they took it: it is more than that. */
  readonly more: boolean;
  /** From 0 to 1. */
  readonly failedShare: number;
  readonly p99Ms: number | null;
}

/** What the logs of one gateway say now. */
export interface LiveGateway {
  readonly gateway: string | null;
  readonly requests: number;
  readonly failed: number;
  readonly perMinute: number;
  readonly failedShare: number;
  readonly rates: Rates | null;
}

/** What the logs say now: of the last 10 to 20 minutes that were followed, and of the time before. */
export interface LiveTraffic {
  readonly logs: readonly LiveLog[];
  /** For people: logs that cannot be read. */
  readonly gaps: readonly string[];
  readonly lines: number;
  readonly unparsed: number;
  readonly gateways: readonly LiveGateway[];
  /** Those that failed first, then by their rate; at most 300 of a gateway. */
  readonly classes: readonly LiveClass[];
  /** Classes beyond those, and their requests. */
  readonly more: { readonly classes: number; readonly requests: number };
  readonly routes: readonly LiveRoute[];
}
