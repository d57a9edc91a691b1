import { asList, asObject, isObject } from '../lib/json.ts';
import type { BaselineEntry, ReportDocument } from './document.ts';
import { lookedAt } from './outline.ts';

/** What a baseline file holds, or why it holds none. */
export type ReadBaseline =
  | { readonly ok: true; readonly entries: readonly BaselineEntry[] }
  | { readonly ok: false; readonly reason: string };

/** Reads a baseline: a report written earlier by `-o json`, or what `--write-baseline` wrote. */
export function readBaseline(text: string): ReadBaseline {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return { ok: false, reason: `it is not JSON: ${error instanceof Error ? error.message : error}` };
  }
  const { schemaVersion, findings } = asObject(parsed);
  if (!isObject(parsed) || !Array.isArray(findings)) return { ok: false, reason: 'it holds no list "findings"' };
  if (schemaVersion !== 1) return { ok: false, reason: `its schemaVersion is ${JSON.stringify(schemaVersion)}, not 1` };
  const entries: BaselineEntry[] = [];
  for (const [index, item] of asList(findings).entries()) {
    const { id, rule, title } = asObject(item);
    if (typeof id !== 'string' || !/^[0-9a-f]{12}$/.test(id) || typeof rule !== 'string')
      return { ok: false, reason: `findings[${index}] has no id of 12 hexadecimal digits, or no rule` };
    entries.push({ id, rule, title: typeof title === 'string' ? title : '' });
  }
  return { ok: true, entries };
}

/** The baseline of a report: one finding a line, in the order of rule and id, so that a change is a line of a diff. */
export function writeBaseline({ findings }: ReportDocument): string {
  const kept = findings
    .filter(({ suppressed }) => !suppressed)
    .map(({ id, rule, title }): BaselineEntry => ({ id, rule, title }))
    .sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
  const lines = kept.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n');
  return `{\n  "schemaVersion": 1,\n  "findings": [${lines === '' ? '' : `\n${lines}\n  `}]\n}\n`;
}

function sortKey({ rule, id }: BaselineEntry): string {
  return `${rule} ${id}`;
}

/**
 * Marks the findings that a baseline holds: they do not count any more. What it holds and this report does not is gone
 * only where its rule looked at everything this time.
 */
export function compareToBaseline(
  document: ReportDocument,
  file: string,
  entries: readonly BaselineEntry[],
): ReportDocument {
  const held = new Set(entries.map(({ id }) => id));
  const findings = document.findings.map((finding) => ({ ...finding, known: held.has(finding.id) }));
  const here = new Set(findings.map(({ id }) => id));
  const missing = entries.filter(({ id }) => !here.has(id));
  const whole = new Set(lookedAt(document).whole.map(({ rule }) => rule));
  const known = findings.filter((finding) => finding.known && !finding.suppressed);
  const counted = known.filter(({ effect }) => effect !== 'standing');
  const less = (severity: string): number => counted.filter((finding) => finding.severity === severity).length;
  const { summary } = document;
  return {
    ...document,
    findings,
    summary: {
      ...summary,
      error: summary.error - less('error'),
      warning: summary.warning - less('warning'),
      info: summary.info - less('info'),
      standing: summary.standing - (known.length - counted.length),
      known: known.length,
    },
    baseline: {
      file,
      gone: missing.filter(({ rule }) => whole.has(rule)),
      unseen: missing.filter(({ rule }) => !whole.has(rule)),
    },
  };
}
