import type { Arrived } from '../collect/arrivals.ts';
export type { SourceState } from '../collect/arrivals.ts';
import type { CollectRequest, LogsRequest } from '../collect/request.ts';
import type { LogsDocument } from '../report/logs-document.ts';
import type { ReportDocument } from '../report/document.ts';
import type { Suppression } from '../snapshot/suppression.ts';
import type { PodMeasure } from '../diagnose/measured.ts';
import type { CountedTurn } from '../traffic/route-counts.ts';
import type { UserRuleText } from '../snapshot/user-rule.ts';
import type { Configuration } from './configurations.ts';
import type { RouteAsked, RouteDetail, RouteRows, RoutesAsked } from './route-document.ts';
import type { RuleTestResult } from './rule-tests.ts';
import type { StatusDocument } from '../report/status.ts';
import type { RescueOptions, RescueResult } from '../rescue/rescue.ts';
import type { LiveTraffic } from './logs/live/live-document.ts';
import type { LogsOptions } from './logs/options.ts';
import type { Explained, ExplainRequest, Unexplained } from '../routing/explained.ts';

/** The requests that a report should be about: what is not named is open. */
export interface RequestsAsked {
  /** The path, with a query or without. */
  readonly path: string | null;
  readonly host: string | null;
  /** `404`, `5xx`; empty: any. */
  readonly statuses: readonly string[];
}

/** What a diagnosis should consider. */
export interface DiagnoseOptions {
  /** `--rule`: only these; empty means all. */
  readonly rules: readonly string[];
  /** `--skip-rule`. */
  readonly skip: readonly string[];
  /** Also draw the way of a request beside findings that concern one. */
  readonly ways?: boolean;
  /** Of the configuration file. */
  readonly suppressions?: readonly Suppression[];
  /** Tell only what is about such requests. */
  readonly requests?: RequestsAsked | null;
  /** For counts and lines of a log: findings without evidence, causes and fixes; what was made for the rules is let go. */
  readonly brief?: boolean;
  /** Rules of the user's own, read and found right. */
  readonly userRules?: readonly UserRuleText[];
}

/** What was collected, as the caller needs it to go on. */
export interface CollectSummary {
  readonly takenAt: string;
  readonly timedOut: boolean;
  readonly sources: ReportDocument['sources'];
  readonly documents: number;
  readonly objects: number;
  readonly envoys: number;
  readonly configurations: readonly Configuration[];
  /** Milliseconds that each call to an Envoy took which is read again and again. */
  readonly envoyCallsMs: readonly number[];
}

/** By which gateway to decide. */
interface ByGateway {
  /** `NS/NAME`; null: the only gateway. */
  readonly gateway: string | null;
  /** `--envoy-version`: of tables made from objects alone; null: not told. */
  readonly envoyVersion: string | null;
}

/** What to explain, by which gateway. */
export interface ExplainOptions extends ByGateway {
  readonly requests: readonly ExplainRequest[];
}

/** Requests explained, in their order. */
export interface ExplainResult {
  readonly explained: readonly (Explained | Unexplained)[];
  /** For people: why nothing could be decided; else null. */
  readonly trouble: string | null;
}

/** A part of a file of requests, one a line as JSON. */
export interface DecideOptions extends ByGateway {
  /** Whole lines, UTF-8; handed over to the engine. */
  readonly text: Uint8Array<ArrayBuffer>;
  readonly file: string;
  /** Counts from 1 in the file: an error names its line. */
  readonly firstLine: number;
  /** Also say which routes no request reached. */
  readonly coverage: boolean;
}

/** What was decided of them. */
export interface DecidedLines {
  /** A decision a line as JSON, UTF-8, in the order of the requests. */
  readonly bytes: Uint8Array;
  readonly requests: number;
  /** For people: requests that cannot be read or decided. */
  readonly errors: readonly string[];
  /** For people: requests that are decided otherwise than they expect. */
  readonly unmet: readonly string[];
  /** For people: why nothing could be decided; else null. */
  readonly trouble: string | null;
  /** The routes that no request reached, where that was asked. */
  readonly uncovered: readonly string[];
  readonly routes: number;
}

/** Whose logs are followed from now on. */
export interface FollowOptions {
  /** `NS/NAME` of each pod, and of the gateway it serves; null: the cluster was not seen, and all stays as it was. */
  readonly pods: readonly { readonly key: string; readonly gateway: string }[] | null;
  /** The folder of the node's log files, read instead of asking the API server; null: that is asked. */
  readonly nodeLogs: string | null;
}

/** What their logs told since the last call. */
export interface Followed {
  readonly gateways: readonly (CountedTurn & {
    readonly gateway: string;
    /** `NS/NAME` of routes whose object asks to be woken for: the annotation `meshdoctor.io/page: "true"`. */
    readonly paged: readonly string[];
  })[];
  readonly lines: number;
  /** Which logs do not come, and why. */
  readonly troubles: readonly string[];
}

/** The engine: bytes go in, findings come out. One at work at a time; the same whether it runs here or in a worker. */
export interface Engine {
  /** Reads the sources; everything after it speaks of what was read. */
  readonly collect: (request: CollectRequest) => Promise<CollectSummary>;
  /**
   * Reads the sources of one cluster side by side, again and again: each is told of as it comes (`arrivals`). One that an earlier
   * call still waits for is not asked again. What came is spoken of from `takeArrived` on.
   */
  readonly gather: (request: CollectRequest) => Promise<void>;
  /** How it stands with each source, once that is otherwise than at step `seen`. */
  readonly arrivals: (seen: number) => Promise<Arrived>;
  /** From now on what came so far is spoken of; of a source that did not answer, what it said before. */
  readonly takeArrived: () => Promise<CollectSummary>;
  /** Runs the rules. */
  readonly diagnose: (options: DiagnoseOptions) => Promise<ReportDocument>;
  /** The state of every gateway. */
  readonly status: () => Promise<StatusDocument>;
  /** The numbers of every pod of every gateway. */
  readonly measure: () => Promise<readonly PodMeasure[]>;
  /** Follows the logs of these pods, decides their requests by what was collected last, and tells what came since it was called before. */
  readonly countRequests: (options: FollowOptions) => Promise<Followed>;
  /** Waits until what is asked of App Mesh in a cluster that is read again and again has changed since it was read. */
  readonly changed: () => Promise<void>;
  /** Explains requests: decisions and every step. */
  readonly explain: (options: ExplainOptions) => Promise<ExplainResult>;
  /** The routes of a gateway. */
  readonly routes: (asked: RoutesAsked) => Promise<RouteRows>;
  /** One of them, by its key; null: there is no such route any more. */
  readonly route: (asked: RouteAsked) => Promise<RouteDetail | null>;
  /** Decides a part of a file of requests. */
  readonly decide: (options: DecideOptions) => Promise<DecidedLines>;
  /** Reads access logs, and tells the classes of requests in them by what was collected. */
  readonly logs: (options: LogsOptions) => Promise<LogsDocument>;
  /** Begins to follow access logs while they are written; rules hear of them where collecting read none. */
  readonly follow: (logs: LogsRequest) => Promise<void>;
  /** What the logs that are followed say now. */
  readonly traffic: () => Promise<LiveTraffic>;
  /** The way of a class of requests (`key`) in the logs that are followed. */
  readonly explainClass: (key: string) => Promise<ExplainResult>;
  /** Makes a static configuration of what a gateway runs; needs a request with `keep` and `whole`. */
  readonly rescue: (options: RescueOptions) => Promise<RescueResult>;
  /** Runs the tests that stand in user rules; needs no collecting. */
  readonly testRules: (rules: readonly UserRuleText[]) => Promise<readonly RuleTestResult[]>;
  /** The bytes of a bundle of what was read; needs a request with `keep`. */
  readonly bundle: () => Promise<Uint8Array>;
}

/** A call over the worker's port: method, its one argument, and a number to match the answer by. */
export interface Call {
  readonly id: number;
  readonly method: keyof Engine;
  readonly argument: unknown;
}

/** The answer to a call. */
export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string; readonly stack: string };
