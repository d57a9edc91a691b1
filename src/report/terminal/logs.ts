import { oneLine } from '../../lib/text.ts';
import { displayWidth, hang, padded, truncate } from '../../lib/width.ts';
import type { GroupBy } from '../../traffic/traffic.ts';
import type { LoggedClass, LogsDocument } from '../logs-document.ts';
import { type Look, paint, sign } from './paint.ts';
import { many, numberText, percentText, rateText, spanText } from '../traffic-wording.ts';
import { sparkline } from './sparkline.ts';

/** How the table is drawn. */
export interface LogsLook extends Look {
  readonly all: boolean;
  readonly by: GroupBy;
}

/** What fits a screen. */
const mostFailing = 6;
const mostServed = 4;

/** Access logs by class: what was read, the rates, failing classes with their causes, then what was served. */
export function renderLogs(document: LogsDocument, look: LogsLook): string {
  const { classes } = document;
  const failing = classes.filter(isFailing);
  const served = classes.filter((one) => !isFailing(one));
  const lines = [...hang('', headOf(document, look), look.width), ...ratesOf(document, look)];
  const most = { failing: look.all ? failing.length : mostFailing, served: look.all ? served.length : mostServed };
  const shown = [...failing.slice(0, most.failing), ...served.slice(0, most.served)];
  if (shown.length > 0) lines.push('', ...table(shown, document, look));
  const left = [
    ...leftOut(failing.slice(most.failing), 'failing'),
    ...leftOut(served.slice(most.served), 'served'),
  ].join(', ');
  if (left !== '') lines.push(`and ${left} (--all shows them)`);
  if (classes.length === 0 && document.requests > 0) lines.push('', 'no request is of the kind asked for');
  for (const note of notesOf(document)) lines.push(...hang('note  ', oneLine(note), look.width));
  return `${lines.join('\n')}\n`;
}

function isFailing({ status, flag }: LoggedClass): boolean {
  return status >= 400 || status === 0 || flag !== '-';
}

function headOf({ lines, requests, window, sources }: LogsDocument, look: Look): string {
  const logs = sources.length === 1 ? oneLine(sources[0]?.name ?? '') : `${sources.length} logs`;
  return [logs, `${many(lines, 'line')}, ${many(requests, 'request')}`, spanText(window)].join(
    ` ${sign(look, 'dot')} `,
  );
}

function ratesOf({ rates, requests, window: { covered } }: LogsDocument, look: Look): readonly string[] {
  if (!rates || requests === 0) return [];
  const room = Math.max(10, Math.min(60, look.width - 40));
  const span =
    covered?.from && covered.to ? Math.max(1, (Date.parse(covered.to) - Date.parse(covered.from)) / 1000) : 1;
  const failed = rates.failed.reduce((sum, count) => sum + count, 0);
  const all = rates.requests.reduce((sum, count) => sum + count, 0);
  const bars = (values: readonly number[]): string => sparkline(values, room, look.ascii);
  const row = (label: string, values: readonly number[], said: string): string =>
    `${label.padEnd(9)} ${bars(values)}  ${said}`.trimEnd();
  const lines = [row('requests', rates.requests, `${rateText(all / span)}`)];
  if (failed > 0) {
    const said = `${numberText(failed)} answered 5xx or not at all, ${percentText(failed, all)}`;
    lines.push(paint(look, 'red', row('failed', rates.failed, said)));
  }
  return lines;
}

const columns = ['count', 'share', 'code', 'request', 'by', 'p50', 'p99', 'seen'] as const;

function table(classes: readonly LoggedClass[], { requests, window }: LogsDocument, look: LogsLook): readonly string[] {
  const day = window.covered?.from?.slice(0, 10);
  const rows = classes.map((one) => cellsOf(one, requests, day, look));
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((row) => displayWidth(row[at] ?? ''))));
  const fixed = widths.reduce((sum, width, at) => (at === 3 ? sum : sum + width), columns.length * 2);
  widths[3] = Math.max(12, Math.min(widths[3] ?? 0, look.width - fixed));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => pad(truncate(cell, widths[at] ?? 0, sign(look, 'ellipsis')), widths[at] ?? 0, at))
      .join('  ');
  return [
    paint(look, 'dim', line(columns).trimEnd()),
    ...classes.flatMap((one, at) => {
      const row = line(rows[at] ?? []).trimEnd();
      return isFailing(one) ? [paint(look, ['bold', 'red'], row), ...under(one, look)] : [row];
    }),
  ];
}

function pad(cell: string, width: number, at: number): string {
  return padded(cell, width, at < 2 || at === 5 || at === 6);
}

function cellsOf(one: LoggedClass, requests: number, day: string | undefined, { by }: LogsLook): readonly string[] {
  const { count, status, flag, method, path, firstSeen, lastSeen, group } = one;
  const time = (at: string | null): string =>
    at?.slice(at.startsWith(day ?? '-') ? 11 : 5, 19).replace('T', ' ') ?? '-';
  const who = by === 'route' || group === null ? '' : `${oneLine(group)}  `;
  return [
    numberText(count),
    percentText(count, requests),
    `${status} ${flag}`,
    `${who}${oneLine(method)} ${oneLine(path)}`,
    one.by,
    one.p50Ms === null ? '-' : milliseconds(one.p50Ms),
    one.p99Ms === null ? '-' : milliseconds(one.p99Ms),
    `${time(firstSeen)} - ${time(lastSeen)}`,
  ];
}

/** What stands under a failing class: its route, why it fails, whether it was served too. */
function under(
  { routes, unknown, explanation, served, upstream, by }: LoggedClass,
  { width }: LogsLook,
): readonly string[] {
  const lines: string[] = [];
  const to = upstream === null || by === 'upstream' ? '' : ` -> ${oneLine(upstream)}`;
  const [route, ...others] = routes;
  if (route !== undefined) {
    const more = others.length > 0 ? ` or ${others.length} more (not logged: ${unknown.join(', ')})` : '';
    lines.push(...hang('       route  ', `${oneLine(route)}${more}${to}`, width));
  }
  if (explanation !== null) lines.push(...hang('       why    ', oneLine(explanation), width));
  if (served !== null && served > 0) lines.push(`       but    ${many(served, 'such request')} served in this log`);
  return lines;
}

function leftOut(classes: readonly LoggedClass[], what: string): readonly string[] {
  if (classes.length === 0) return [];
  const count = classes.reduce((sum, one) => sum + one.count, 0);
  const noun = classes.length === 1 ? 'class' : 'classes';
  return [`${classes.length} ${what} ${noun} more with ${many(count, 'request')}`];
}

function notesOf({
  unparsed,
  unparsedSamples,
  processLines,
  processKinds,
  outside,
  notes,
}: LogsDocument): readonly string[] {
  const told: string[] = [];
  const own = Object.entries(processKinds).filter(([kind, count]) => kind !== 'other' && count > 0);
  if (own.length > 0) {
    const kinds = own.map(([kind, count]) => `${numberText(count)} ${kind.replaceAll('-', ' ')}`).join(', ');
    told.push(`${many(processLines, 'line')} of Envoy's own log: ${kinds}`);
  }
  if (unparsed > 0) told.push(`${many(unparsed, 'line')} could not be read, of the form: ${unparsedSamples[0] ?? ''}`);
  if (outside > 0) told.push(`${many(outside, 'line')} outside the time asked for`);
  return [...told, ...notes];
}

function milliseconds(ms: number): string {
  return ms >= 10_000 ? `${(ms / 1000).toFixed(1)}s` : `${Math.round(ms)}ms`;
}
