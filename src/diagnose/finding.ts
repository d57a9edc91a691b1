import type { Witness } from '../routing/witness.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import type { ObjectRef } from '../snapshot/object.ts';

export type Severity = 'error' | 'warning' | 'info';

/** `traffic`: requests are hit. `latent`: they would be, once configuration moves again or at the next restart. `standing`: true of every gateway whose control plane ended. */
export type Effect = 'traffic' | 'latent' | 'standing';

/** What to do: whether it works now, and what it restarts. A fix that restarts a frozen gateway never carries a command. */
export interface Fix {
  readonly say: string;
  readonly command?: string;
  readonly patch?: { readonly type: 'merge' | 'json'; readonly target: ObjectRef; readonly patch: unknown };
  readonly restarts: 'nothing' | 'target' | 'gateway';
  readonly works: 'now' | 'through-rescue' | 'after-migration' | 'needs-control-plane';
}

/** What never to do, and why. */
export interface Avoid {
  readonly say: string;
  readonly because: string;
}

/** How much traffic is hurt. */
export interface Impact {
  readonly requestsPerMinute: number;
  /** Of the gateway's requests, 0 to 1; null where it is not known. */
  readonly share: number | null;
}

/** What a rule says of a fault; the run adds identity, title and severity. */
export interface FindingDraft {
  /** What is wrong, in the reader's words: one sentence. */
  readonly message: string;
  readonly effect: Effect;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly cause: string;
  readonly fix: readonly Fix[];
  readonly avoid?: readonly Avoid[];
  /** ISO 8601 where it is known when it began. */
  readonly since?: string;
  readonly witness?: Witness;
  readonly impact?: Impact;
  /** The severity when it is not the rule's own. */
  readonly severity?: Severity;
  /** Tells two findings of one rule about the same subjects apart: a port, a field's path; never a count, message or time. */
  readonly discriminator?: string;
  /** Other objects that this fault hurts or that take part in it: shown, and symptoms about them fold under it. */
  readonly affects?: readonly ObjectRef[];
}

/** Why a finding is not shown and does not count: somebody said so. */
export interface Suppressed {
  readonly reason: string | null;
  /** The last day it is so; null for ever. */
  readonly until: string | null;
  /** Where it was said, in a person's words. */
  readonly by: string;
}

/** Something that changed shortly before a fault began, about an object of the fault. */
export interface Change {
  /** ISO 8601. */
  readonly at: string;
  readonly what: string;
  readonly object: ObjectRef;
  readonly evidence: Evidence;
}

/** A fact with evidence, cause and fix. */
export interface Finding
  extends Required<Pick<FindingDraft, 'message' | 'effect' | 'evidence' | 'cause' | 'fix' | 'avoid' | 'affects'>> {
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly subjects: readonly ObjectRef[];
  readonly since: string | null;
  readonly witness: Witness | null;
  readonly impact: Impact | null;
  /** What changed in the half hour before, newest first; of a root. */
  readonly changes: readonly Change[];
  /** Ids of the findings folded under this one. */
  readonly symptoms: readonly string[];
  /** Id of the finding this one is folded under; null for a root. */
  readonly foldedUnder: string | null;
  /** Absent or null where nobody suppressed it. */
  readonly suppressed?: Suppressed | null;
}
