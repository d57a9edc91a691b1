import { oneLine } from '../lib/text.ts';
import { hang } from '../lib/width.ts';
import type { ReportDocument, ReportFinding } from './document.ts';
import { gapsByNeed } from './not-seen.ts';
import { outline } from './outline.ts';
import { renderFinding, renderNote } from './terminal/finding.ts';
import { type Look, paint, sign } from './terminal/paint.ts';
import { renderTraffic } from './terminal/traffic.ts';
import { quietBlock } from './terminal/quiet.ts';
import { gatewayText, momentText, objectText, tallyParts, windowText } from './wording.ts';

/** How and how much of a report is shown. */
export interface TerminalOptions extends Look {
  /** No limits on roots, objects and evidence. */
  readonly all: boolean;
  readonly show: ReadonlySet<'clear' | 'not-evaluated' | 'standing'>;
  /** Beyond `all`: ids, values whole, the evidence of symptoms, the way of requests. */
  readonly wide?: boolean;
}

const mostRoots = 10;
const mostGaps = 5;

/** The report for a terminal: root causes first, standing facts apart, then the tally, then what could not be seen. */
export function renderTerminal(document: ReportDocument, options: TerminalOptions): string {
  const { faults, standing, symptomsOf } = outline(document);
  const alone = faults.length + standing.length === 1;
  const shown = options.all ? faults : faults.slice(0, mostRoots);
  const blocks = [
    lookedAt(document, options),
    ...document.traffic.map((traffic) => renderTraffic(traffic, options, options.all)),
    ...shown.map((finding) =>
      isNote(finding, alone, options)
        ? renderNote(finding, options)
        : renderFinding(finding, symptomsOf(finding), options, options),
    ),
    faults.length > shown.length ? [`${faults.length - shown.length} more root causes: --all shows them.`] : [],
    standingBlock(standing, options, symptomsOf),
    checksBlock(document, options),
    quietBlock(document, options),
    [tally(document, faults.length, options)].flatMap((text) => hang('', text, options.width)),
    gapsBlock(document, options),
  ];
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${text.join('\n\n')}\n`;
}

/** Information that explains nothing else is told in a sentence, unless it is all there is to tell. */
function isNote({ severity, symptoms }: ReportFinding, alone: boolean, { all }: TerminalOptions): boolean {
  return !all && severity === 'info' && symptoms.length === 0 && !alone;
}

function lookedAt(document: ReportDocument, look: Look): readonly string[] {
  const { gateways, sources, takenAt } = document;
  const dot = ` ${sign(look, 'dot')} `;
  const lines = gateways.flatMap((gateway) => {
    const [first = '', ...rest] = hang('', oneLine(gatewayText(gateway, sign(look, 'dot'))), look.width);
    return [paint(look, 'bold', first), ...rest];
  });
  const read = sources
    .filter(({ state }) => state !== 'failed')
    .map(({ name, detail }) => oneLine(`${name}: ${detail}`));
  const most = 3;
  const files = read.length > most ? [...read.slice(0, most), `${read.length - most} more sources`] : read;
  const seen = [`Seen at ${momentText(takenAt)}`, windowText(document), ...files].filter((part) => part !== '');
  return [...lines, ...hang('', seen.join(dot), look.width)];
}

function standingBlock(
  standing: readonly ReportFinding[],
  options: TerminalOptions,
  symptomsOf: (finding: ReportFinding) => readonly ReportFinding[],
): readonly string[] {
  if (standing.length === 0) return [];
  const title = `${paint(options, 'bold', 'STANDING')} (true until you leave these gateways; not counted)`;
  if (options.show.has('standing') || options.all) {
    return [title, ...standing.flatMap((finding) => renderFinding(finding, symptomsOf(finding), options, options))];
  }
  return [title, ...standing.flatMap(({ message }) => hang('  ', oneLine(message), options.width))];
}

function checksBlock({ checks }: ReportDocument, options: TerminalOptions): readonly string[] {
  const lines: string[] = [];
  for (const { rule, subjects, clear, notEvaluated, undecided } of checks) {
    if (options.show.has('clear') && subjects > 0 && clear === subjects) lines.push(`clear  ${rule}  (${subjects})`);
    if (!options.show.has('not-evaluated')) continue;
    for (const { object, missing, reason } of notEvaluated) {
      const what = object ? objectText(object) : 'all';
      lines.push(
        ...hang('not evaluated  ', oneLine(`${rule}  ${what}: missing ${missing} (${reason})`), options.width),
      );
    }
    for (const { object, budget } of undecided) lines.push(oneLine(`undecided  ${rule}  ${object.name}: ${budget}`));
  }
  return lines;
}

function tally(document: ReportDocument, roots: number, look: Look): string {
  return tallyParts(document, roots, ' (see below, or --show not-evaluated)').join(` ${sign(look, 'dot')} `);
}

function gapsBlock(document: ReportDocument, options: TerminalOptions): readonly string[] {
  const gaps = gapsByNeed(document);
  const failed = document.sources.filter(({ state }) => state === 'failed');
  if (gaps.length + failed.length === 0) return [];
  const shown = options.all ? gaps : gaps.slice(0, mostGaps);
  const lines = [
    ...failed.flatMap(({ name, detail }) => hang('  ', oneLine(`${name}: ${detail}`), options.width)),
    ...shown.flatMap(({ missing, reason, remedy, rules }) => {
      const needed =
        rules.length > 0 ? `; needed by ${rules.length > 3 ? `${rules.length} rules` : rules.join(', ')}` : '';
      return hang(
        '  ',
        oneLine(`${missing}: ${reason}${remedy === null ? '' : `; ${remedy}`}${needed}`),
        options.width,
      );
    }),
  ];
  const left = gaps.length - shown.length;
  return [paint(options, 'bold', 'NOT SEEN'), ...lines, ...(left > 0 ? [`  and ${left} more (--all)`] : [])];
}
