import type { Avoid, Effect, Fix, Impact, Severity, Suppressed } from '../diagnose/finding.ts';
import type { GatewaySummary } from '../diagnose/diagnosis.ts';
import type { RuleDocs } from '../diagnose/rule.ts';
import type { Witness } from '../routing/witness.ts';
import type { TrafficView } from '../snapshot/access-log/traffic-view.ts';
import type { Gap } from '../snapshot/coverage.ts';
import type { ObjectRef } from '../snapshot/object.ts';

/** An object in a report, with its place where it came from a file. */
export interface ReportObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly cluster: string | null;
  readonly pod: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** One piece of evidence in a report: `document` and `pointer` name it in a bundle, `file` and `line` where a person looks. */
export interface ReportEvidence {
  readonly source: string;
  readonly document: string;
  readonly pointer: string;
  readonly value: unknown;
  readonly note: string | null;
  readonly readAt: string | null;
  readonly origin: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly pod: string | null;
}

/** One station of a request's way through a gateway. */
export interface ReportStation {
  /** What it is: `listener`, `virtual host`, `route`, `VirtualService`, `VirtualNode`, `endpoints`, `answer`. */
  readonly stage: string;
  readonly name: string;
  /** What it did with the request, or where it is written; empty where there is nothing to add. */
  readonly detail: string;
  /** `fault`: the finding is about it, or the way ends here. */
  readonly state: 'passed' | 'fault' | 'unknown';
}

/** The way of one request that a finding concerns, as the gateway decides it. */
export interface ReportWay {
  readonly request: string;
  readonly stations: readonly ReportStation[];
}

/** Something that changed shortly before a fault began. */
export interface ReportChange {
  readonly at: string;
  readonly what: string;
  readonly object: ReportObject;
  readonly evidence: ReportEvidence;
}

/** A finding as machines read it. */
export interface ReportFinding {
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly effect: Effect;
  readonly title: string;
  readonly message: string;
  readonly objects: readonly ReportObject[];
  readonly evidence: readonly ReportEvidence[];
  readonly cause: string;
  readonly since: string | null;
  readonly changes: readonly ReportChange[];
  readonly avoid: readonly Avoid[];
  readonly fix: readonly Fix[];
  readonly witness: Witness | null;
  readonly impact: Impact | null;
  readonly docs: string;
  readonly symptoms: readonly string[];
  /** Id of the finding this one is a symptom of; null for a root. */
  readonly symptomOf: string | null;
  /** Who said that it should not count, and why; null where nobody did. */
  readonly suppressed?: Suppressed | null;
  /** True where the baseline holds it: it does not count. */
  readonly known?: boolean;
  /** Only in reports that draw it: the JSON report does not carry it. */
  readonly way?: ReportWay;
}

/** What reports say of a rule that the findings do not. */
export interface RuleText {
  readonly id: string;
  readonly family: string;
  readonly title: string;
  readonly severity: Severity;
  readonly docs: RuleDocs;
}

/** What one rule did, as machines read it. */
export interface ReportCheck {
  readonly rule: string;
  readonly subjects: number;
  readonly found: number;
  readonly clear: number;
  readonly undecided: readonly { readonly object: ReportObject; readonly budget: string }[];
  readonly notEvaluated: readonly {
    readonly object: ReportObject | null;
    readonly missing: string;
    readonly reason: string;
  }[];
  readonly failed: string | null;
}

/** A finding as a baseline names it. */
export interface BaselineEntry {
  readonly id: string;
  readonly rule: string;
  readonly title: string;
}

/** What a comparison with an earlier report says of findings that are no more. */
export interface ReportBaseline {
  readonly file: string;
  /** Of a rule that looked at everything this time and no longer finds them. */
  readonly gone: readonly BaselineEntry[];
  /** Not found, but their rule could not look at everything this time or did not run: gone or unseen. */
  readonly unseen: readonly BaselineEntry[];
}

/** Requests that went and ended alike, in a report. */
export interface ReportClass {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly flag: string;
  readonly count: number;
  readonly perMinute: number;
  /** Of the gateway's requests, 0 to 1. */
  readonly share: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  /** The route, or all it can be. */
  readonly routes: readonly string[];
  readonly by: 'gateway' | 'upstream';
  /** Why it ended so; null for what was served. */
  readonly cause: string | null;
  /** Requests of the same method and path that were served. */
  readonly served: number;
  readonly sender: 'scanner' | 'health-check' | null;
}

/** What the access logs of one gateway say. */
export interface ReportTraffic {
  /** Null where nobody knows which gateway wrote them. */
  readonly gateway: ObjectRef | null;
  readonly cluster: string | null;
  readonly logs: readonly string[];
  readonly asked: { readonly from: string | null; readonly to: string | null } | null;
  readonly covered: { readonly from: string; readonly to: string } | null;
  readonly requests: number;
  readonly failed: number;
  readonly rates: TrafficView['rates'];
  /** Those that failed most first, then those that were served; at most 100. */
  readonly classes: readonly ReportClass[];
  /** Classes beyond those, and their requests. */
  readonly more: { readonly classes: number; readonly requests: number };
}

/** The whole report: what `-o json` prints and what every other format is made from. */
export interface ReportDocument {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'meshdoctor'; readonly version: string };
  readonly takenAt: string;
  readonly window: {
    readonly asked: { readonly from: string; readonly to: string };
    readonly covered: { readonly from: string; readonly to: string };
  } | null;
  readonly gateways: readonly (GatewaySummary & { readonly cluster: string | null })[];
  readonly summary: {
    readonly error: number;
    readonly warning: number;
    readonly info: number;
    readonly standing: number;
    readonly suppressed: number;
    /** Findings that the baseline holds; like suppressed ones, they are in no other count. */
    readonly known?: number;
    /** True when every rule could look at everything it needs and nothing failed. */
    readonly complete: boolean;
    /** Pairs of rule and subject that could not be judged. */
    readonly notEvaluated: number;
  };
  readonly findings: readonly ReportFinding[];
  readonly checks: readonly ReportCheck[];
  /** What access logs say, a gateway each; none where none was read. */
  readonly traffic: readonly ReportTraffic[];
  readonly gaps: readonly Gap[];
  /** Against what the findings were compared; null where there was nothing to compare with. */
  readonly baseline?: ReportBaseline | null;
  readonly sources: readonly {
    readonly name: string;
    readonly state: 'ok' | 'partial' | 'failed';
    readonly detail: string;
    readonly cost: { readonly calls: number; readonly bytes: number };
    /** Why the run cannot count as having seen this source; null where it did. */
    readonly trouble: 'nothing-readable' | 'part-unreadable' | 'not-seen' | null;
  }[];
}
