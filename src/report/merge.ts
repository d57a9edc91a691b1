import { groupBy } from '../lib/memo.ts';
import type { ReportCheck, ReportDocument } from './document.ts';

/** One report of several clusters: every object says which one it lies in; what was not seen names its cluster. */
export function mergeDocuments(documents: readonly [ReportDocument, ...ReportDocument[]]): ReportDocument {
  const [first, ...others] = documents;
  if (others.length === 0) return first;
  const sum = (of: (summary: ReportDocument['summary']) => number): number =>
    documents.reduce((total, { summary }) => total + of(summary), 0);
  return {
    ...first,
    gateways: documents.flatMap(({ gateways }) => gateways),
    summary: {
      error: sum(({ error }) => error),
      warning: sum(({ warning }) => warning),
      info: sum(({ info }) => info),
      standing: sum(({ standing }) => standing),
      suppressed: sum(({ suppressed }) => suppressed),
      known: sum(({ known }) => known ?? 0),
      complete: documents.every(({ summary }) => summary.complete),
      notEvaluated: sum(({ notEvaluated }) => notEvaluated),
    },
    findings: documents.flatMap(({ findings }) => findings),
    checks: [
      ...groupBy(
        documents.flatMap(({ checks }) => checks),
        ({ rule }) => rule,
      ).values(),
    ].map(mergeChecks),
    traffic: documents.flatMap(({ traffic }) => traffic),
    gaps: documents.flatMap(({ gaps }) => gaps),
    sources: documents.flatMap(({ sources }) => sources),
  };
}

function mergeChecks(checks: readonly ReportCheck[]): ReportCheck {
  const sum = (of: (check: ReportCheck) => number): number => checks.reduce((total, check) => total + of(check), 0);
  return {
    rule: checks[0]?.rule ?? '',
    subjects: sum(({ subjects }) => subjects),
    found: sum(({ found }) => found),
    clear: sum(({ clear }) => clear),
    undecided: checks.flatMap(({ undecided }) => undecided),
    notEvaluated: checks.flatMap(({ notEvaluated }) => notEvaluated),
    failed: checks.find(({ failed }) => failed !== null)?.failed ?? null,
  };
}
