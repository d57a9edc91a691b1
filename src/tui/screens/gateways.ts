import type { ReportDocument } from '../../report/document.ts';
import { outline } from '../../report/outline.ts';
import { type StatusDocument, statusHead, statusRow } from '../../report/status.ts';
import { refText } from '../../snapshot/object.ts';
import type { Column, Content, Row } from '../content.ts';
import type { Data } from '../data.ts';
import { reportOf, waitingText } from './waiting.ts';

/** How wide each column of the status table may get, and which go first on a narrow terminal. */
const columns: Readonly<Record<string, Omit<Column, 'title'>>> = {
  CLUSTER: { most: 16, spare: 3 },
  GATEWAY: { most: 32 },
  PODS: { most: 6, right: true },
  ROUTES: { most: 6, right: true, spare: 5 },
  RPS: { most: 8, right: true },
  '5XX': { most: 8, right: true },
  '404gw': { most: 8, right: true, spare: 2 },
  CERT: { most: 6, right: true, spare: 4 },
  'MAY RESTART': { most: 30, spare: 6 },
  RESCUE: { most: 10, spare: 1 },
  'CONTROL PLANE': { most: 26, spare: 7 },
};

/** The gateways that were seen, one a row as `status` tells of them, and the worst that is said of each. */
export function gatewaysContent(data: Data): Content {
  const { status } = data;
  const report = reportOf(data);
  return {
    kind: 'list',
    title: 'gateways',
    columns: [
      ...statusHead.map((title): Column => ({ title, ...(columns[title] ?? { most: 20 }) })),
      { title: 'WORST', most: 200, least: 20 },
    ],
    rows: status ? status.gateways.map((gateway) => rowOf(gateway, status, report)) : [],
    empty: waitingText(data, 'no gateway was found in what was read'),
  };
}

function rowOf(
  gateway: StatusDocument['gateways'][number],
  { gateways }: StatusDocument,
  report: ReportDocument | null,
): Row {
  const { ref } = gateway;
  const worst = report && worstOf(refText(ref), report, gateways.length === 1);
  const said = worst
    ? `${worst.rule}: ${worst.message}`
    : report
      ? 'nothing found in what could be seen'
      : 'diagnosing …';
  return {
    key: ref.namespace === null ? ref.name : `${ref.namespace}/${ref.name}`,
    cells: [...statusRow(gateway), said],
    ...(worst ? { severity: worst.severity } : {}),
  };
}

/** The worst root cause that names a gateway, or any where there is but one. */
function worstOf(gateway: string, report: ReportDocument, only: boolean): ReportDocument['findings'][number] | null {
  const mine = outline(report).faults.filter(
    ({ severity, objects }) => severity !== 'info' && (only || objects.some((object) => refText(object) === gateway)),
  );
  return mine.find(({ severity }) => severity === 'error') ?? mine[0] ?? null;
}
