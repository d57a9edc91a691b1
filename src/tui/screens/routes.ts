import type { LiveRoute, LiveTraffic } from '../../engine/logs/live/live-document.ts';
import type { RouteRow } from '../../engine/route-document.ts';
import { groupBy, memoize } from '../../lib/memo.ts';
import type { ReportFinding } from '../../report/document.ts';
import type { Look } from '../../report/terminal/paint.ts';
import { refText } from '../../snapshot/object.ts';
import type { Content, Live, LiveCells, Row } from '../content.ts';
import { age, type Data, type RouteList } from '../data.ts';
import { durationOf, rateOf, trafficOf } from './logs.ts';
import { reportOf } from './waiting.ts';

/** A gateway's routes in Envoy's order. */
export function routesContent(data: Data, gateway: string, { width }: Look): Content {
  const asked = data.routes.get(gateway);
  const list = asked?.state === 'there' ? asked.value : noRoutes;
  const traffic = trafficOf(data);
  const live = traffic ? liveRoutes(traffic)(gateway) : noLive;
  return {
    kind: 'list',
    title: `gateways > ${gateway} > routes${asked?.state === 'there' ? ` (${asked.value.decidedBy})` : ''}`,
    columns: [
      { title: 'PORT', most: 5, right: true, spare: 4 },
      { title: '#', most: 6, right: true },
      { title: 'OBJECT', most: Math.max(30, Math.floor(width / 5)), spare: 5 },
      { title: 'MATCH', most: Math.max(30, Math.floor(width / 4)) },
      { title: '/MIN', most: 9, right: true, spare: 2 },
      { title: 'FAILED', most: 6, right: true, spare: 1 },
      { title: 'P99', most: 7, right: true, spare: 3 },
      { title: 'FINDINGS', most: 24 },
      { title: 'GOES TO', most: 200, spare: 9, least: 24 },
    ],
    rows: rowsOf(list.rows),
    live: liveOf(list)(findingsByObject(data))(live),
    empty: emptyText(data, gateway),
  };
}

/** Why there are no routes. */
export function emptyText({ routes, now }: Data, gateway: string): string {
  const asked = routes.get(gateway);
  if (!asked || asked.state === 'waiting') return `reading the routes … ${asked ? age(asked.since, now) : ''}`;
  if (asked.state === 'failed') return `the routes cannot be told: ${asked.why}`;
  return asked.value.trouble ?? 'this gateway has no routes';
}

const noRoutes: RouteList = { trouble: null, decidedBy: '', version: 0, rows: [], pace: new Float64Array() };
const noLive: ReadonlyMap<string, LiveRoute> = new Map();

/** What of rows lasts as long as the routes do: a key press looks at all of them several times. */
const rowsOf = memoize((rows: readonly RouteRow[]): readonly Row[] =>
  rows.map(({ key, port, index, object, name, match, does }) => {
    const [who, asks] = [object ?? name, match || 'anything'];
    return {
      key,
      cells: [String(port), String(index), who, asks, '', '', '', '', does],
      order: [port, index, who, asks, 0, 0, 0, 0, does],
    };
  }),
);

const placesOf = memoize(
  (rows: readonly RouteRow[]): ReadonlyMap<string, number> => new Map(rows.map(({ key }, at) => [key, at])),
);

/** What is told anew of a row: findings, and the pace by the log, else by counters of clusters, which routes share. */
const liveOf = memoize(({ rows, pace }: RouteList) =>
  memoize((findings: ReadonlyMap<string, readonly ReportFinding[]>) =>
    memoize((live: ReadonlyMap<string, LiveRoute>): Live => {
      const places = placesOf(rows);
      // A key press may ask for all of them several times.
      const told: LiveCells[] = [];
      const of = ({ key }: Row): LiveCells => {
        const at = places.get(key) ?? -1;
        told[at] ??= liveCells(pacedBy(live.get(rows[at]?.label ?? ''), pace, at), worstOf(rows[at], findings));
        return told[at];
      };
      return { from: 4, count: 4, of };
    }),
  ),
);

interface Paced {
  readonly perMinute: number;
  readonly more: boolean;
  readonly failedShare: number;
  readonly p99Ms: number | null;
}

function pacedBy(told: LiveRoute | undefined, pace: Float64Array, at: number): Paced | null {
  if (told) return told;
  const [perMinute = Number.NaN, failedShare = Number.NaN] = [pace[at * 2], pace[at * 2 + 1]];
  return Number.isNaN(perMinute) ? null : { perMinute, more: false, failedShare, p99Ms: null };
}

const noFindings: readonly ReportFinding[] = [];

/** What is worth a row's colour of the findings about its object. */
function worstOf(
  route: RouteRow | undefined,
  findings: ReadonlyMap<string, readonly ReportFinding[]>,
): readonly ReportFinding[] {
  const mine = route?.object ? findings.get(route.object) : undefined;
  return mine ? mine.filter(({ severity }) => severity !== 'info') : noFindings;
}

const nothingTold: LiveCells = { cells: ['?', '?', '?', ''], order: [-1, -1, -1, 0] };

function liveCells(paced: Paced | null, findings: readonly ReportFinding[]): LiveCells {
  if (!paced && findings.length === 0) return nothingTold;
  const { perMinute = -1, more = false, failedShare = -1, p99Ms = null } = paced ?? {};
  const cells = paced
    ? [`${more ? '>=' : ''}${rateOf(perMinute)}`, shareOf(failedShare), durationOf(p99Ms)]
    : nothingTold.cells.slice(0, 3);
  return {
    cells: [...cells, findings.map(({ rule }) => rule).join(', ')],
    order: [perMinute, failedShare, p99Ms ?? -1, findings.length],
    ...(findings.length === 0
      ? {}
      : { severity: findings.some(({ severity }) => severity === 'error') ? 'error' : 'warning' }),
  };
}

/** Findings, by the objects they are about. */
export function findingsByObject(data: Data): ReadonlyMap<string, readonly ReportFinding[]> {
  return indexed(reportOf(data)?.findings ?? noFindings);
}

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
