import { groupBy } from '../../lib/memo.ts';
import { oneLine } from '../../lib/text.ts';
import { hang } from '../../lib/width.ts';
import type { ReportDocument } from '../document.ts';
import { plural } from '../../lib/plural.ts';

/** What is not shown, and what is no more. */
export function quietBlock(
  { summary, baseline, findings }: ReportDocument,
  { all, width }: { readonly all: boolean; readonly width: number },
): readonly string[] {
  const lines: string[] = [];
  const say = (text: string): number => lines.push(...hang('', oneLine(text), width));
  if (summary.suppressed > 0) say(`${plural(summary.suppressed, 'finding')} suppressed: -o json tells which and why.`);
  if (!baseline) return lines;
  const { gone, unseen, file } = baseline;
  if (summary.known)
    say(
      `${plural(summary.known, 'finding')} known from ${file}: ${ruleCounts(findings.filter(({ known }) => known))}.`,
    );
  if (gone.length > 0) say(`${plural(gone.length, 'finding')} of ${file} gone since: ${ruleCounts(gone)}.`);
  if (unseen.length > 0)
    say(`${plural(unseen.length, 'finding')} of ${file} could not be looked for this time: ${ruleCounts(unseen)}.`);
  if (all) for (const { id, rule, title } of gone) say(`  gone: ${rule} ${id}: ${title}`);
  return lines;
}

function ruleCounts(entries: readonly { readonly rule: string }[]): string {
  return [...groupBy(entries, ({ rule }) => rule)]
    .map(([rule, { length }]) => (length === 1 ? rule : `${length} ${rule}`))
    .join(', ');
}
