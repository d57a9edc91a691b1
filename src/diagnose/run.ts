import { memoize } from '../lib/memo.ts';
import type { Model } from '../model/model.ts';
import type { Gap } from '../snapshot/coverage.ts';
import { refKey } from '../snapshot/object.ts';
import type { Check, Diagnosis, GatewaySummary } from './diagnosis.ts';
import type { Finding, FindingDraft, Severity } from './finding.ts';
import { fold } from './fold.ts';
import { findingId } from './identity.ts';
import type { Outcome, Rule, Subject } from './rule.ts';

/** Runs every rule over a model and folds symptoms under their causes. */
export function diagnose(model: Model, rules: readonly Rule[]): Diagnosis {
  const found: Finding[] = [];
  const checks: Check[] = [];
  for (const rule of rules) {
    const { check, findings } = runRule(model, rule);
    checks.push(check);
    found.push(...findings);
  }
  const { snapshot } = model;
  return {
    takenAt: snapshot.takenAt,
    window: countersWindow(model),
    gateways: model.gateways.filter(({ object }) => object?.reported !== false).map(summarise),
    findings: fold(found, rules),
    checks,
    gaps: snapshot.gaps,
    sources: snapshot.sources,
  };
}

/** Runs one rule: what it found, and what it did with each of its subjects. A rule that throws is reported as failed. */
export function runRule(model: Model, rule: Rule): { readonly check: Check; readonly findings: readonly Finding[] } {
  const missing = missingNeed(model, rule);
  if (missing) return { check: { ...emptyCheck(rule), notEvaluated: [{ object: null, gap: missing }] }, findings: [] };
  try {
    const judged = isJudged(model);
    const subjects = [...rule.subjects(model)].filter(judged);
    const outcomes = [...rule.check(model)].filter((outcome) => subjectsOf(outcome).some(judged));
    return { check: countOutcomes(rule, subjects, outcomes), findings: outcomes.flatMap((o) => toFindings(rule, o)) };
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    return { check: { ...emptyCheck(rule), failed }, findings: [] };
  }
}

/** False for objects that only stand by (`--base`): they resolve references, and nothing is said of them. */
function isJudged(model: Model): (subject: Subject) => boolean {
  const standingBy = unreported(model);
  return ({ ref }) => !standingBy.has(refKey(ref));
}

const unreported = memoize(
  ({ snapshot }: Model) => new Set(snapshot.objects.flatMap(({ ref, reported }) => (reported ? [] : [refKey(ref)]))),
);

function subjectsOf(outcome: Outcome): readonly Subject[] {
  return outcome.type === 'finding' ? outcome.subjects : [outcome.subject];
}

function emptyCheck(rule: Rule): Check {
  return { rule: rule.id, subjects: 0, found: 0, clear: 0, undecided: [], notEvaluated: [], failed: null };
}

function missingNeed(model: Model, rule: Rule): Gap | null {
  let first: Gap | null = null;
  for (const group of rule.needs) {
    const gap = group.map((part) => model.missing(part)).find((missing) => missing !== null) ?? null;
    if (!gap) return null;
    first ??= gap;
  }
  return first;
}

function countOutcomes(rule: Rule, subjects: readonly Subject[], outcomes: readonly Outcome[]): Check {
  const found = new Set<string>();
  const undecided: Check['undecided'][number][] = [];
  const notEvaluated: Check['notEvaluated'][number][] = [];
  for (const outcome of outcomes) {
    if (outcome.type === 'finding') for (const { ref } of outcome.subjects) found.add(refKey(ref));
    else if (outcome.type === 'undecided') undecided.push({ object: outcome.subject.ref, budget: outcome.budget });
    else notEvaluated.push({ object: outcome.subject.ref, gap: outcome.gap });
  }
  const open = new Set([...undecided, ...notEvaluated].flatMap(({ object }) => (object ? [refKey(object)] : [])));
  const keys = new Set(subjects.map(({ ref }) => refKey(ref)));
  const clear = [...keys].filter((key) => !found.has(key) && !open.has(key)).length;
  return { rule: rule.id, subjects: keys.size, found: found.size, clear, undecided, notEvaluated, failed: null };
}

function toFindings(rule: Rule, outcome: Outcome): readonly Finding[] {
  if (outcome.type !== 'finding') return [];
  const { draft } = outcome;
  const subjects = outcome.subjects.map(({ ref }) => ref);
  return [
    {
      id: findingId(rule.id, subjects, draft.discriminator ?? ''),
      rule: rule.id,
      title: rule.title,
      severity: severityOf(rule, draft),
      subjects,
      message: draft.message,
      effect: draft.effect,
      evidence: draft.evidence,
      cause: draft.cause,
      fix: draft.fix,
      avoid: draft.avoid ?? [],
      affects: draft.affects ?? [],
      since: draft.since ?? null,
      witness: draft.witness ?? null,
      impact: draft.impact ?? null,
      symptoms: [],
      foldedUnder: null,
    },
  ];
}

function severityOf(rule: Rule, draft: FindingDraft): Severity {
  if (draft.effect === 'standing') return 'info';
  const severity = draft.severity ?? rule.severity;
  return draft.effect === 'latent' && severity === 'error' && !rule.latentError ? 'warning' : severity;
}

function countersWindow(model: Model): Diagnosis['window'] {
  for (const view of model.snapshot.envoys) {
    if (view.stats.state === 'not-read' || view.stats.value.length < 2) continue;
    return { from: view.stats.value[0].at, to: view.stats.value.at(-1)?.at ?? view.stats.value[0].at };
  }
  return null;
}

function summarise(gateway: Model['gateways'][number]): GatewaySummary {
  const states = gateway.envoys.map(({ serverInfo }) =>
    serverInfo.state === 'not-read' ? '' : serverInfo.value.state,
  );
  return {
    ref: gateway.ref,
    envoys: gateway.envoys.length,
    live: states.filter((state) => state === 'LIVE').length,
    frozen: gateway.frozen.state,
  };
}
