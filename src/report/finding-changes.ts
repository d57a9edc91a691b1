import type { ReportDocument, ReportFinding } from './document.ts';

/** What became of a finding since the last look. */
export interface FindingChange {
  readonly what: 'appeared' | 'changed' | 'gone';
  /** As it is now; of one that is gone as it was. */
  readonly finding: ReportFinding;
}

/** The findings that hold, by id. */
export type Held = ReadonlyMap<string, ReportFinding>;

/**
 * What changed between two looks. Severity and effect make a change; numbers in a message do not. A finding is gone only
 * where its rule could look at the same objects again: what was not seen this time holds on.
 */
export function changesSince(
  before: Held,
  { findings, checks }: Pick<ReportDocument, 'findings' | 'checks'>,
): { readonly held: Held; readonly changes: readonly FindingChange[] } {
  const held = new Map(findings.filter(({ suppressed }) => !suppressed).map((finding) => [finding.id, finding]));
  const changes: FindingChange[] = [];
  for (const finding of held.values()) {
    const was = before.get(finding.id);
    if (!was) changes.push({ what: 'appeared', finding });
    else if (was.severity !== finding.severity || was.effect !== finding.effect)
      changes.push({ what: 'changed', finding });
  }
  const byRule = new Map(checks.map((check) => [check.rule, check]));
  const suppressed = new Set(findings.flatMap(({ id, suppressed: by }) => (by ? [id] : [])));
  for (const finding of before.values()) {
    if (held.has(finding.id)) continue;
    if (suppressed.has(finding.id) || looked(byRule.get(finding.rule), finding))
      changes.push({ what: 'gone', finding });
    else held.set(finding.id, finding);
  }
  return { held, changes };
}

function looked(check: ReportDocument['checks'][number] | undefined, { objects }: ReportFinding): boolean {
  if (!check || check.failed !== null) return false;
  const unseen = [...check.notEvaluated, ...check.undecided].map(({ object }) => object);
  return !unseen.some(
    (object) =>
      object === null ||
      objects.some(({ kind, namespace, name }) => {
        return kind === object.kind && namespace === object.namespace && name === object.name;
      }),
  );
}

/** Whether on-call should hear of a finding: a root, that may hit requests or will, and is no standing fact. */
export function isHeard({ effect, severity, symptomOf }: ReportFinding): boolean {
  return effect !== 'standing' && severity !== 'info' && symptomOf === null;
}
