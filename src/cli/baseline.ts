import { readFile, writeFile } from 'node:fs/promises';
import type { BaselineEntry, ReportDocument } from '../report/document.ts';
import { Failure } from './failure.ts';
import type { ReportFlags } from './report-options.ts';

/** What `--baseline` names; null where it is not given. A file that is none ends the run before anything is read. */
export async function loadBaseline({ baseline: file }: ReportFlags): Promise<readonly BaselineEntry[] | null> {
  if (file === undefined) return null;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Failure(`cannot read the baseline ${file}: ${error instanceof Error ? error.message : error}`, 2);
  });
  const { readBaseline } = await import('../report/baseline.ts');
  const read = readBaseline(text);
  if (!read.ok)
    throw new Failure(`${file} is no baseline: ${read.reason}. --write-baseline, or diagnose -o json, writes one.`, 2);
  return read.entries;
}

/** The report with what the baseline holds marked as known. */
export async function againstBaseline(
  document: ReportDocument,
  { baseline }: ReportFlags,
  entries: readonly BaselineEntry[] | null,
): Promise<ReportDocument> {
  if (baseline === undefined || entries === null) return document;
  const { compareToBaseline } = await import('../report/baseline.ts');
  return compareToBaseline(document, baseline, entries);
}

/** Writes the file that `--write-baseline` names. */
export async function keepBaseline(document: ReportDocument, { writeBaseline: file }: ReportFlags): Promise<void> {
  if (file === undefined) return;
  const { writeBaseline } = await import('../report/baseline.ts');
  await writeFile(file, writeBaseline(document)).catch((error: unknown) => {
    throw new Failure(`cannot write ${file}: ${error instanceof Error ? error.message : error}`, 2);
  });
}
