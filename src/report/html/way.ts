import type { ReportStation, ReportWay } from '../document.ts';
import { html, type Markup, when } from './markup.ts';

/** The way of a request as a row of boxes, on a narrow screen as a column; the fault is marked by a word too. */
export function drawWay({ request, stations }: ReportWay, detailed: boolean): Markup {
  return html`<p><code>${request}</code></p><ol class="way">${stations.map((station) => box(station, detailed))}</ol>`;
}

const marks: Readonly<Record<ReportStation['state'], string>> = {
  passed: '',
  fault: ' · fault',
  unknown: ' · unknown',
};

function box({ stage, name, detail, state }: ReportStation, detailed: boolean): Markup {
  const kind = state === 'passed' ? html`<li>` : html`<li class="${state}">`;
  // A Kubernetes kind is named by its stage already.
  const short = name.startsWith(`${stage} `) ? name.slice(stage.length + 1) : name;
  const more = when(detail !== '' && (detailed || state === 'fault'), () => html`<small>${detail}</small>`);
  const mark = when(state !== 'passed', () => html`<span class="mark">${marks[state]}</span>`);
  return html`${kind}<small>${stage}${mark}</small><b>${short}</b>${more}</li>`;
}
