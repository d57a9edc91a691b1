import type { Check, Diagnosis } from '../diagnose/diagnosis.ts';
import type { Finding } from '../diagnose/finding.ts';
import type { Document } from '../snapshot/document.ts';
import type { EnvoyView } from '../snapshot/envoy/view.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import type { ObjectRef, Place } from '../snapshot/object.ts';
import type { FilePosition } from '../snapshot/snapshot.ts';
import { reportTraffic } from './report-traffic.ts';
import type { ReportCheck, ReportDocument, ReportEvidence, ReportFinding, ReportObject } from './document.ts';

/** What a report knows beside the diagnosis. */
export interface ReportContext {
  readonly documents: readonly Document[];
  /** Line and column of a place in a manifest; null where it has none. */
  readonly position: (place: Place) => FilePosition | null;
  readonly toolVersion: string;
  readonly objectPlace: (ref: ObjectRef) => Place | null;
  /** The command or URL that shows a rule's page. */
  readonly docsOf: (rule: string) => string;
  /** The cluster that was read; null or absent where there is none. */
  readonly cluster?: string | null;
  readonly envoys?: readonly Pick<EnvoyView, 'key' | 'pod'>[];
  /** Findings without evidence, causes and fixes. */
  readonly brief?: boolean;
}

/** Makes the report of a diagnosis. Pure: nothing in it depends on the machine or the time it is made. */
export function toDocument(diagnosis: Diagnosis, context: ReportContext): ReportDocument {
  const documents = new Map(context.documents.map((document) => [document.id, document]));
  const podOf = podFinder(documents, context);
  const toObject = (ref: ObjectRef): ReportObject => reportObject(ref, context);
  const findings = diagnosis.findings.map((finding) => reportFinding(finding, documents, toObject, podOf, context));
  const { window } = diagnosis;
  return {
    schemaVersion: 1,
    tool: { name: 'meshdoctor', version: context.toolVersion },
    takenAt: diagnosis.takenAt,
    window: window && { asked: window, covered: window },
    gateways: diagnosis.gateways.map((gateway) => ({ ...gateway, cluster: context.cluster ?? null })),
    summary: summarise(diagnosis),
    baseline: null,
    findings,
    traffic: diagnosis.traffic.map((view) => reportTraffic(view, context.cluster ?? null)),
    checks: diagnosis.checks.map((check) => reportCheck(check, toObject)),
    gaps: diagnosis.gaps,
    sources: diagnosis.sources.map(({ name, state, detail, cost, trouble }) => ({
      name,
      state,
      detail,
      cost,
      trouble: trouble ?? null,
    })),
  };
}

function summarise({ findings: all, checks, gaps, sources }: Diagnosis): ReportDocument['summary'] {
  const findings = all.filter(({ suppressed }) => !suppressed);
  const counted = findings.filter(({ effect }) => effect !== 'standing');
  const count = (severity: Finding['severity']): number =>
    counted.filter((finding) => finding.severity === severity).length;
  const notEvaluated = checks.reduce((sum, check) => sum + check.notEvaluated.length, 0);
  const undecided = checks.some((check) => check.undecided.length > 0 || check.failed !== null);
  return {
    error: count('error'),
    warning: count('warning'),
    info: count('info'),
    standing: findings.length - counted.length,
    suppressed: all.length - findings.length,
    known: 0,
    complete: notEvaluated === 0 && !undecided && gaps.length === 0 && sources.every(({ state }) => state === 'ok'),
    notEvaluated,
  };
}

function reportFinding(
  finding: Finding,
  documents: ReadonlyMap<string, Document>,
  toObject: (ref: ObjectRef) => ReportObject,
  podOf: (document: string) => string | null,
  context: ReportContext,
): ReportFinding {
  const evidence = finding.evidence.map((item) => reportEvidence(item, documents, podOf, context));
  const pods = new Set(evidence.flatMap(({ pod }) => pod ?? []));
  // What one Envoy alone showed is a fact of its pod.
  const [pod = null] = pods.size === 1 ? pods : [];
  const whole: ReportFinding = {
    id: finding.id,
    rule: finding.rule,
    severity: finding.severity,
    effect: finding.effect,
    title: finding.title,
    message: finding.message,
    objects: [...finding.subjects.map((ref) => ({ ...toObject(ref), pod })), ...finding.affects.map(toObject)],
    evidence,
    cause: finding.cause,
    since: finding.since,
    changes: finding.changes.map(({ at, what, object, evidence: seen }) => ({
      at,
      what,
      object: toObject(object),
      evidence: reportEvidence(seen, documents, podOf, context),
    })),
    avoid: finding.avoid,
    fix: finding.fix,
    witness: finding.witness,
    impact: finding.impact,
    docs: context.docsOf(finding.rule),
    symptoms: finding.symptoms,
    symptomOf: finding.foldedUnder,
    suppressed: finding.suppressed ?? null,
    known: false,
  };
  return context.brief ? { ...whole, evidence: [], cause: '', changes: [], avoid: [], fix: [], witness: null } : whole;
}

/** The pod whose Envoy told a document, as `namespace/name`. */
function podFinder(
  documents: ReadonlyMap<string, Document>,
  { envoys = [] }: ReportContext,
): (document: string) => string | null {
  const pods = new Map(envoys.flatMap(({ key, pod }) => (pod ? [[key, `${pod.namespace}/${pod.name}`]] : [])));
  return (document) => pods.get(documents.get(document)?.envoy ?? '') ?? null;
}

function reportObject(ref: ObjectRef, { objectPlace, position, cluster = null }: ReportContext): ReportObject {
  const place = objectPlace(ref);
  const at = place && position(place);
  return {
    ...ref,
    cluster,
    pod: null,
    file: at?.file ?? null,
    line: at?.line ?? null,
    column: at?.column ?? null,
  };
}

function reportEvidence(
  { source, document, pointer, value, note }: Evidence,
  documents: ReadonlyMap<string, Document>,
  podOf: (document: string) => string | null,
  { position }: ReportContext,
): ReportEvidence {
  const from = documents.get(document);
  const at = position({ document, pointer });
  return {
    source,
    document,
    pointer,
    value,
    note: note ?? null,
    readAt: from?.readAt ?? null,
    origin: from?.origin ?? null,
    file: at?.file ?? null,
    line: at?.line ?? null,
    column: at?.column ?? null,
    pod: podOf(document),
  };
}

function reportCheck(check: Check, toObject: (ref: ObjectRef) => ReportObject): ReportCheck {
  return {
    ...check,
    undecided: check.undecided.map(({ object, budget }) => ({ object: toObject(object), budget })),
    notEvaluated: check.notEvaluated.map(({ object, gap }) => ({
      object: object && toObject(object),
      missing: gap.missing,
      reason: gap.reason,
    })),
  };
}
