import { plural } from '../../lib/plural.ts';
import type { Fix } from '../../diagnose/finding.ts';
import type { ReportEvidence, ReportFinding, ReportObject } from '../document.ts';
import {
  effectText,
  evidencePlace,
  fixFacts,
  neverText,
  objectPlace,
  objectText,
  severityText,
  valueText,
} from '../wording.ts';
import { html, type Markup, nothing, when } from './markup.ts';
import { drawWay } from './way.ts';

/** How much of a finding is told. */
export interface Amount {
  readonly all: boolean;
  /** There are so many that each has to be short. */
  readonly many: boolean;
  /** The way of its request is drawn, and the request given. */
  readonly way: boolean;
}

/** A root cause as a card: what, effect, way, what to do in sight; evidence, objects and symptoms folded. */
export function findingCard(finding: ReportFinding, symptoms: readonly ReportFinding[], amount: Amount): Markup {
  const { id, rule, severity, message, cause, way, fix, avoid, witness, suppressed, known } = finding;
  return html`<article class="f ${severity}" id="f-${id}">
<h3><span class="sev">${severityText[severity]}</span><code>${rule}</code><a class="id small" href="#f-${id}">${id}</a></h3>
<p class="msg">${message}</p>
<dl>${[
    row('Effect', html`${effectText(finding, symptoms)}`),
    cause === '' ? nothing : row('Why', html`${cause}`),
    suppressed ? row('Accepted', html`${suppressed.reason ?? 'no reason given'} (${suppressed.by})`) : nothing,
    known ? row('Accepted', html`known from the baseline`) : nothing,
    amount.way && way && way.stations.length > 0 ? row('Way', drawWay(way, !amount.many)) : nothing,
    fix.length > 0 ? row('Do', fixes(fix)) : nothing,
    ...avoid.map((one) => row('Never', html`<span class="never">${neverText(one)}</span>`)),
  ]}</dl>
${witness && amount.way ? tryIt(witness.curl) : nothing}${seen(finding, amount)}${explains(symptoms, amount)}</article>
`;
}

function row(name: string, content: Markup): Markup {
  return html`<dt>${name}</dt><dd>${content}</dd>`;
}

function fixes(fix: readonly Fix[]): Markup {
  const numbered = fix.length > 1;
  return html`${fix.map((one, index) => {
    const { say, command } = one;
    const facts = fixFacts(one).join(' · ');
    const number = numbered ? `${index + 1}. ` : '';
    return html`<p>${number}${say} <span class="soft">(${facts})</span></p>${command === undefined ? nothing : html`<pre>${command}</pre>`}`;
  })}`;
}

function tryIt(curl: string): Markup {
  return html`<details><summary>Try it: a request that shows it</summary><p>With the port of the gateway forwarded to this machine:</p><pre>${curl}</pre></details>
`;
}

/** Without `--all`: what a person reads of one finding; the JSON report holds the rest. */
const mostItems = 10;
const fewItems = 3;
const mostOfValue = 300;
const fewOfValue = 120;
const mostOfValueWhole = 4_000;

function seen({ evidence, objects, docs }: ReportFinding, amount: Amount): Markup {
  return html`<details><summary>Seen (${evidence.length}), about (${objects.length})</summary>${items(evidence, amount, (one) => evidenceItem(one, amount))}${items(objects, amount, objectItem)}<p class="soft small">More: <code>${docs}</code></p></details>
`;
}

function explains(symptoms: readonly ReportFinding[], amount: Amount): Markup {
  if (symptoms.length === 0) return nothing;
  return html`<details><summary>Explains ${plural(symptoms.length, 'more finding')}</summary>${items(
    symptoms,
    amount,
    ({ id, rule, message, evidence }) =>
      html`<li id="f-${id}"><code>${rule}</code> ${message} <i>${id}</i>${items(evidence, amount, (one) => evidenceItem(one, amount))}</li>`,
  )}</details>
`;
}

function items<T>(list: readonly T[], { all, many }: Amount, toMarkup: (item: T) => Markup): Markup {
  const shown = all ? list : list.slice(0, many ? fewItems : mostItems);
  const left = list.length - shown.length;
  return html`<ul>${shown.map(toMarkup)}${when(left > 0, () => html`<li class="soft">and ${left} more (--all)</li>`)}</ul>`;
}

function evidenceItem(evidence: ReportEvidence, { all, many }: Amount): Markup {
  const { note, value } = evidence;
  const most = all ? mostOfValueWhole : many ? fewOfValue : mostOfValue;
  const text = valueText(value, most + 1);
  const shown = text.length > most ? `${text.slice(0, most)}…` : text;
  const place = evidencePlace(evidence);
  return html`<li>${note ?? ''} ${when(shown !== '', () => html`<code>${shown}</code> `)}${when(place !== '', () => html`<i>${place}</i>`)}</li>`;
}

function objectItem(object: ReportObject): Markup {
  const place = objectPlace(object);
  return html`<li>${objectText(object)}${when(place !== '', () => html` <i>${place}</i>`)}</li>`;
}
