import { plural } from '../../lib/plural.ts';
import { groupBy } from '../../lib/memo.ts';
import type { ReportCheck, ReportDocument } from '../document.ts';
import { gapsByNeed } from '../not-seen.ts';
import { momentText, objectText } from '../wording.ts';
import { html, type Markup, nothing, when } from './markup.ts';

/** How much of what is not a finding is told. */
export interface Shown {
  readonly all: boolean;
  readonly show: ReadonlySet<'clear' | 'not-evaluated' | 'standing'>;
}

const mostGaps = 100;

/** What could not be seen, and why: most needed first. */
export function notSeen(document: ReportDocument, { all }: Shown): Markup {
  const gaps = gapsByNeed(document);
  const failed = document.sources.filter(({ state }) => state !== 'ok');
  if (gaps.length + failed.length === 0) return nothing;
  const shown = all ? gaps : gaps.slice(0, mostGaps);
  const lines = [
    ...failed.map(({ name, detail }) => html`<li><b>${name}</b>: ${detail}</li>`),
    ...shown.map(({ missing, reason, remedy, rules }) => {
      const needed = rules.length > 3 ? `${rules.length} rules` : rules.join(', ');
      const by = when(needed !== '', () => html` <i>needed by ${needed}</i>`);
      return html`<li>${missing}: ${reason}${remedy === null ? '' : `; ${remedy}`}${by}</li>`;
    }),
  ];
  const left = gaps.length - shown.length;
  const few = 8;
  const folded =
    lines.length > few
      ? html`<details><summary>${lines.length - few + left} more</summary><ul>${lines.slice(few)}${when(left > 0, () => html`<li>and ${left} more (--all)</li>`)}</ul></details>`
      : nothing;
  return html`<section id="not-seen"><h2>Not seen <small>a rule that lacked this says nothing, which is not the same as all is well</small></h2>
<ul>${lines.slice(0, few)}</ul>${folded}</section>
`;
}

/** What each rule did. */
export function rulesTable({ checks }: ReportDocument, { show, all }: Shown): Markup {
  const open = all || show.has('clear') || show.has('not-evaluated') ? html`<details open>` : html`<details>`;
  return html`<section id="rules"><h2>Rules</h2>${open}<summary>${plural(checks.length, 'rule')}: what each found, and where it could not look</summary>
<table><thead><tr><th>rule</th><th>found</th><th>clear</th><th>not evaluated</th></tr></thead><tbody>${checks.map((check) => ruleRow(check, show.has('not-evaluated') || all))}</tbody></table></details></section>
`;
}

function ruleRow({ rule, found, clear, notEvaluated, undecided, failed }: ReportCheck, listed: boolean): Markup {
  const open = [
    ...notEvaluated.map(({ object, missing }) => `${object ? objectText(object) : 'all'}: missing ${missing}`),
    ...undecided.map(({ object, budget }) => `${objectText(object)}: undecided, ${budget}`),
  ];
  const told = failed !== null ? `failed, please report this: ${failed}` : open.length === 0 ? '' : `${open.length}`;
  const each = when(listed && open.length > 0, () => html`<ul>${open.map((one) => html`<li>${one}</li>`)}</ul>`);
  return html`<tr><td><code>${rule}</code></td><td>${count(found, 'found')}</td><td>${count(clear, 'clear')}</td><td>${told === '' ? '' : html`${told} <span class="soft">not evaluated</span>`}${each}</td></tr>
`;
}

function count(number: number, noun: string): Markup {
  return number === 0 ? nothing : html`${number} <span class="soft">${noun}</span>`;
}

/** Where it all comes from: the sources, and when what proves something was read. */
export function sourcesTable(document: ReportDocument): Markup {
  const rows = document.sources.map(
    ({ name, state, detail, cost }) =>
      html`<tr><td>${name}</td><td>${state}</td><td>${detail}</td><td>${plural(cost.calls, 'read')}, ${sizeText(cost.bytes)}</td></tr>
`,
  );
  const read = readings(document).map(
    ({ origin, from, to }) =>
      html`<tr><td>${origin}</td><td>${span(from, to)}</td><td>${ageText(from, document.takenAt)}</td></tr>
`,
  );
  return html`<section id="sources"><h2>Sources</h2>
<table><thead><tr><th>source</th><th>state</th><th>what</th><th>cost</th></tr></thead><tbody>${rows}</tbody></table>
${when(
  read.length > 0,
  () => html`<details><summary>When the evidence was read</summary>
<table><thead><tr><th>evidence from</th><th>read at</th><th>age in this report</th></tr></thead><tbody>${read}</tbody></table></details>`,
)}</section>
`;
}

interface Reading {
  readonly origin: string;
  readonly from: string;
  readonly to: string;
}

/** The first and last time at which evidence was read from each place. */
function readings({ findings }: ReportDocument): readonly Reading[] {
  const every = findings.flatMap(({ evidence }) =>
    evidence.flatMap(({ origin, readAt }) =>
      origin !== null && readAt !== null ? [{ origin: hostOf(origin), readAt }] : [],
    ),
  );
  return [...groupBy(every, ({ origin }) => origin)].map(([origin, all]) => {
    const times = all.map(({ readAt }) => readAt).sort();
    return { origin, from: times[0] ?? '', to: times.at(-1) ?? '' };
  });
}

/** The pages of one Envoy are one place. */
function hostOf(origin: string): string {
  return /^https?:\/\/[^/]+/.exec(origin)?.[0] ?? origin;
}

function span(from: string, to: string): string {
  const [first, last] = [momentText(from), momentText(to)];
  return first === last ? first : `${first} to ${last}`;
}

/** How old a reading was when the report was made; nothing in a report depends on when it is read. */
function ageText(readAt: string, takenAt: string): string {
  const seconds = Math.round((Date.parse(takenAt) - Date.parse(readAt)) / 1000);
  if (!Number.isFinite(seconds)) return '';
  if (seconds <= 0) return 'read for it';
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}

function sizeText(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} KiB`;
}
