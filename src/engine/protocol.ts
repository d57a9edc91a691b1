import type { CollectRequest } from '../collect/request.ts';
import type { ReportDocument } from '../report/document.ts';
import type { Suppression } from '../snapshot/suppression.ts';
import type { UserRuleText } from '../snapshot/user-rule.ts';
import type { RuleTestResult } from './rule-tests.ts';
import type { RescueOptions, RescueResult } from '../rescue/rescue.ts';
import type { Explained, ExplainRequest, Unexplained } from '../routing/explained.ts';

/** What a diagnosis should consider. */
export interface DiagnoseOptions {
  /** `--rule`: only these; empty means all. */
  readonly rules: readonly string[];
  /** `--skip-rule`. */
  readonly skip: readonly string[];
  /** Of the configuration file. */
  readonly suppressions: readonly Suppression[];
  /** Rules of the user's own, read and found right. */
  readonly userRules: readonly UserRuleText[];
}

/** What was collected, as the caller needs it to go on. */
export interface CollectSummary {
  readonly takenAt: string;
  readonly timedOut: boolean;
  readonly sources: ReportDocument['sources'];
  readonly documents: number;
  readonly objects: number;
  readonly envoys: number;
}

/** What to explain, by which gateway. */
export interface ExplainOptions {
  readonly requests: readonly ExplainRequest[];
  /** `NS/NAME`; null: the only gateway. */
  readonly gateway: string | null;
  /** `--envoy-version`: of tables made from objects alone; null: not told. */
  readonly envoyVersion: string | null;
  /** Every step is told, not only the decision. */
  readonly steps: boolean;
  /** Also say which routes no request reached. */
  readonly coverage: boolean;
}

/** Requests explained, in their order. */
export interface ExplainResult {
  readonly explained: readonly (Explained | Unexplained)[];
  /** For people: why nothing could be decided; else null. */
  readonly trouble: string | null;
  /** The routes that no request reached, where that was asked. */
  readonly uncovered: readonly string[];
  readonly routes: number;
}

/** Requests decided, each as a line of JSON: what is printed as it is need not be moved as objects. */
export interface DecidedLines extends Omit<ExplainResult, 'explained'> {
  readonly lines: readonly string[];
  /** The requests that could not be decided, or were decided otherwise than expected: which ones, and why. */
  readonly failures: readonly { readonly at: number; readonly kind: 'error' | 'unmet'; readonly said: string }[];
}

/** The engine: bytes go in, findings come out. One at work at a time; the same whether it runs here or in a worker. */
export interface Engine {
  /** Reads the sources; everything after it speaks of what was read. */
  readonly collect: (request: CollectRequest) => Promise<CollectSummary>;
  /** Runs the rules. */
  readonly diagnose: (options: DiagnoseOptions) => Promise<ReportDocument>;
  /** Decides requests. */
  readonly explain: (options: ExplainOptions) => Promise<ExplainResult>;
  /** Decides requests without their steps. */
  readonly decide: (options: Omit<ExplainOptions, 'steps'>) => Promise<DecidedLines>;
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
