import type { ReportClass, ReportTraffic } from '../document.ts';
import { isFailing } from '../report-traffic.ts';
import { numberText, percentText, sinceText, spanText, totalsText } from '../traffic-wording.ts';
import { objectText } from '../wording.ts';
import { sparkline } from '../terminal/sparkline.ts';
import { html, type Markup, when } from './markup.ts';

const fewRows = 12;

/** What the logs of a gateway say: in all, by time, and a table of what fails. */
export function trafficTable(traffic: ReportTraffic): Markup {
  const { gateway, classes, rates, failed, logs } = traffic;
  const bad = classes.filter(isFailing);
  const served = classes.filter((one) => !isFailing(one));
  const rows = (some: readonly ReportClass[]): readonly Markup[] => some.map((one) => row(one, traffic));
  const folded = [...bad.slice(fewRows), ...served];
  const head = html`<thead><tr><th>count</th><th>share</th><th>since</th><th>code</th><th>request</th><th>route</th><th>why</th></tr></thead>`;
  return html`<section><h2>Traffic <small>${gateway ? objectText(gateway) : 'of an unknown gateway'}</small></h2>
<p>${totalsText(traffic)} <span class="soft">${spanText(traffic)} · ${logs.join(', ')}</span></p>
${when(
  rates !== null,
  () =>
    html`<pre>requests ${sparkline(rates?.requests ?? [], 60, false)}${when(
      failed > 0,
      () => html`
failed   ${sparkline(rates?.failed ?? [], 60, false)}`,
    )}</pre>`,
)}
${when(bad.length > 0, () => html`<table>${head}<tbody>${rows(bad.slice(0, fewRows))}</tbody></table>`)}
${when(folded.length > 0, () => html`<details><summary>${folded.length} more classes</summary><table>${head}<tbody>${rows(folded)}</tbody></table></details>`)}
</section>
`;
}

function row(one: ReportClass, traffic: ReportTraffic): Markup {
  const { count, status, flag, method, path, routes, cause, sender, firstSeen } = one;
  const why = sender === null ? (cause ?? '') : sender === 'scanner' ? 'a scanner' : 'a health check';
  return html`<tr><td>${numberText(count)}</td><td>${percentText(count, traffic.requests)}</td><td>${sinceText(firstSeen, traffic)}</td><td><code>${status} ${flag}</code></td><td><code>${method} ${path}</code></td><td>${routes.join(' or ')}</td><td>${why}</td></tr>
`;
}
