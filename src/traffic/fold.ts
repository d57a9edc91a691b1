import type { LogLine } from '../snapshot/access-log/line.ts';
import { pathShape } from '../snapshot/path-shape.ts';
import type { KindsBy, LogRow } from '../snapshot/access-log/row.ts';
import { grow, type Growing, keepTrace, lineOf, newClass, nothing, wantsTrace } from './growing-class.ts';
import type { Half } from './half.ts';
import { Pairing } from './pairing.ts';
import { RateCounter } from './rates.ts';
import { RouteTallies, type RoutesTaken } from './route-tally.ts';
import { groupOf } from './group-by.ts';
import { answeredBy, isHandedOver, type LoggedRequest, tellingLine } from './request.ts';
import { type RowKind, rowKind } from './row-kind.ts';
import { type Classified, type Classify, type GroupBy, isFailure, type Traffic, type TrafficClass } from './traffic.ts';

/** How lines are folded. */
export interface FoldOptions {
  readonly classify: Classify;
  readonly by: GroupBy;
  /** Classes beyond so many are told together as `(other)`. */
  readonly mostClasses: number;
  /** What of lines `classify` asks for beside what always tells them apart; absent: all of the path, and each header. */
  readonly asks?: KindsBy;
  /** The cluster that a line's upstream belongs to, where it is another than the one decided; else null. */
  readonly otherCluster?: (line: LogLine, decided: string) => string | null;
  /** Times between which requests are counted, by Envoy; `pod` null: every line is that Envoy's. */
  readonly spans?: readonly LogSpan[];
}

/** A time between which the requests of one Envoy are counted: milliseconds since 1970. */
export interface LogSpan {
  readonly envoy: string;
  readonly pod: string | null;
  readonly from: number;
  readonly to: number;
}

interface StatusFlag {
  readonly listener: string | null;
  readonly status: number;
  readonly flag: string;
  count: number;
}

/** Where requests of one kind are counted. */
interface Counted {
  readonly outer: StatusFlag;
  readonly inner: StatusFlag | null;
  /** Whether the outer line alone tells a failure, and whether the request failed. */
  readonly outerFailed: boolean;
  readonly failed: boolean;
  readonly taken: RoutesTaken;
  readonly traffic: Growing;
}

/** The kind of a row, as a fold counts it. */
export type FoldedKind = RowKind<Counted>;

/** Inner kinds of one kind beyond so many are looked at anew. */
const mostJoined = 64;

/** The incremental fold of log lines into classes: memory is bounded whatever comes in, and counts by status and flag are exact. */
export class TrafficFold {
  readonly #options: FoldOptions;
  readonly #pairing = new Pairing<Counted>(
    (outer, inner) => this.#count(outer, inner),
    (kind, at, sent, durationMs) => this.#countAlone(kind, at, sent, durationMs),
  );
  readonly #classes = new Map<string, Growing>();
  readonly #byStatusFlag = new Map<string, StatusFlag>();
  readonly #rates = new RateCounter();
  readonly #routes = new RouteTallies();
  readonly #spans: number[];
  #requests = 0;
  #failed = 0;
  #bytes = 0;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;

  constructor(options: FoldOptions) {
    this.#options = options;
    this.#spans = (options.spans ?? []).map(() => 0);
  }

  /** What tells rows of one kind from others. */
  get kindsBy(): KindsBy {
    const { asks = { header: () => true, path: 'whole' }, by } = this.#options;
    return by === 'client' ? { ...asks, header: (name) => name === 'user-agent' || asks.header(name) } : asks;
  }

  /** The kind that a line is the first of. */
  kindOf(line: LogLine, reread: (text: string) => LogLine): FoldedKind {
    return rowKind(line, reread);
  }

  /** `length`: of the line as it was read. */
  add(line: LogLine, length: number): void {
    this.#pairing.add(line, length);
  }

  /** Lines that waited for their other one since the last call count as alone. */
  settle(): void {
    this.#pairing.settle();
  }

  addRow(row: LogRow<FoldedKind>): void {
    this.#pairing.addRow(row);
  }

  /** The memory of blocks before this one is used anew. */
  release(block: number): void {
    this.#pairing.release(block);
  }

  /** No more lines come. */
  end(): Traffic {
    this.#pairing.end();
    return this.result();
  }

  /** What was made of the lines so far; those that still wait for their other one are not in it. */
  result(): Traffic {
    const classes = [...this.#classes.values()].map(
      ({ quantiles, from, to, ...one }): TrafficClass => ({
        ...one,
        firstSeen: timeText(from),
        lastSeen: timeText(to),
        p50Ms: quantiles.at(0.5),
        p90Ms: quantiles.at(0.9),
        p99Ms: quantiles.at(0.99),
      }),
    );
    return {
      requests: this.#requests,
      bytes: this.#bytes,
      covered: this.#from > this.#to ? null : { from: this.#from, to: this.#to },
      byStatusFlag: [...this.#byStatusFlag.values()].sort((one, other) => other.count - one.count),
      classes: classes.sort((one, other) => other.count - one.count),
      rates: this.#rates.result(),
      failed: this.#failed,
      routes: this.#routes.whole ? this.#routes.result() : [],
      spans: (this.#options.spans ?? []).map(({ envoy }, at) => ({ envoy, requests: this.#spans[at] ?? 0 })),
    };
  }

  #count(outer: Half<Counted>, inner: Half<Counted> | null): void {
    const counted = this.#countedOf(outer, inner);
    if (wantsTrace(counted.traffic)) keepTrace(counted.traffic, outer);
    this.#grow(counted, outer.line?.pod ?? outer.kind?.pod ?? null, outer.at, outer.sent, outer.durationMs);
  }

  /** Most requests are one row of a kind that was counted before: its numbers are enough then. False: more of it is needed. */
  #countAlone(kind: FoldedKind, at: number, sent: number, durationMs: number): boolean {
    const counted = kind.alone;
    if (!counted || (kind.traced && wantsTrace(counted.traffic))) return false;
    this.#grow(counted, kind.pod, at, sent, durationMs);
    return true;
  }

  #grow(counted: Counted, pod: string | null, at: number, sent: number, durationMs: number): void {
    this.#requests += 1;
    if (sent > 0) this.#bytes += sent;
    counted.outer.count += 1;
    if (counted.inner) counted.inner.count += 1;
    if (!Number.isNaN(at)) {
      if (at < this.#from) this.#from = at;
      if (at > this.#to) this.#to = at;
      this.#rates.add(at, counted.outerFailed);
      if (this.#spans.length > 0) this.#countSpans(pod, at);
    }
    if (counted.failed) this.#failed += 1;
    this.#routes.add(counted.taken, durationMs);
    grow(counted.traffic, at, sent, durationMs);
  }

  /** What is counted of rows of these kinds is found once. */
  #countedOf(outer: Half<Counted>, inner: Half<Counted> | null): Counted {
    const { kind } = outer;
    if (!kind || (inner && !inner.kind)) return this.#find({ outer: lineOf(outer), inner: inner && lineOf(inner) });
    if (!inner?.kind) {
      kind.alone ??= this.#find({ outer: lineOf(outer), inner: null });
      return kind.alone;
    }
    let counted = kind.joined.get(inner.kind);
    if (!counted) {
      counted = this.#find({ outer: lineOf(outer), inner: lineOf(inner) });
      if (kind.joined.size >= mostJoined) kind.joined.clear();
      kind.joined.set(inner.kind, counted);
    }
    return counted;
  }

  #find(request: LoggedRequest): Counted {
    const { outer, inner } = request;
    const decided = this.#options.classify(request) ?? nothing;
    const lone = inner === null && isInnerAlone(outer, decided);
    const telling = tellingLine(request);
    const failed = isFailure({ status: outer.status, flag: telling.flag });
    return {
      outer: this.#statusFlag(outer, lone ? decided.inner : decided.listener),
      inner: inner && this.#statusFlag(inner, decided.inner),
      outerFailed: isFailure(outer),
      failed,
      taken: this.#routes.taken(decided, outer, telling.flag, failed),
      traffic: this.#classOf(request, telling, decided, lone || telling === inner ? 'inner' : 'outer'),
    };
  }

  #countSpans(pod: string | null, at: number): void {
    for (const [index, span] of (this.#options.spans ?? []).entries()) {
      const inside = at >= span.from && at <= span.to && (span.pod === null || span.pod === pod);
      if (inside) this.#spans[index] = (this.#spans[index] ?? 0) + 1;
    }
  }

  #statusFlag({ status, flag }: LogLine, listener: string | null): StatusFlag {
    const key = `${listener} ${status} ${flag}`;
    const held = this.#byStatusFlag.get(key);
    if (held) return held;
    const made = { listener, status: status ?? 0, flag: flag ?? '-', count: 0 };
    this.#byStatusFlag.set(key, made);
    return made;
  }

  #classOf(request: LoggedRequest, telling: LogLine, decided: Classified, hop: 'outer' | 'inner'): Growing {
    const { outer } = request;
    const { by, mostClasses, otherCluster } = this.#options;
    const details = telling.details?.slice(0, mostDetails) ?? null;
    const ending = `${hop} ${outer.status} ${telling.flag} ${answeredBy(telling)}`;
    const routes = decided.routes.join(' | ');
    const group = groupOf(outer, by);
    const path = outer.path === null ? '-' : pathShape(outer.path);
    const other = decided.cluster === null ? null : (otherCluster?.(telling, decided.cluster) ?? null);
    const key = `${ending} ${details} ${outer.method} ${path} ${decided.virtualHost} ${routes} ${group} ${other ?? ''}`;
    const held = this.#classes.get(key);
    if (held) return held;
    if (this.#classes.size >= mostClasses) {
      const rest = `(other) ${ending}`;
      const mixture = this.#classes.get(rest);
      if (mixture) return mixture;
      const mixed = { method: '-', path: '(other)', group: null, details: null, otherCluster: null };
      const made: Growing = {
        ...newClass(request, telling, nothing, hop, mixed),
        listener: hop === 'inner' ? decided.inner : decided.listener,
        samples: [],
        // The first of a mixture speaks for none of the others.
        upstream: null,
        cluster: null,
      };
      this.#classes.set(rest, made);
      return made;
    }
    const told = { method: outer.method ?? '-', path, group, details, otherCluster: other };
    const made = newClass(request, telling, decided, hop, told);
    this.#classes.set(key, made);
    return made;
  }
}

/** Enough for the error of BoringSSL, which Envoy puts behind some 100 characters of its own. */
const mostDetails = 300;

/** A line of the listener inside the gateway whose other line was not read: the outer one would have been handed over, or have no route. */
function isInnerAlone(line: LogLine, { inner }: Classified): boolean {
  if (inner === null || isHandedOver(line)) return false;
  return line.upstream !== null && line.upstream !== '-';
}

function timeText(at: number): string | null {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : null;
}
