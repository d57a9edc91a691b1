import type { RouteRow } from '../../engine/protocol.ts';
import { memoize } from '../../lib/memo.ts';
import { hang, oneLine } from '../../lib/text.ts';
import type { ReportFinding } from '../../report/document.ts';
import { renderNote } from '../../report/terminal/finding.ts';
import { type Look, paint } from '../../report/terminal/paint.ts';
import { refText } from '../../snapshot/object.ts';
import type { Content, Row } from '../content.ts';
import { age, type Data } from '../data.ts';
import { reportOf } from './waiting.ts';

/** A gateway's routes in Envoy's order. */
export function routesContent(data: Data, gateway: string): Content {
  const asked = data.routes.get(gateway);
  const rows = asked?.state === 'there' ? asked.value.rows : noRows;
  return {
    kind: 'list',
    title: `gateways > ${gateway} > routes${asked?.state === 'there' ? ` (${asked.value.decidedBy})` : ''}`,
    columns: [
      { title: 'PORT', most: 5, right: true, spare: 2 },
      { title: '#', most: 6, right: true },
      { title: 'OBJECT', most: 40, spare: 1 },
      { title: 'MATCH', most: 60 },
      { title: '/MIN', most: 9, right: true, spare: 4 },
      { title: 'FAILED', most: 6, right: true, spare: 3 },
      { title: 'FINDINGS', most: 24 },
      { title: 'GOES TO', most: 200, spare: 5, least: 24 },
    ],
    rows: rowsWith(rows)(findingsByObject(data)),
    empty: emptyText(data, gateway),
  };
}

function emptyText({ routes, now }: Data, gateway: string): string {
  const asked = routes.get(gateway);
  if (!asked || asked.state === 'waiting') return `reading the routes … ${asked ? age(asked.since, now) : ''}`;
  if (asked.state === 'failed') return `the routes cannot be told: ${asked.why}`;
  return asked.value.trouble ?? 'this gateway has no routes';
}

const noRows: readonly RouteRow[] = [];

/** Made once a reading: a key press looks at all rows several times. */
const rowsWith = memoize((rows: readonly RouteRow[]) =>
  memoize((findings: ReadonlyMap<string, readonly ReportFinding[]>) => rows.map((row) => rowOf(row, findings))),
);

function findingsByObject(data: Data): ReadonlyMap<string, readonly ReportFinding[]> {
  return indexed(reportOf(data)?.findings ?? noFindings);
}

const noFindings: readonly ReportFinding[] = [];

const indexed = memoize((findings: readonly ReportFinding[]) => {
  const byObject = new Map<string, ReportFinding[]>();
  for (const finding of findings) {
    for (const object of finding.objects.map(refText)) {
      const known = byObject.get(object);
      if (known) known.push(finding);
      else byObject.set(object, [finding]);
    }
  }
  return byObject;
});

function rowOf(row: RouteRow, findings: ReadonlyMap<string, readonly ReportFinding[]>): Row {
  const mine = (row.object === null ? [] : (findings.get(row.object) ?? [])).filter(
    ({ severity }) => severity !== 'info',
  );
  const { traffic } = row;
  const match = row.clauses.join(' and ') || 'anything';
  const object = row.object ?? row.name;
  const worst = mine.some(({ severity }) => severity === 'error') ? 'error' : 'warning';
  return {
    key: row.key,
    cells: [
      String(row.port),
      String(row.index),
      object,
      match,
      traffic ? traffic.perMinute.toFixed(traffic.perMinute < 10 ? 1 : 0) : '?',
      traffic ? `${(traffic.failedShare * 100).toFixed(1)}%` : '?',
      mine.map(({ rule }) => rule).join(', '),
      row.does,
    ],
    order: [
      row.port,
      row.index,
      object,
      match,
      traffic?.perMinute ?? -1,
      traffic?.failedShare ?? -1,
      mine.length,
      row.does,
    ],
    ...(mine.length > 0 ? { severity: worst } : {}),
  };
}

/** One route: what it asks, where it goes, the object behind it, and what is said of that. */
export function routeContent(data: Data, gateway: string, key: string, look: Look): Content {
  const asked = data.routes.get(gateway);
  const row = asked?.state === 'there' ? asked.value.rows.find((one) => one.key === key) : undefined;
  const title = `gateways > ${gateway} > route ${row?.object ?? row?.name ?? ''}`;
  if (!row) return { kind: 'page', title, lines: ['', `  ${emptyText(data, gateway)}`] };
  const line = (name: string, text: string): readonly string[] =>
    hang(`  ${name.padEnd(12)}`, oneLine(text), look.width);
  const edit = row.file === null ? '' : ` (${row.file}:${row.line})`;
  const about = row.object === null ? [] : (findingsByObject(data).get(row.object) ?? []);
  return {
    kind: 'page',
    title,
    lines: [
      ...line('listener', `${row.listener}, port ${row.port}`),
      ...line('host', `${row.virtualHost} (${row.domains.join(', ')})`),
      ...line('route', `#${row.index}${row.name === '' ? '' : ` ${row.name}`}`),
      ...line('made from', row.object === null ? 'no object that was read' : `${row.object}${edit}`),
      ...line('asks', row.clauses.join(' and ') || 'nothing: it takes every request'),
      ...line('goes to', row.does),
      ...line('traffic', trafficText(row)),
      ...line('in Envoy', row.key),
      '',
      ...(about.length > 0 ? [paint(look, 'bold', `  ${about.length} about ${row.object}`)] : []),
      ...about.flatMap((finding) => renderNote(finding, look)),
    ],
  };
}

function trafficText({ traffic }: RouteRow): string {
  if (!traffic) return 'not known: counters were not read twice, or this cluster has none';
  const { perMinute, failedShare } = traffic;
  return `${perMinute.toFixed(1)} requests a minute to its clusters, ${(failedShare * 100).toFixed(2)} % answered 5xx`;
}
