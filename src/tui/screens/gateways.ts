import type { ReportDocument } from '../../report/document.ts';
import { refText } from '../../snapshot/object.ts';
import type { Content, Row } from '../content.ts';
import type { Data } from '../data.ts';
import { reportOf, waitingText } from './waiting.ts';

const frozenText: Readonly<Record<ReportDocument['gateways'][number]['frozen'], string>> = {
  observed: 'gone: frozen',
  assumed: 'gone (assumed)',
  no: 'connected',
  unknown: '?',
};

/** The gateways that were seen, the worst first. */
export function gatewaysContent(data: Data): Content {
  const report = reportOf(data);
  return {
    kind: 'list',
    title: 'gateways',
    columns: [
      { title: 'GATEWAY', most: 40 },
      { title: 'ENVOYS LIVE', most: 11, right: true },
      { title: 'CONTROL PLANE', most: 14, spare: 1 },
      { title: 'ERRORS', most: 7, right: true },
      { title: 'WARNINGS', most: 8, right: true, spare: 2 },
      { title: 'WORST', most: 200, least: 20 },
    ],
    rows: report ? report.gateways.map((gateway) => rowOf(gateway, report)) : [],
    empty: waitingText(data, 'no gateway was found in what was read'),
  };
}

function rowOf(
  { ref, envoys, live, frozen }: ReportDocument['gateways'][number],
  { gateways, findings }: ReportDocument,
): Row {
  const only = gateways.length === 1;
  const name = ref.namespace === null ? ref.name : `${ref.namespace}/${ref.name}`;
  const mine = findings.filter(
    ({ effect, symptomOf, objects }) =>
      effect !== 'standing' &&
      symptomOf === null &&
      (only || objects.some((object) => refText(object) === refText(ref))),
  );
  const count = (severity: string): number => mine.filter((finding) => finding.severity === severity).length;
  const [worst] = [...mine].sort((one, other) => ranks.indexOf(one.severity) - ranks.indexOf(other.severity));
  const loud = worst && worst.severity !== 'info' ? worst : undefined;
  return {
    key: name,
    cells: [
      name,
      envoys === 0 ? 'none read' : `${live}/${envoys}`,
      frozenText[frozen],
      String(count('error')),
      String(count('warning')),
      loud ? `${loud.rule}: ${loud.message}` : 'nothing found in what could be seen',
    ],
    order: [name, live, frozen, count('error'), count('warning'), loud?.rule ?? ''],
    ...(loud ? { severity: loud.severity } : {}),
  };
}

const ranks = ['error', 'warning', 'info'] as const;
