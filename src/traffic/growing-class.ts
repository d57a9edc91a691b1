import type { LogLine } from '../snapshot/access-log/line.ts';
import type { Half } from './half.ts';
import { Quantiles } from './quantiles.ts';
import { answeredBy, type LoggedRequest } from './request.ts';
import { sampleOf, withoutExcess } from './sample.ts';
import type { Classified, TrafficClass } from './traffic.ts';

/** A class while it grows. */
export type Growing = { -readonly [K in keyof TrafficClass]: TrafficClass[K] } & {
  readonly quantiles: Quantiles;
  traceIds: string[];
  from: number;
  to: number;
};

/** What is known of a request that nothing decides. */
export const nothing: Classified = {
  listener: null,
  inner: null,
  virtualHost: null,
  routes: [],
  refs: [],
  unknown: [],
  cluster: null,
  timeoutMs: null,
  contradiction: null,
};

/** A class that a request is the first of. */
export function newClass(
  request: LoggedRequest,
  telling: LogLine,
  decided: Classified,
  hop: 'outer' | 'inner',
  told: Pick<TrafficClass, 'method' | 'path' | 'group' | 'details' | 'otherCluster'>,
): Growing {
  const { listener, inner, virtualHost, routes, refs, unknown, cluster, contradiction } = decided;
  const upstream = telling.upstream === null || telling.upstream === '-' ? null : telling.upstream;
  return {
    ...told,
    listener: hop === 'inner' ? inner : listener,
    virtualHost,
    routes,
    refs,
    contradiction,
    cluster,
    unknown,
    status: request.outer.status ?? 0,
    flag: telling.flag ?? '-',
    count: 0,
    bytes: 0,
    firstSeen: null,
    lastSeen: null,
    samples: [sampleOf(request)],
    traceIds: [],
    p50Ms: null,
    p90Ms: null,
    p99Ms: null,
    upstream: cluster ?? (telling.cluster === '-' ? null : telling.cluster) ?? upstream,
    by: answeredBy(telling),
    example: told.path === '(other)' ? null : withoutExcess(request),
    hop,
    quantiles: new Quantiles(),
    from: Number.POSITIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
  };
}

const mostTraceIds = 20;

/** One more request of a class: its time, bytes sent and duration; NaN and below 0: not told. */
export function grow(one: Growing, at: number, sent: number, durationMs: number): void {
  one.count += 1;
  if (sent > 0) one.bytes += sent;
  if (durationMs >= 0) one.quantiles.add(durationMs);
  if (at < one.from) one.from = at;
  if (at > one.to) one.to = at;
}

/** True where the next trace id is kept. */
export function wantsTrace({ status, traceIds }: Growing): boolean {
  return status >= 400 && traceIds.length < mostTraceIds;
}

/** Keeps the trace id of a request, where its line tells one. */
export function keepTrace(one: Growing, half: Half<unknown>): void {
  const traceId = half.kind?.traced === false ? null : lineOf(half).traceId;
  // X-Amzn-Trace-Id: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
  const id = traceId === null ? null : /\b1-[0-9a-f]{8}-[0-9a-f]{24}\b/.exec(traceId);
  if (id) one.traceIds.push(id[0]);
}

/** The line that waited. */
export function lineOf({ line, kind, bytes, from, to }: Half<unknown>): LogLine {
  if (line) return line;
  if (!kind) throw new Error('neither a line nor a row');
  return kind.reread(bytes.toString('latin1', from, to));
}
