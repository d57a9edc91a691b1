import type { Cell, GatewayStatus } from '../diagnose/status.ts';
import { oneLine } from '../lib/text.ts';
import { displayWidth, hang, padded } from '../lib/width.ts';
import type { Gap } from '../snapshot/coverage.ts';
import { type Look, paint } from './terminal/paint.ts';

/** What `status -o json` prints. */
export interface StatusDocument {
  readonly schemaVersion: 1;
  readonly takenAt: string;
  readonly gateways: readonly GatewayStatus[];
  readonly gaps: readonly Gap[];
}

type Row = readonly string[];

/** What the columns of `statusRow` are. */
export const statusHead: Row = [
  'CLUSTER',
  'GATEWAY',
  'PODS',
  'ROUTES',
  'RPS',
  '5XX',
  '404gw',
  'CERT',
  'MAY RESTART',
  'RESCUE',
  'CONTROL PLANE',
];
const numbers: ReadonlySet<number> = new Set([3, 4, 5, 6, 7]);

/** One row a gateway; a cell that is not known is `?`, and the reason stands below. */
export function renderStatus({ gateways, gaps, takenAt }: StatusDocument, look: Look): string {
  const clusters = new Set(gateways.map(({ cluster }) => cluster));
  const lived = [...clusters].filter((cluster) => cluster !== null).length;
  const where = lived > 1 ? `, ${lived} clusters` : '';
  const title = `${gateways.length} ${gateways.length === 1 ? 'gateway' : 'gateways'}${where}, seen ${takenAt.slice(0, 19).replace('T', ' ')} UTC`;
  const rows = [statusHead, ...gateways.map(statusRow)].map((row) => row.map((cell) => oneLine(cell)));
  const kept = lived === 0 ? rows.map((row) => row.slice(1)) : rows;
  const shift = lived === 0 ? 1 : 0;
  const widths = (kept[0] ?? []).map((_, column) => Math.max(...kept.map((row) => displayWidth(row[column] ?? ''))));
  const lines = kept.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0, numbers.has(column + shift)))
      .join('  ')
      .trimEnd(),
  );
  const unseen = [...new Set([...gateways.flatMap(reasonsOf), ...gaps.map(gapText)])].slice(0, mostReasons);
  const blind =
    unseen.length === 0
      ? []
      : ['', paint(look, 'bold', 'NOT SEEN'), ...unseen.flatMap((text) => hang('  ', oneLine(text), look.width))];
  const [first = '', ...rest] = lines;
  return `${[title, paint(look, 'bold', first), ...rest, ...blind].join('\n')}\n`;
}

const mostReasons = 12;

/** A gateway's cells: `?` where nothing is known. */
export function statusRow(gateway: GatewayStatus): Row {
  const { cluster, ref, pods, routes, controlPlane } = gateway;
  return [
    cluster ?? '',
    `${ref.namespace === null ? '' : `${ref.namespace}/`}${ref.name}`,
    show(pods, ({ serving, wanted }) => `${serving}/${wanted}${serving < wanted ? '!' : ''}`),
    show(routes, ({ count, differ }) => `${count}${differ ? '!' : ''}`),
    show(gateway.requestsPerSecond, (rate) => (rate >= 10 ? rate.toFixed(0) : rate.toFixed(1))),
    show(gateway.serverErrors, percent),
    show(gateway.withoutRoute, percent),
    show(gateway.certificateDays, (days) => (days === null ? '-' : `${days}d${days < soonDays ? '!' : ''}`)),
    show(gateway.mayRestart, threatsText),
    show(gateway.rescueHours, rescueText),
    show(controlPlane, ({ state, since }) => (since === null ? state : `${state} since ${since}`)),
  ];
}

const soonDays = 30;

function show<T>(cell: Cell<T>, text: (value: T) => string): string {
  return cell.known ? text(cell.value) : '?';
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(2)}%`;
}

function threatsText(threats: readonly string[]): string {
  const [first, ...others] = threats;
  if (first === undefined) return '-';
  const short = first.length > 28 ? `${first.slice(0, 27).trimEnd()}…` : first;
  return `${short}${others.length > 0 ? ` +${others.length}` : ''}!`;
}

function rescueText(hours: number | null): string {
  if (hours === null) return 'none!';
  return hours < 48 ? `${hours}h${hours < 24 ? ' ok' : ' OLD!'}` : `${Math.floor(hours / 24)}d OLD!`;
}

/** Cells of one gateway that lack the same thing are told once. */
function reasonsOf(gateway: GatewayStatus): readonly string[] {
  const names: Readonly<Record<string, Cell<unknown>>> = {
    pods: gateway.pods,
    routes: gateway.routes,
    'requests a second': gateway.requestsPerSecond,
    '5xx': gateway.serverErrors,
    '404 by the gateway': gateway.withoutRoute,
    certificates: gateway.certificateDays,
    'may restart': gateway.mayRestart,
    rescue: gateway.rescueHours,
    'control plane': gateway.controlPlane,
  };
  const byReason = new Map<string, string[]>();
  for (const [name, cell] of Object.entries(names)) {
    if (!cell.known) byReason.set(cell.reason, [...(byReason.get(cell.reason) ?? []), name]);
  }
  const { cluster, ref } = gateway;
  const who = `${cluster === null ? '' : `${cluster} `}${ref.namespace ?? ''}/${ref.name}`;
  return [...byReason].map(([reason, cells]) => `${who}: ${cells.join(', ')}: ${reason}`);
}

function gapText({ missing, reason, remedy }: Gap): string {
  return `${missing}: ${reason}${remedy === null ? '' : `; ${remedy}`}`;
}
