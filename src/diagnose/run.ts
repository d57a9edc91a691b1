import { memoize } from '../lib/memo.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import { firstUnread } from '../model/unread.ts';
import type { Gap } from '../snapshot/coverage.ts';
import { type ObjectRef, refKey } from '../snapshot/object.ts';
import { joinChanges } from './changes.ts';
import type { Check, Diagnosis, GatewaySummary } from './diagnosis.ts';
import type { Finding, FindingDraft, Severity } from './finding.ts';
import { fold } from './fold.ts';
import { findingId } from './identity.ts';
import { notEvaluated, type OtherRules, type Outcome, type Rule, type RuleRun, type Subject } from './rule.ts';
import { suppress } from './suppress.ts';

/**
 * Runs every rule over a model, marks what is suppressed, and folds symptoms under their causes. `known`: the rules there
 * are, where not all of them run; `run`: how one runs, where what it said before can do.
 */
export function diagnose(
  model: Model,
  rules: readonly Rule[],
  known: Iterable<string> = rules.map(({ id }) => id),
  run: (model: Model, rule: Rule) => RuleRun = runRule,
): Diagnosis {
  const ran = rules.map((rule) => run(model, rule));
  const others: OtherRules = { runs: ran, known: new Set(known) };
  const runs = rules.flatMap((rule, index) => {
    const said = ran[index];
    return said ? [rule.review ? runRule(model, rule, others) : said] : [];
  });
  const found = runs.flatMap(({ findings }) => findings);
  const checks = runs.map(({ check }) => check);
  const { snapshot } = model;
  return {
    takenAt: snapshot.takenAt,
    window: countersWindow(model),
    gateways: model.gateways.filter(({ object }) => object?.reported !== false).map(summarise),
    findings: joinChanges(model, fold(suppress(model, found), rules)),
    checks,
    traffic: snapshot.traffic ?? [],
    gaps: snapshot.gaps,
    sources: snapshot.sources,
  };
}

/**
 * Runs one rule: what it found, and what it did with each of its subjects. A rule that throws is reported as failed.
 * `others`: what they said, where it waits for them.
 */
export function runRule(model: Model, rule: Rule, others: OtherRules | null = null): RuleRun {
  const nothing = { findings: [], judged: [] };
  const missing = missingNeed(model, rule);
  if (missing) return { check: { ...emptyCheck(rule), notEvaluated: [{ object: null, gap: missing }] }, ...nothing };
  try {
    const judged = isJudged(model);
    const subjects = judgedOf(model, distinct(rule.subjects(model)));
    const said = [...rule.check(model), ...(others && rule.review ? rule.review(model, others) : [])];
    const outcomes = [...said, ...unreadGateways(model, rule, subjects)].filter((outcome) =>
      subjectsOf(outcome).some(judged),
    );
    const { check, closed } = countOutcomes(rule, subjects, outcomes);
    return { check, judged: closed, findings: once(outcomes.flatMap((outcome) => toFindings(rule, outcome))) };
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    return { check: { ...emptyCheck(rule), failed }, ...nothing };
  }
}

/** Subjects by key, each once. Many rules judge the same list: it is keyed once. */
interface Subjects {
  readonly byKey: ReadonlyMap<string, Subject>;
  readonly refs: readonly ObjectRef[];
}

const distinct = memoize((subjects: Iterable<Subject>): Subjects => {
  const byKey = new Map<string, Subject>();
  for (const subject of subjects) byKey.set(refKey(subject.ref), subject);
  return { byKey, refs: [...byKey.values()].map(({ ref }) => ref) };
});

function judgedOf(model: Model, all: Subjects): Subjects {
  return model.standingBy.size === 0 ? all : distinct([...all.byKey.values()].filter(isJudged(model)));
}

/** False for objects that only stand by (`--base`): they resolve references, and nothing is said of them. */
function isJudged(model: Model): (subject: Subject) => boolean {
  const standingBy = model.standingBy;
  if (standingBy.size === 0) return () => true;
  return ({ ref }) => !standingBy.has(refKey(ref));
}

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

/** Gateways of which a rule has not seen what it cannot do without: what it does not say of them is not that they are well. */
function unreadGateways(model: Model, rule: Rule, { byKey }: Subjects): readonly Outcome[] {
  const gaps = new Map<string, Gap>();
  for (const gateway of model.gateways) {
    const gap = unreadOf(model, rule, gateway);
    if (gap) gaps.set(refKey(gateway.ref), gap);
  }
  if (gaps.size === 0) return [];
  return [...byKey].flatMap(([key, subject]) => {
    const gap = gaps.get(key);
    return gap ? [notEvaluated(subject, gap)] : [];
  });
}

/** What was not read of the Envoys of a gateway that every group of needs asks for; null where one group is there. */
function unreadOf(model: Model, rule: Rule, { envoys }: Gateway): Gap | null {
  let first: Gap | null = null;
  for (const group of rule.needs) {
    if (group.some((part) => model.missing(part))) continue;
    const ofEnvoy = group.some((part) => part.startsWith('envoy.'));
    const gap = ofEnvoy && envoys.length === 0 ? noEnvoy : firstUnread(envoys, group);
    if (!gap) return null;
    first ??= gap;
  }
  return first;
}

const noEnvoy: Gap = {
  missing: 'what an Envoy of this gateway says',
  reason: 'none of them was read',
  remedy: 'name one with --admin URL, or give what its admin endpoint said with --config-dump, --stats …',
};

/** Each subject is counted once: found before undecided before not evaluated, else clear. */
function countOutcomes(
  rule: Rule,
  { byKey, refs }: Subjects,
  outcomes: readonly Outcome[],
): { readonly check: Check; readonly closed: RuleRun['judged'] } {
  const found = new Set<string>();
  for (const outcome of outcomes) {
    if (outcome.type === 'finding') for (const { ref } of outcome.subjects) found.add(refKey(ref));
  }
  const open = new Set<string>();
  const isNew = ({ ref }: Subject): boolean => {
    const key = refKey(ref);
    return !found.has(key) && !open.has(key) && open.add(key).has(key);
  };
  const undecided = outcomes.flatMap((outcome) =>
    outcome.type === 'undecided' && isNew(outcome.subject)
      ? [{ object: outcome.subject.ref, budget: outcome.budget }]
      : [],
  );
  const unevaluated = outcomes.flatMap((outcome) =>
    outcome.type === 'not-evaluated' && isNew(outcome.subject)
      ? [{ object: outcome.subject.ref, gap: outcome.gap }]
      : [],
  );
  const closed = open.size === 0 ? refs : refs.filter((ref) => !open.has(refKey(ref)));
  const clear = found.size === 0 ? closed.length : closed.filter((ref) => !found.has(refKey(ref))).length;
  const counted = { subjects: byKey.size, found: found.size, clear };
  return { check: { rule: rule.id, ...counted, undecided, notEvaluated: unevaluated, failed: null }, closed };
}

/** What several Envoys of a gateway show is one fault, with the evidence of each: an id holds no pod. */
function once(findings: readonly Finding[]): readonly Finding[] {
  const byId = new Map<string, Finding>();
  for (const finding of findings) {
    const held = byId.get(finding.id);
    const [first, ...rest] = held ? [...held.evidence, ...finding.evidence] : finding.evidence;
    byId.set(finding.id, held && first ? { ...held, evidence: [first, ...rest] } : finding);
  }
  return [...byId.values()];
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
      changes: [],
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
