import { groupBy } from '../lib/memo.ts';
import type { ReportCheck, ReportDocument, ReportFinding } from './document.ts';

/** A report in the order in which people read it. */
export interface Outline {
  /** Root causes, latent ones too, without standing facts. */
  readonly faults: readonly ReportFinding[];
  /** True until the gateway is left; not counted. */
  readonly standing: readonly ReportFinding[];
  /** Roots that somebody accepted, or that the baseline holds; not counted. */
  readonly accepted: readonly ReportFinding[];
  readonly symptomsOf: (finding: ReportFinding) => readonly ReportFinding[];
}

/** Sorts the findings of a report: roots apart from standing facts, symptoms behind their cause. */
export function outline({ findings }: ReportDocument): Outline {
  // Ids are the same in every cluster.
  const keyOf = (id: string, { objects }: ReportFinding): string => `${objects[0]?.cluster ?? ''} ${id}`;
  const byId = new Map(findings.map((finding) => [keyOf(finding.id, finding), finding]));
  const symptomsOf: Outline['symptomsOf'] = (root) => root.symptoms.flatMap((id) => byId.get(keyOf(id, root)) ?? []);
  const every = findings.filter(({ symptomOf }) => symptomOf === null);
  const quiet = new Set(every.filter((finding) => isQuiet(finding, symptomsOf(finding))));
  const roots = every.filter((finding) => !quiet.has(finding));
  return {
    faults: roots.filter(({ effect }) => effect !== 'standing'),
    standing: roots.filter(({ effect }) => effect === 'standing'),
    accepted: [...quiet],
    symptomsOf,
  };
}

/** Suppressed, or known and with no symptom that is new. */
function isQuiet({ suppressed, known }: ReportFinding, symptoms: readonly ReportFinding[]): boolean {
  if (suppressed) return true;
  return known === true && symptoms.every((one) => one.known || one.suppressed);
}

/** How far the rules could look: each check stands in exactly one of these. */
export interface Looked {
  readonly whole: readonly ReportCheck[];
  readonly partly: readonly ReportCheck[];
  readonly blind: readonly ReportCheck[];
  readonly failed: readonly ReportCheck[];
}

/** Sorts the checks of a report by how far they could look. */
export function lookedAt({ checks }: ReportDocument): Looked {
  const groups = groupBy(checks, howFar);
  const of = (far: keyof Looked): readonly ReportCheck[] => groups.get(far) ?? [];
  return { whole: of('whole'), partly: of('partly'), blind: of('blind'), failed: of('failed') };
}

function howFar({ failed, notEvaluated, undecided }: ReportCheck): keyof Looked {
  if (failed !== null) return 'failed';
  if (notEvaluated.some(({ object }) => object === null)) return 'blind';
  return undecided.length > 0 || notEvaluated.length > 0 ? 'partly' : 'whole';
}
