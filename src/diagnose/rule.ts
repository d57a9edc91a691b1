import type { Model } from '../model/model.ts';
import type { Part } from '../model/parts.ts';
import type { Gap } from '../snapshot/coverage.ts';
import type { ObjectRef } from '../snapshot/object.ts';
import type { Check } from './diagnosis.ts';
import type { Finding, FindingDraft, Severity } from './finding.ts';

/** What an outcome is about: anything with an identity. */
export interface Subject {
  readonly ref: ObjectRef;
}

/** Which parts of the model a rule cannot do without: one group of these must have been read. */
export type Needs = readonly (readonly Part[])[];

/** The four texts of a rule's page. */
export interface RuleDocs {
  /** What the rule finds. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** What to do. */
  readonly fix: string;
  /** How it looks from outside: status codes, flags, log lines. */
  readonly seen: string;
}

/** What a rule says of its subjects; those it says nothing of are clear. */
export type Outcome =
  | { readonly type: 'finding'; readonly subjects: readonly [Subject, ...Subject[]]; readonly draft: FindingDraft }
  | { readonly type: 'not-evaluated'; readonly subject: Subject; readonly gap: Gap }
  | { readonly type: 'undecided'; readonly subject: Subject; readonly budget: string };

/** What one rule said, and of which subjects it could say it. */
export interface RuleRun {
  readonly check: Check;
  readonly findings: readonly Finding[];
  /** The subjects it judged, found or clear. */
  readonly judged: readonly ObjectRef[];
}

/** What the others said, for a rule about what people told meshdoctor. */
export interface OtherRules {
  readonly runs: readonly RuleRun[];
  /** Every rule there is, run or not. */
  readonly known: ReadonlySet<string>;
}

/** An alert that a rule's findings raise, while the control plane of their gateway lives. Few rules have one: most faults only hurt through what is measured. */
export interface RuleAlert {
  readonly name: string;
  readonly severity: 'page' | 'ticket';
  readonly forMinutes: number;
}

/** A diagnostic rule: a pure function from model to outcomes, and what people read about it. */
export interface Rule {
  /** The file's name. Stable: reports, metrics, alerts and suppressions say it. */
  readonly id: string;
  readonly title: string;
  /** The severity when the effect is `traffic`. */
  readonly severity: Severity;
  /** Keeps `error` for latent findings too; else they are at most a warning. */
  readonly latentError?: true;
  readonly needs: Needs;
  /** Parts that sharpen the answer where they were read. */
  readonly also?: readonly Part[];
  /** Rules whose findings about the same objects are symptoms of this one. */
  readonly explains?: readonly string[];
  readonly docs: RuleDocs;
  readonly alert?: RuleAlert;
  /** Everything the rule judges; what no outcome names is clear. */
  readonly subjects: (model: Model) => Iterable<Subject>;
  readonly check: (model: Model) => Iterable<Outcome>;
  /** What it has to say once the others have spoken. */
  readonly review?: (model: Model, others: OtherRules) => Iterable<Outcome>;
}

/** Declares a rule. */
export function defineRule(rule: Rule): Rule {
  return rule;
}

/** Any one of these parts is enough: `anyOf('mesh.meshes', allOf('envoy.routes', 'envoy.stats'))`. */
export function anyOf(...groups: readonly (Part | readonly Part[])[]): Needs {
  return groups.map((group) => (typeof group === 'string' ? [group] : group));
}

/** All of these parts are needed together. */
export function allOf(...parts: readonly Part[]): readonly Part[] {
  return parts;
}

/** A fault about one subject, or about several with one cause. */
export function finding(subjects: Subject | readonly [Subject, ...Subject[]], draft: FindingDraft): Outcome {
  return { type: 'finding', subjects: 'ref' in subjects ? [subjects] : subjects, draft };
}

/** The subject cannot be judged, for want of this. */
export function notEvaluated(subject: Subject, gap: Gap): Outcome {
  return { type: 'not-evaluated', subject, gap };
}
