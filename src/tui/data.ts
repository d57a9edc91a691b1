import type { LiveTraffic } from '../engine/logs/live/live-document.ts';
import type { CollectSummary, ExplainResult, SourceState } from '../engine/protocol.ts';
import type { RouteDetail, RouteRow, RouteRows } from '../engine/route-document.ts';
import type { ReportDocument } from '../report/document.ts';
import type { StatusDocument } from '../report/status.ts';
import type { Change } from './changes.ts';

/** Something that is asked for: not yet, there, or why not. */
export type Asked<T> =
  | { readonly state: 'waiting'; readonly since: number }
  | { readonly state: 'there'; readonly value: T; readonly at: number }
  | { readonly state: 'failed'; readonly why: string; readonly at: number };

/** The routes of a gateway; the rows are the same ones as long as they say the same. */
export interface RouteList extends RouteRows {
  readonly rows: readonly RouteRow[];
}

/** What was read, as far as it has come; times are milliseconds since 1970. */
export interface Data {
  readonly now: number;
  /** When this was opened. */
  readonly opened: number;
  /** How it stands with each source. */
  readonly sources: readonly SourceState[];
  /** What is shown of them. */
  readonly collected: Asked<CollectSummary>;
  readonly report: Asked<ReportDocument>;
  /** The last one that was there, while it is read again. */
  readonly last: ReportDocument | null;
  readonly status: StatusDocument | null;
  readonly routes: ReadonlyMap<string, Asked<RouteList>>;
  /** The route that is looked at, by `routeAsked`. */
  readonly details: ReadonlyMap<string, Asked<RouteDetail | null>>;
  readonly explained: ReadonlyMap<string, Asked<ExplainResult>>;
  /** What the logs say that are followed; null: none are. */
  readonly traffic: Asked<LiveTraffic> | null;
  /** Between readings, the newest first. */
  readonly changes: readonly Change[];
}

/** Nothing was read yet. */
export function noData(now: number): Data {
  const waiting = { state: 'waiting', since: now } as const;
  return {
    now,
    opened: now,
    sources: [],
    collected: waiting,
    report: waiting,
    last: null,
    status: null,
    routes: new Map(),
    details: new Map(),
    explained: new Map(),
    traffic: null,
    changes: [],
  };
}

/** What a route is asked for by. */
export function routeAsked(gateway: string, key: string): string {
  return `${gateway} ${key}`;
}

/** How long ago, in a few letters: `3s`, `12m`, `5h`, `2d`. */
export function age(from: number, to: number): string {
  const seconds = Math.max(0, Math.round((to - from) / 1000));
  if (seconds < 100) return `${seconds}s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)}h` : `${Math.round(seconds / 86_400)}d`;
}
