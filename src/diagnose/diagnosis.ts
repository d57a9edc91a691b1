import type { TrafficView } from '../snapshot/access-log/traffic-view.ts';
import type { Gap } from '../snapshot/coverage.ts';
import type { ObjectRef } from '../snapshot/object.ts';
import type { SourceReport } from '../snapshot/snapshot.ts';
import type { Finding } from './finding.ts';

/** What one rule did: how many subjects it judged and with what outcome. */
export interface Check {
  readonly rule: string;
  readonly subjects: number;
  readonly found: number;
  readonly clear: number;
  readonly undecided: readonly { readonly object: ObjectRef; readonly budget: string }[];
  /** `object` is null where the whole rule lacked its input. */
  readonly notEvaluated: readonly { readonly object: ObjectRef | null; readonly gap: Gap }[];
  /** The error of a rule that threw (our bug), else null. */
  readonly failed: string | null;
}

/** A gateway as the report introduces it. */
export interface GatewaySummary {
  readonly ref: ObjectRef;
  /** Envoys of it that were read, and how many of them said LIVE. */
  readonly envoys: number;
  readonly live: number;
  /** `observed`: an App Mesh Envoy without control plane; `assumed`: no Envoy was read and App Mesh has ended; `no`; `unknown`. */
  readonly frozen: 'observed' | 'assumed' | 'no' | 'unknown';
}

/** What every rule said of one snapshot. Pure: same snapshot, same diagnosis, same order, same ids. */
export interface Diagnosis {
  readonly takenAt: string;
  /** Between the first and last reading of counters, ISO 8601; null where there was one reading or none. */
  readonly window: { readonly from: string; readonly to: string } | null;
  readonly gateways: readonly GatewaySummary[];
  /** Every finding, folded ones too; roots first, each followed by its symptoms. */
  readonly findings: readonly Finding[];
  readonly checks: readonly Check[];
  /** What access logs say, by gateway. */
  readonly traffic: readonly TrafficView[];
  readonly gaps: readonly Gap[];
  readonly sources: readonly SourceReport[];
}
