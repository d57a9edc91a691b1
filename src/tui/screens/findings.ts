import type { ReportFinding } from '../../report/document.ts';
import { outline } from '../../report/outline.ts';
import { renderFinding } from '../../report/terminal/finding.ts';
import type { Look } from '../../report/terminal/paint.ts';
import { refText } from '../../snapshot/object.ts';
import type { Content, Row } from '../content.ts';
import type { Data } from '../data.ts';
import { reportOf, waitingText } from './waiting.ts';

/** Root causes first, standing facts apart at the end; symptoms are told with their root. */
export function findingsContent(data: Data): Content {
  const report = reportOf(data);
  const { faults, standing } = report ? outline(report) : { faults: [], standing: [] };
  return {
    kind: 'list',
    title: 'findings',
    columns: [
      { title: 'SEVERITY', most: 8 },
      { title: 'EFFECT', most: 8, spare: 2 },
      { title: 'RULE', most: 30 },
      { title: 'OBJECT', most: 40, spare: 1 },
      { title: 'EXPLAINS', most: 8, right: true, spare: 3 },
      { title: 'WHAT', most: 200, least: 20 },
    ],
    rows: [...faults.map(rowOf), ...standing.map((one) => ({ ...rowOf(one), part: apart }))],
    empty: waitingText(data, 'nothing was found in what could be seen'),
  };
}

/** Above standing facts: they are no faults, and nothing is to be done about them tonight. */
const apart = 'STANDING: true until the gateway is left, not counted';

const order = { error: 0, warning: 1, info: 2 } as const;

function rowOf({ id, severity, effect, rule, objects: [first], symptoms, message }: ReportFinding): Row {
  const object = first ? refText(first) : '';
  return {
    key: id,
    cells: [severity, effect, rule, object, symptoms.length === 0 ? '' : String(symptoms.length), message],
    order: [order[severity], effect, rule, object, symptoms.length, message],
    severity: effect === 'standing' || severity === 'info' ? 'dim' : severity,
  };
}

/** A finding as the report tells it, with all of its evidence and symptoms. */
export function findingContent(data: Data, id: string, look: Look): Content {
  const report = reportOf(data);
  const finding = report?.findings.find((one) => one.id === id);
  if (!report || !finding) {
    return {
      kind: 'page',
      title: 'finding',
      lines: ['', '  this finding is no longer there: what it told of is mended or gone'],
    };
  }
  const symptoms = outline(report).symptomsOf(finding);
  return {
    kind: 'page',
    title: `finding ${finding.rule}`,
    lines: renderFinding(finding, symptoms, look, { all: true }),
  };
}

/** The request that shows a finding, as a person would type it. */
export function witnessOf(data: Data, id: string): string | null {
  const witness = reportOf(data)?.findings.find((one) => one.id === id)?.witness;
  return witness ? `${witness.method} ${witness.url}` : null;
}

/** The first command of a finding, to copy. */
export function commandOf(data: Data, id: string): string | null {
  const finding = reportOf(data)?.findings.find((one) => one.id === id);
  return finding?.fix.find(({ command }) => command !== undefined)?.command ?? finding?.witness?.curl ?? null;
}
