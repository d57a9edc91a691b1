import { oneLine } from '../../lib/text.ts';
import { displayWidth, hang, padded, truncate } from '../../lib/width.ts';
import type { ReportClass, ReportTraffic } from '../document.ts';
import { isFailing } from '../report-traffic.ts';
import { many, numberText, percentText, sinceText, spanText, totalsText } from '../traffic-wording.ts';
import { objectText } from '../wording.ts';
import { type Look, paint, sign } from './paint.ts';
import { sparkline } from './sparkline.ts';

const mostRows = 6;

/** The traffic of a gateway: what its logs say in all, the rates, and a table of what fails. */
export function renderTraffic(traffic: ReportTraffic, look: Look, all: boolean): readonly string[] {
  const { gateway, logs, rates, failed, classes, requests, more } = traffic;
  const dot = ` ${sign(look, 'dot')} `;
  const who = gateway ? objectText(gateway) : 'logs of an unknown gateway';
  const from = logs.length === 1 ? oneLine(logs[0] ?? '') : many(logs.length, 'log');
  const head = hang('', [`TRAFFIC ${who}`, totalsText(traffic), `${from}, ${spanText(traffic)}`].join(dot), look.width);
  const [first = '', ...rest] = head;
  const lines = [paint(look, 'bold', first), ...rest];
  if (requests === 0) return lines;
  const room = Math.max(10, Math.min(60, look.width - 14));
  if (rates) {
    lines.push(`  requests  ${sparkline(rates.requests, room, look.ascii)}`.trimEnd());
    if (failed > 0)
      lines.push(paint(look, 'red', `  failed    ${sparkline(rates.failed, room, look.ascii)}`.trimEnd()));
  }
  const bad = classes.filter(isFailing);
  const shown = all ? classes : bad.slice(0, mostRows);
  if (shown.length > 0) lines.push(...table(shown, traffic, look));
  const left = (all ? [] : bad.slice(shown.length)).length;
  const beyond = all ? more.classes : 0;
  if (left + beyond > 0)
    lines.push(`  and ${many(left + beyond, 'class').replace(/classs$/, 'classes')} more (meshdoctor logs)`);
  return lines;
}

const columns = ['count', 'share', 'since', 'code', 'request', 'route', 'why'] as const;
const right = new Set([0, 1]);

function table(classes: readonly ReportClass[], traffic: ReportTraffic, look: Look): readonly string[] {
  const rows = classes.map((one) => cellsOf(one, traffic));
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((row) => displayWidth(row[at] ?? ''))));
  // The request and the route share what the numbers leave, and the cause takes the rest.
  widths[4] = Math.min(widths[4] ?? 0, 24);
  widths[5] = Math.min(widths[5] ?? 0, 22);
  const fixed = widths.slice(0, 6).reduce((sum, width) => sum + width + 2, 2);
  widths[6] = Math.max(12, look.width - fixed);
  const line = (cells: readonly string[]): string =>
    `  ${cells
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        return padded(truncate(cell, width, sign(look, 'ellipsis')), width, right.has(at));
      })
      .join('  ')}`.trimEnd();
  return [paint(look, 'dim', line(columns)), ...rows.map(line)];
}

function cellsOf(one: ReportClass, traffic: ReportTraffic): readonly string[] {
  const { count, status, flag, method, path, routes, cause, sender, firstSeen } = one;
  const [route = '-', ...others] = routes;
  return [
    numberText(count),
    percentText(count, traffic.requests),
    sinceText(firstSeen, traffic),
    `${status} ${flag}`,
    `${oneLine(method)} ${oneLine(path)}`,
    `${oneLine(route).replace(/^GatewayRoute /, '')}${others.length > 0 ? ' ?' : ''}`,
    sender === null ? oneLine(cause ?? '') : `${sender === 'scanner' ? 'a scanner' : 'a health check'}`,
  ];
}
