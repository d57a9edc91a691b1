import type { Severity } from '../diagnose/finding.ts';
import type { ReportDocument } from '../report/document.ts';

/** From which severity on findings make the run fail. */
export type FailOn = Severity | 'never';

const rank: Readonly<Record<Severity, number>> = { error: 2, warning: 1, info: 0 };

/**
 * The exit code of a diagnosis, the same for every output format: 2 a named file held nothing readable, 1 findings, 4 the
 * time ran out, 3 something was not seen or a rule failed; in this order where several hold. Standing facts,
 * suppressed findings and those of the baseline never count.
 */
export function exitCode(document: ReportDocument, failOn: FailOn, bestEffort: boolean, timedOut: boolean): number {
  if (document.sources.some(({ trouble }) => trouble === 'nothing-readable')) return 2;
  if (document.findings.some((finding) => countsFor(finding, failOn))) return 1;
  if (timedOut) return 4;
  if (document.checks.some(({ failed }) => failed !== null)) return 3;
  if (bestEffort) return 0;
  if (document.sources.some(({ trouble }) => trouble !== null)) return 3;
  return document.checks.some(evaluated) ? 0 : 3;
}

/** Whether a finding makes the run fail. */
export function countsFor(finding: ReportDocument['findings'][number], failOn: FailOn): boolean {
  const { severity, effect, suppressed, known } = finding;
  if (suppressed || known) return false;
  return failOn !== 'never' && effect !== 'standing' && rank[severity] >= rank[failOn];
}

function evaluated(check: ReportDocument['checks'][number]): boolean {
  return check.failed === null && !check.notEvaluated.some(({ object }) => object === null);
}
