import type { LiveRoute, LiveTraffic } from '../../engine/logs/live/live-document.ts';
import type { RouteRow } from '../../engine/protocol.ts';
import { groupBy, memoize } from '../../lib/memo.ts';
import { hang, oneLine } from '../../lib/text.ts';
import type { ReportFinding } from '../../report/document.ts';
import { renderNote } from '../../report/terminal/finding.ts';
import { type Look, paint } from '../../report/terminal/paint.ts';
import { refText } from '../../snapshot/object.ts';
import type { Content, Row } from '../content.ts';
import { age, type Data } from '../data.ts';
import { durationOf, rateOf, trafficOf } from './logs.ts';
import { reportOf } from './waiting.ts';

/** A gateway's routes in Envoy's order. */
export function routesContent(data: Data, gateway: string, { width }: Look): Content {
  const asked = data.routes.get(gateway);
  const rows = asked?.state === 'there' ? asked.value.rows : noRows;
  const base = rowsWith(rows)(findingsByObject(data));
  const traffic = trafficOf(data);
  return {
    kind: 'list',
    title: `gateways > ${gateway} > routes${asked?.state === 'there' ? ` (${asked.value.decidedBy})` : ''}`,
    columns: [
      { title: 'PORT', most: 5, right: true, spare: 8 },
      { title: '#', most: 6, right: true },
      { title: 'OBJECT', most: Math.max(30, Math.floor(width / 5)), spare: 5 },
      { title: 'MATCH', most: Math.max(30, Math.floor(width / 4)) },
      { title: '/MIN', most: 9, right: true, spare: 2 },
      { title: 'FAILED', most: 6, right: true, spare: 1 },
      { title: 'P99', most: 7, right: true, spare: 3 },
      { title: 'FINDINGS', most: 24 },
      { title: 'GOES TO', most: 200, spare: 9, least: 24 },
    ],
    rows: baseRows(base),
    ...(traffic ? { refresh: refreshing(base)(liveRoutes(traffic)(gateway)) } : {}),
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

/** A row, and the route it is of. */
interface Based {
  readonly row: Row;
  readonly route: RouteRow;
}

function rowOf(route: RouteRow, findings: ReadonlyMap<string, readonly ReportFinding[]>): Based {
  const mine = (route.object === null ? [] : (findings.get(route.object) ?? [])).filter(
    ({ severity }) => severity !== 'info',
  );
  const { traffic } = route;
  const match = route.clauses.join(' and ') || 'anything';
  const object = route.object ?? route.name;
  const worst = mine.some(({ severity }) => severity === 'error') ? 'error' : 'warning';
  const pace = traffic ? [rateOf(traffic.perMinute), shareOf(traffic.failedShare)] : ['?', '?'];
  const paced = traffic ? [traffic.perMinute, traffic.failedShare] : [-1, -1];
  const row = {
    key: route.key,
    cells: [
      ...[String(route.port), String(route.index), object, match, ...pace, '?'],
      ...[mine.map(({ rule }) => rule).join(', '), route.does],
    ],
    order: [route.port, route.index, object, match, ...paced, -1, mine.length, route.does],
    ...(mine.length > 0 ? ({ severity: worst } as const) : {}),
  };
  return { row, route };
}

/** Where the columns stand that the log tells. */
const fromLog = 4;

/** What the log tells of routes takes the place of what counters of clusters do, which routes share. */
const refreshing = memoize((base: readonly Based[]) => {
  const labels = new Map(base.map(({ row, route }) => [row.key, route.label]));
  return memoize((live: ReadonlyMap<string, LiveRoute>) => (row: Row): Row => {
    const told = live.get(labels.get(row.key) ?? '');
    if (!told) return row;
    const { perMinute, more, failedShare, p99Ms } = told;
    const cells = [`${more ? '>=' : ''}${rateOf(perMinute)}`, shareOf(failedShare), durationOf(p99Ms)];
    const order = [perMinute, failedShare, p99Ms ?? -1];
    return {
      ...row,
      cells: row.cells.toSpliced(fromLog, cells.length, ...cells),
      order: (row.order ?? []).toSpliced(fromLog, order.length, ...order),
    };
  });
});

const baseRows = memoize((base: readonly Based[]): readonly Row[] => base.map(({ row }) => row));

/** What the log tells of the routes of a gateway, by what it calls them. */
const liveRoutes = memoize((traffic: LiveTraffic) => {
  const byGateway = groupBy(traffic.routes, ({ gateway }) => gateway);
  const indexes = new Map<string, ReadonlyMap<string, LiveRoute>>();
  return (gateway: string): ReadonlyMap<string, LiveRoute> => {
    const held = indexes.get(gateway);
    if (held) return held;
    // Of logs that nobody claims, the only gateway is the one that wrote them.
    const mine = byGateway.get(gateway) ?? byGateway.get(null) ?? [];
    const made = new Map(mine.map((one) => [one.label, one]));
    indexes.set(gateway, made);
    return made;
  };
});

function shareOf(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** The filter that leaves of the log what took a route. */
export function routeWords({ routes }: Data, gateway: string, key: string): string {
  const asked = routes.get(gateway);
  const label = asked?.state === 'there' ? asked.value.rows.find((one) => one.key === key)?.label : undefined;
  // `GatewayRoute shop/cart`: its name alone tells it.
  return label === undefined ? '' : `route:${label.split(' ').at(-1)}`;
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
