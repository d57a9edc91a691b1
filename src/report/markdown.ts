import { plural } from '../lib/plural.ts';
import type { ReportDocument, ReportFinding } from './document.ts';
import { cell, code, inline } from './markdown/escape.ts';
import { findingLine, findingSection } from './markdown/finding.ts';
import { trafficSection } from './markdown/traffic.ts';
import { gapsByNeed } from './not-seen.ts';
import { type Outline, outline } from './outline.ts';
import { gatewayText, momentText, objectText, severityText, shortText, tallyParts, windowText } from './wording.ts';

/** How much of a report is told. */
export interface MarkdownOptions {
  readonly all: boolean;
  readonly show: ReadonlySet<'clear' | 'not-evaluated' | 'standing'>;
}

/** Platforms refuse a comment above 65,536 characters. */
const most = 59_000;
const mostRoots = 10;
const mostGaps = 5;
const mostRows = 30;

/** The report as a comment of a pull request: roots first, evidence folded, and never longer than a comment can be. */
export function renderMarkdown(document: ReportDocument, options: MarkdownOptions): string {
  const parts = outline(document);
  const { faults, symptomsOf } = parts;
  const head = headOf(document, parts);
  const tail = [
    ...document.traffic.map(trafficSection),
    ...standingOf(parts, options),
    ...checksOf(document, options),
    ...notSeenOf(document, options),
  ];
  const budget = new Budget(most - head.length);
  // What could not be seen is told before the last root causes: a report without it claims too much.
  const kept = tail.filter((block) => budget.take(block, most / 2));
  const sections: string[] = [];
  let whole = 0;
  const limit = options.all ? faults.length : mostRoots;
  for (const finding of faults.slice(0, limit)) {
    const section = findingSection(finding, symptomsOf(finding), options.all);
    if (!budget.take(section, 1_000)) break;
    sections.push(section);
    whole += 1;
  }
  const brief: string[] = [];
  for (const finding of faults.slice(whole)) {
    const line = findingLine(finding);
    if (!budget.take(line, 300)) break;
    brief.push(line);
  }
  const left = faults.length - whole - brief.length;
  const more = brief.length > 0 ? [`### ${plural(brief.length, 'more root cause')}\n\n${brief.join('\n')}\n`] : [];
  const missing = left > 0 ? [`${plural(left, 'root cause')} left out here for want of room: see \`-o html\`.\n`] : [];
  const cut = kept.length < tail.length ? ['More was left out here for want of room: see `-o html`.\n'] : [];
  return [head, ...sections, ...more, ...missing, ...kept, ...cut].join('\n');
}

/** Counts down what may still be written. */
class Budget {
  private left: number;
  constructor(characters: number) {
    this.left = characters;
  }
  /** True, and counted, where a block fits and at least `spare` characters stay. */
  take(block: string, spare: number): boolean {
    if (block.length + 1 + spare > this.left) return false;
    this.left -= block.length + 1;
    return true;
  }
}

function headOf(document: ReportDocument, { faults }: Outline): string {
  const { gateways, takenAt } = document;
  const lines = gateways
    .slice(0, mostRows)
    .map((gateway) => `**${inline(shortText(gatewayText(gateway, '·'), 200))}**  `);
  const more = gateways.length > mostRows ? [`and ${gateways.length - mostRows} more gateways  `] : [];
  const seen = [`Seen at ${momentText(takenAt)}`, windowText(document)].filter((part) => part !== '').join(' · ');
  const tally = tallyParts(document, faults.length, '').join(' · ');
  const table = faults.length > 1 ? tableOf(faults) : [];
  return ['## meshdoctor', '', ...lines, ...more, seen, '', inline(shortText(tally, 1_000)), '', ...table].join('\n');
}

function tableOf(faults: readonly ReportFinding[]): readonly string[] {
  const rows = faults.slice(0, mostRows).map(({ severity, rule, effect, objects }) => {
    const about = objects[0] ? inline(shortText(objectText(objects[0]), 80)) : '';
    return `| ${severityText[severity]} | ${cell(code(shortText(rule, 80)))} | ${effect} | ${cell(about)} |`;
  });
  const left = faults.length > mostRows ? [`| | ${faults.length - mostRows} more | | |`] : [];
  return ['| | rule | effect | about |', '| --- | --- | --- | --- |', ...rows, ...left, ''];
}

function standingOf(
  { standing, accepted: quiet, symptomsOf }: Outline,
  { all, show }: MarkdownOptions,
): readonly string[] {
  const told =
    show.has('standing') || all
      ? standing.map((finding) => findingSection(finding, symptomsOf(finding), all)).join('\n')
      : `${standing.map(({ message }) => `- ${inline(shortText(message, 300))}`).join('\n')}\n`;
  const accepted = quiet.map((finding) => {
    const why = finding.suppressed?.reason ?? null;
    return `${findingLine(finding)}${why === null ? '' : `: ${inline(shortText(why, 200))}`}`;
  });
  return [
    ...(standing.length > 0 ? [`### Standing: true until you leave these gateways; not counted\n\n${told}`] : []),
    ...(accepted.length > 0 ? [folded(`Suppressed (${accepted.length})`, accepted)] : []),
  ];
}

function checksOf({ checks }: ReportDocument, { show }: MarkdownOptions): readonly string[] {
  const clear = checks.filter(({ subjects, clear: none }) => subjects > 0 && none === subjects);
  const clearLines = clear.map(({ rule, subjects }) => `- ${code(shortText(rule, 80))} (${subjects})`);
  const open = checks.flatMap(({ rule, notEvaluated, undecided }) => [
    ...notEvaluated.map(({ object, missing, reason }) => ({ rule, object, said: `missing ${missing} (${reason})` })),
    ...undecided.map(({ object, budget }) => ({ rule, object, said: `undecided: ${budget}` })),
  ]);
  const openLines = open.map(
    ({ rule, object, said }) =>
      `- ${code(shortText(rule, 80))} ${object ? inline(shortText(objectText(object), 200)) : 'all'}: ${inline(shortText(said, 300))}`,
  );
  return [
    ...(show.has('clear') && clear.length > 0 ? [folded(`Clear (${clear.length})`, clearLines)] : []),
    ...(show.has('not-evaluated') && open.length > 0 ? [folded(`Not evaluated (${open.length})`, openLines)] : []),
  ];
}

function notSeenOf(document: ReportDocument, { all }: MarkdownOptions): readonly string[] {
  const failed = document.sources.filter(({ state }) => state !== 'ok');
  const gaps = gapsByNeed(document);
  const shown = all ? gaps : gaps.slice(0, mostGaps);
  const lines = [
    ...failed.map(({ name, detail }) => `- ${inline(shortText(`${name}: ${detail}`, 400))}`),
    ...shown.map(({ missing, reason, remedy, rules }) => {
      const needed =
        rules.length > 0
          ? `; needed by ${rules.length > 3 ? `${rules.length} rules` : rules.map((rule) => code(shortText(rule, 80))).join(', ')}`
          : '';
      return `- ${inline(shortText(`${missing}: ${reason}${remedy === null ? '' : `; ${remedy}`}`, 400))}${needed}`;
    }),
    ...(gaps.length > shown.length ? [`- and ${gaps.length - shown.length} more`] : []),
  ];
  return lines.length === 0 ? [] : [folded(`Not seen (${failed.length + gaps.length})`, lines)];
}

/** A folded list; one that is too long for a comment is cut, and says so. */
function folded(title: string, lines: readonly string[]): string {
  const budget = new Budget(10_000);
  const kept = lines.filter((line) => budget.take(line, 0));
  const left = lines.length - kept.length;
  const more = left > 0 ? [`- and ${left} more`] : [];
  return `<details><summary>${title}</summary>\n\n${[...kept, ...more].join('\n')}\n\n</details>\n`;
}
