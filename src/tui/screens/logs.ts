import type { LiveClass, LiveTraffic } from '../../engine/logs/live/live-document.ts';
import { memoize } from '../../lib/memo.ts';
import { oneLine } from '../../lib/text.ts';
import { hang } from '../../lib/width.ts';
import { type Look, paint } from '../../report/terminal/paint.ts';
import { sparkline } from '../../report/terminal/sparkline.ts';
import { many, percentText } from '../../report/traffic-wording.ts';
import type { Content, Row } from '../content.ts';
import { age, type Data } from '../data.ts';
import { answerOf, isAwaited } from './explain.ts';
import { waitingText } from './waiting.ts';

/** Requests in the access logs, those that went and ended alike in a row: what fails first, and then what there is most of. */
export function logsContent(data: Data, look: Look): Content {
  const traffic = trafficOf(data);
  const several = (traffic?.gateways.length ?? 0) > 1;
  return {
    kind: 'list',
    title: traffic && traffic.logs.length > 0 ? `logs (${many(traffic.lines, 'line')})` : 'logs',
    head: traffic ? headOf(traffic, look) : [],
    columns: [
      ...(several ? [{ title: 'GATEWAY', most: 24, spare: 5 }] : []),
      { title: '/MIN', most: 8, right: true },
      { title: 'COUNT', most: 9, right: true, spare: 4 },
      { title: 'CODE', most: 4, right: true },
      { title: 'FLAG', most: 8 },
      { title: 'REQUEST', most: 44 },
      { title: 'ROUTE', most: 36, spare: 2 },
      { title: 'BY', most: 8, spare: 7 },
      { title: 'P99', most: 7, right: true, spare: 6 },
      { title: 'LAST', most: 8, spare: 3 },
      { title: 'WHY', most: 300, spare: 1, least: 16 },
    ],
    rows: traffic ? rowsOf(traffic) : [],
    empty: emptyText(data),
  };
}

/** The newest word of the logs that are followed. */
export function trafficOf({ traffic }: Data): LiveTraffic | null {
  return traffic?.state === 'there' ? traffic.value : null;
}

function emptyText(data: Data): string {
  const { traffic, collected } = data;
  if (collected.state !== 'there') return waitingText(data, '');
  if (!traffic || traffic.state === 'waiting') return 'reading the logs …';
  if (traffic.state === 'failed') return `the logs cannot be told: ${traffic.why}`;
  const { logs, gaps } = traffic.value;
  const failed = logs.find(({ state }) => state === 'failed');
  if (failed) return `${failed.name}: ${failed.detail}`;
  if (logs.length > 0) return `no request in ${many(logs.length, 'log')} yet`;
  return gaps[0] ?? 'no access log is read: give one with --access-log FILE, or pods of a cluster';
}

/** How many there are, how many failed, and when; a gateway each. */
function headOf({ gateways }: LiveTraffic, look: Look): NonNullable<Extract<Content, { kind: 'list' }>['head']> {
  const room = Math.max(10, Math.min(60, look.width - 62));
  return gateways.slice(0, 4).flatMap(({ gateway, perMinute, failedShare, rates, requests }) => {
    const all = `  ${oneLine(gateway ?? 'gateway not known')}  ${rateOf(perMinute)}/min, ${percentText(failedShare, 1)} failed, ${many(requests, 'request')}`;
    const bars = rates ? sparkline(rates.requests, room, look.ascii) : '';
    const bad = rates?.failed.some((count) => count > 0) ? `  failed ${sparkline(rates.failed, room, look.ascii)}` : '';
    return [
      { text: paint(look, failedShare > 0.01 ? 'red' : 'bold', all), bars: false },
      { text: `  ${bars}`, bars: true },
      ...(bad === '' ? [] : [{ text: bad, bars: true }]),
    ];
  });
}

const rowsOf = memoize((traffic: LiveTraffic): readonly Row[] => {
  const several = traffic.gateways.length > 1;
  return traffic.classes.map((one) => rowOf(one, several));
});

function rowOf(one: LiveClass, several: boolean): Row {
  const { key, gateway, perMinute, count, status, flag, method, path, by, p99Ms, lastSeen, failing } = one;
  const [route = '', ...others] = one.routes;
  const routes = others.length > 0 ? `${route} or ${others.length} more` : route;
  const name = several ? [gateway ?? ''] : [];
  const last = lastSeen?.slice(11, 19) ?? '-';
  const request = `${method} ${path}`;
  const why = one.cause ?? '';
  const severity = status >= 500 || status === 0 ? 'error' : 'warning';
  return {
    key,
    cells: [
      ...name,
      rateOf(perMinute),
      String(count),
      String(status),
      flag,
      request,
      routes,
      by,
      durationOf(p99Ms),
      last,
      why,
    ],
    order: [...name, perMinute, count, status, flag, request, routes, by, p99Ms ?? -1, lastSeen ?? '', why],
    ...(failing ? { severity } : {}),
  };
}

/** A rate a minute in few letters. */
export function rateOf(perMinute: number): string {
  return perMinute.toFixed(perMinute < 10 ? 1 : 0);
}

/** Milliseconds in few letters; `?`: not known. */
export function durationOf(ms: number | null): string {
  if (ms === null) return '?';
  return ms >= 10_000 ? `${(ms / 1000).toFixed(1)}s` : `${Math.round(ms)}ms`;
}

/** A class of requests: how many, since when, where to, why they end so; and the way of one of them. */
export function classContent(data: Data, key: string, look: Look): Content {
  const one = trafficOf(data)?.classes.find((known) => known.key === key);
  const title = one ? `logs > ${one.method} ${one.path} ${one.status} ${one.flag}` : 'logs';
  const line = (name: string, text: string): readonly string[] =>
    hang(`  ${name.padEnd(9)}`, oneLine(text), look.width);
  const facts = one
    ? [
        ...line('requests', `${one.method} ${one.path} answered ${one.status} ${one.flag} by the ${one.by}`),
        ...line('count', `${one.count}, now ${rateOf(one.perMinute)} a minute`),
        ...line('seen', `${timeOf(one.firstSeen)} - ${timeOf(one.lastSeen)} UTC`),
        ...line('took', `p50 ${durationOf(one.p50Ms)}, p99 ${durationOf(one.p99Ms)}`),
        ...line('route', routesText(one)),
        ...(one.upstream === null ? [] : line('upstream', one.upstream)),
        ...(one.cause === null ? [] : line('why', one.cause)),
        ...one.samples.slice(0, 3).flatMap((sample) => line('such as', sample)),
      ]
    : ['', '  no such requests came in the last minutes'];
  const asked = classAsked(key);
  return { kind: 'page', title, lines: [...facts, '', ...answerOf(data, asked, look)], waits: isAwaited(data, asked) };
}

/** The request by which a class is explained, as a person would type it; null: it is not known yet. */
export function classRequest({ explained }: Data, key: string): string | null {
  const asked = explained.get(classAsked(key));
  const [one] = asked?.state === 'there' ? asked.value.explained : [];
  return one && !('error' in one) && one.method !== null ? `${one.method} http://${one.url}` : null;
}

/** What the way of a class is asked for by. */
export function classAsked(key: string): string {
  return `class ${key}`;
}

function routesText({ routes, unknown }: LiveClass): string {
  if (routes.length === 0) return 'none';
  return `${routes.join(' or ')}${unknown.length > 0 ? ` (the log does not hold ${unknown.join(', ')})` : ''}`;
}

function timeOf(at: string | null): string {
  return at?.slice(0, 19).replace('T', ' ') ?? '?';
}

/** How the logs are read: each with its age. */
export function logLines(data: Data, look: Look): readonly string[] {
  const traffic = trafficOf(data);
  if (!traffic) return [];
  const words = { reading: 'read on', ended: 'ended  ', failed: 'FAILED ' };
  const said = traffic.logs.flatMap(({ name, state, detail, lines, lastAt }) => {
    const last = lastAt === null ? 'none yet' : `the last ${age(lastAt, data.now)} ago`;
    const text = `${name}: ${many(lines, 'line')}, ${last}${detail === '' ? '' : `: ${detail}`}`;
    return hang(`  ${words[state]} `, oneLine(text), look.width);
  });
  const gaps = traffic.gaps.flatMap((gap) => hang('  FAILED  ', oneLine(gap), look.width));
  const unread = traffic.unparsed > 0 ? [`  ${many(traffic.unparsed, 'line')} could not be read`] : [];
  return said.length + gaps.length === 0 ? [] : ['', paint(look, 'bold', '  LOGS'), ...said, ...gaps, ...unread];
}
