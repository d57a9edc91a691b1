import type { Severity } from '../diagnose/finding.ts';
import type { ReportDocument, ReportFinding } from './document.ts';
import { findingCard } from './html/finding.ts';
import { html, Markup, when } from './html/markup.ts';
import { style } from './html/style.ts';
import { trafficTable } from './html/traffic.ts';
import { notSeen, rulesTable, type Shown, sourcesTable } from './html/surroundings.ts';
import { gapsByNeed } from './not-seen.ts';
import { outline } from './outline.ts';
import { gatewayText, momentText, objectText, severityText, tallyParts, windowText } from './wording.ts';

/** Nothing may be loaded, run or sent: the page is a document. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Above so many a page gets slow on a phone: less of each is told. */
const manyRoots = 50;
const mostWays = 60;

/** The report as one HTML file that needs nothing else: no script, no font, no image, no network. */
export function renderHtml(document: ReportDocument, shown: Shown): string {
  const { faults, standing, accepted, symptomsOf } = outline(document);
  const many = faults.length + standing.length + accepted.length > manyRoots;
  const hit = faults.filter(({ effect, severity }) => effect === 'traffic' && severity !== 'info');
  const notes = faults.filter(({ effect, severity }) => effect === 'traffic' && severity === 'info');
  const latent = faults.filter(({ effect }) => effect !== 'traffic');
  const drawn = new Set(many && !shown.all ? faults.slice(0, mostWays) : document.findings);
  const cards = (findings: readonly ReportFinding[]): readonly Markup[] =>
    findings.map((finding) =>
      findingCard(finding, symptomsOf(finding), { all: shown.all, many, way: drawn.has(finding) }),
    );
  const [headline = '', ...rest] = tallyParts(document, faults.length, '');
  const title = [headline, ...document.gateways.slice(0, 1).map(({ ref }) => objectText(ref))].join(', ');
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<p class="soft small">meshdoctor ${document.tool.version} · seen at ${momentText(document.takenAt)}${windowText(document) === '' ? '' : ` · ${windowText(document)}`}</p>
<h1>${headline}</h1>
${document.gateways.map((gateway) => html`<p>${gatewayText(gateway, '·')}</p>`)}
<p class="soft">${rest.join(' · ')}</p>
</header>
${filter(faults)}
${contents(faults, document)}
${many ? html`<main class="many">` : html`<main>`}
${document.traffic.map(trafficTable)}
${section('roots', 'Root causes', 'requests are or can be hit now', cards(hit))}
${section('latent', 'Latent', 'hits requests once configuration moves again, or at the next restart', cards(latent))}
${section('notes', 'Worth knowing', 'no fault: what the gateway does that may surprise', cards(notes))}
${section('standing', 'Standing', 'true until you leave these gateways; not counted', cards(standing))}
${section('accepted', 'Accepted', 'suppressed, or known from the baseline; not counted', cards(accepted))}
${notSeen(document, shown)}
${rulesTable(document, shown)}
${sourcesTable(document)}
</main>
</body>
</html>
`;
  return page.text;
}

function section(id: string, title: string, says: string, cards: readonly Markup[]): Markup {
  return when(
    cards.length > 0,
    () => html`<section id="${id}"><h2>${title} (${cards.length}) <small>${says}</small></h2>
${cards}</section>`,
  );
}

/** Boxes that hide a severity, by style alone. */
function filter(faults: readonly ReportFinding[]): Markup {
  const boxes = (['error', 'warning', 'info'] satisfies Severity[]).flatMap((severity) => {
    const count = faults.filter((finding) => finding.severity === severity).length;
    if (count === 0) return [];
    return [
      html`<label><input type="checkbox" id="show-${severity}" checked> ${severityText[severity]} (${count})</label>`,
    ];
  });
  return when(boxes.length > 1, () => html`<div class="filter"><span class="soft">Show</span>${boxes}</div>`);
}

const fewRoots = 12;
const mostLines = 100;

function contents(faults: readonly ReportFinding[], document: ReportDocument): Markup {
  if (faults.length < 2) return html``;
  const open = faults.length <= fewRoots ? html`<details class="toc" open>` : html`<details class="toc">`;
  const gaps = gapsByNeed(document).length;
  return html`${open}<summary>${faults.length} root causes</summary><ol>${faults
    .slice(0, mostLines)
    .map(
      ({ id, rule, severity, objects }) =>
        html`<li><a href="#f-${id}">${rule}</a> <i>${severityText[severity]}${objects[0] ? `, ${objectText(objects[0])}` : ''}</i></li>`,
    )}</ol>${when(faults.length > mostLines, () => html`<p>and ${faults.length - mostLines} more below</p>`)}${when(gaps > 0, () => html`<p><a href="#not-seen">${gaps} things that were not seen</a></p>`)}</details>`;
}
