import { type ObjectRef, refKey } from '../snapshot/object.ts';
import type { Effect, Finding, Severity } from './finding.ts';
import type { Rule } from './rule.ts';

const severityOrder: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };
const effectOrder: Readonly<Record<Effect, number>> = { traffic: 0, latent: 1, standing: 2 };

/**
 * Puts symptoms under causes and orders the report: faults before information, roots by effect, severity, requests hurt, then rule and object; each
 * root followed by its symptoms. A finding is a symptom where another's rule explains its rule and the two share an object.
 * Information is no fault, and so the cause of none; of a standing fact its rule tells whether it is one. What is suppressed stands last, and takes its symptoms along unless a cause that is not suppressed explains them too; a
 * suppressed symptom leaves its root as it is.
 */
export function fold(findings: readonly Finding[], rules: readonly Rule[]): readonly Finding[] {
  const explains = new Map(rules.map((rule) => [rule.id, new Set(rule.explains ?? [])]));
  const harmless = new Set(rules.flatMap(({ id, severity }) => (severity === 'info' ? [id] : [])));
  const ordered = [...findings].sort(compareFindings);
  const causeOf = new Map<Finding, Finding>();
  const hurting = causesByObject(
    ordered.filter((one) => (explains.get(one.rule)?.size ?? 0) > 0 && isFault(one, harmless)),
  );
  for (const symptom of ordered) {
    let first: Cause | undefined;
    for (const cause of symptom.subjects.flatMap((ref) => hurting.get(refKey(ref)) ?? [])) {
      const { finding, at } = cause;
      if (finding === symptom || (first && first.at <= at) || !explains.get(finding.rule)?.has(symptom.rule)) continue;
      if (rootOf(causeOf, finding) !== symptom) first = cause;
    }
    if (first) causeOf.set(symptom, first.finding);
  }
  const symptomsOf = new Map<Finding, Finding[]>();
  for (const symptom of causeOf.keys()) {
    const root = rootOf(causeOf, symptom);
    symptomsOf.set(root, [...(symptomsOf.get(root) ?? []), symptom]);
  }
  return ordered
    .filter((finding) => !causeOf.has(finding))
    .flatMap((root) => {
      const symptoms = symptomsOf.get(root) ?? [];
      return [
        { ...withHurt(root, symptoms), symptoms: symptoms.map(({ id }) => id) },
        ...symptoms.map((symptom) => ({ ...symptom, ...suppressedWith(root, symptom), foldedUnder: root.id })),
      ];
    });
}

/** What a log says of the requests that a cause hurts, it says of the symptom: how many, and since when. */
function withHurt(root: Finding, symptoms: readonly Finding[]): Finding {
  if (root.effect !== 'traffic') return root;
  const hurt = symptoms.filter(({ effect, severity }) => effect === 'traffic' && severity !== 'info');
  const [first = null] = hurt.flatMap(({ since }) => since ?? []).sort();
  const [most = null] = hurt
    .flatMap(({ impact }) => impact ?? [])
    // What a log counts of all requests says more than the counters of one cluster.
    .sort((one, other) => (other.share ?? 0) - (one.share ?? 0) || other.requestsPerMinute - one.requestsPerMinute);
  return { ...root, since: root.since ?? first, impact: root.impact ?? most };
}

function suppressedWith(root: Finding, symptom: Finding): Pick<Finding, 'suppressed'> {
  if (!root.suppressed || symptom.suppressed) return {};
  return { suppressed: { ...root.suppressed, by: `its cause ${root.rule} is suppressed: ${root.suppressed.by}` } };
}

function isFault({ rule, severity, effect }: Finding, harmless: ReadonlySet<string>): boolean {
  return severity !== 'info' || (effect === 'standing' && !harmless.has(rule));
}

function rootOf(causeOf: ReadonlyMap<Finding, Finding>, finding: Finding): Finding {
  let root = finding;
  for (let cause = causeOf.get(root); cause; cause = causeOf.get(root)) root = cause;
  return root;
}

/** A finding that may be the cause of others, and its place in the report's order. */
interface Cause {
  readonly finding: Finding;
  readonly at: number;
}

/** A symptom belongs to a cause when it is about an object that the cause is about or affects: the faults, by these objects. */
function causesByObject(findings: readonly Finding[]): ReadonlyMap<string, readonly Cause[]> {
  const byObject = new Map<string, Cause[]>();
  for (const [at, finding] of findings.entries()) {
    for (const key of new Set([...finding.subjects, ...finding.affects].map(refKey))) {
      const causes = byObject.get(key) ?? [];
      causes.push({ finding, at });
      byObject.set(key, causes);
    }
  }
  return byObject;
}

function compareFindings(left: Finding, right: Finding): number {
  return (
    Number(Boolean(left.suppressed)) - Number(Boolean(right.suppressed)) ||
    // Information is no fault: it stands behind faults that hit nobody yet.
    Number(left.severity === 'info') - Number(right.severity === 'info') ||
    effectOrder[left.effect] - effectOrder[right.effect] ||
    severityOrder[left.severity] - severityOrder[right.severity] ||
    (right.impact?.requestsPerMinute ?? 0) - (left.impact?.requestsPerMinute ?? 0) ||
    compareTexts(left.rule, right.rule) ||
    compareTexts(keyOf(left.subjects), keyOf(right.subjects)) ||
    compareTexts(left.id, right.id)
  );
}

function keyOf(refs: readonly ObjectRef[]): string {
  return refs.map(refKey).join(' ');
}

/** By code unit, not by locale: the order is the same on every machine. */
function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
