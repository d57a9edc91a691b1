import type { LogLine } from '../snapshot/access-log/line.ts';
import type { CountedSpan } from '../snapshot/access-log/traffic-view.ts';
import type { ObjectRef } from '../snapshot/object.ts';
import type { Rates } from './rates.ts';
import type { LoggedRequest } from './request.ts';

/** What the configuration says of a request: everything it can be, where the log does not tell enough. */
export interface Classified {
  /** Names of the listeners that clients reach, and of the one inside the gateway; null where unknown. */
  readonly listener: string | null;
  readonly inner: string | null;
  readonly virtualHost: string | null;
  /** The route, or all it can be. */
  readonly routes: readonly string[];
  /** The objects they were made from, in the same order; null where none is known. */
  readonly refs: readonly (ObjectRef | null)[];
  readonly unknown: readonly string[];
  readonly cluster: string | null;
  /** The shortest time-out on the way, milliseconds; null: none, or unknown. */
  readonly timeoutMs: number | null;
  /** How the logged answer contradicts the decision; null: it does not. */
  readonly contradiction: string | null;
}

/** Decides a logged request by the configuration; null where nothing that was read decides. */
export type Classify = (request: LoggedRequest) => Classified | null;

/** By what classes are told apart beside what always does. */
export type GroupBy = 'route' | 'host' | 'client' | 'pod';

/** Requests that went and ended alike. */
export interface TrafficClass {
  readonly listener: string | null;
  readonly virtualHost: string | null;
  readonly routes: readonly string[];
  readonly unknown: readonly string[];
  readonly method: string;
  /** Its shape; `(other)` beyond the cap on classes. */
  readonly path: string;
  /** Host, client or pod, where classes are grouped by it. */
  readonly group: string | null;
  readonly status: number;
  readonly flag: string;
  readonly details: string | null;
  readonly count: number;
  readonly bytes: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly samples: readonly string[];
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p99Ms: number | null;
  readonly upstream: string | null;
  readonly by: 'gateway' | 'upstream';
  readonly refs: readonly (ObjectRef | null)[];
  /** The cluster whose upstream the log names, where the configuration chooses another; else null. */
  readonly otherCluster: string | null;
  readonly contradiction: string | null;
  /** Of a failing class: ids of a few traces. */
  readonly traceIds: readonly string[];
  /** The cluster the configuration chooses; `upstream` is what the log names where it chooses none. */
  readonly cluster: string | null;
  /** One request of the class, to explain it by; never printed. */
  readonly example: LoggedRequest | null;
  /** The listener whose line tells how it ended. */
  readonly hop: 'outer' | 'inner';
}

/** What requests by one route came to. */
export interface RouteTally {
  readonly label: string;
  readonly ref: ObjectRef | null;
  readonly virtualHost: string | null;
  readonly cluster: string | null;
  /** Milliseconds; null: none, or unknown. */
  readonly timeoutMs: number | null;
  /** Requests that surely took it, and those that perhaps did. */
  readonly requests: number;
  readonly perhaps: number;
  readonly failed: number;
  /** Those whose client left before the answer. */
  readonly left: number;
  /** Answers that are no streams: only they say how long a request takes. */
  readonly answered: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** What was made of all lines. */
export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
  /** Milliseconds since 1970: of the first and last request. */
  readonly covered: { readonly from: number; readonly to: number } | null;
  readonly byStatusFlag: readonly {
    readonly listener: string | null;
    readonly status: number;
    readonly flag: string;
    readonly count: number;
  }[];
  readonly classes: readonly TrafficClass[];
  readonly rates: Rates | null;
  /** Answered 5xx, or not at all. */
  readonly failed: number;
  /** Of every route that took a request; none where there are too many to count. */
  readonly routes: readonly RouteTally[];
  readonly spans: readonly CountedSpan[];
}

/** True for an answer that counts as failed: 5xx, and 0 (no answer) unless the client left. */
export function isFailure({ status, flag }: Pick<LogLine, 'status' | 'flag'>): boolean {
  if (status === null) return false;
  return status >= 500 || (status === 0 && !/\b(?:DC|DR)\b/.test(flag ?? ''));
}

/** Requests that were served, by method, path and group: a class that fails now may have worked before. */
export function servedOf(classes: Traffic['classes']): (one: TrafficClass) => number {
  const served = new Map<string, number>();
  const keyOf = ({ method, path, group }: TrafficClass): string => `${method} ${path} ${group}`;
  for (const one of classes) {
    if (one.status < 100 || one.status >= 400) continue;
    served.set(keyOf(one), (served.get(keyOf(one)) ?? 0) + one.count);
  }
  return (one) => served.get(keyOf(one)) ?? 0;
}
