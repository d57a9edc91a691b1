import type { LiveClass } from '../../engine/logs/live/live-document.ts';
import type { RouteDetail, RouteTarget } from '../../engine/route-document.ts';
import { clean, oneLine } from '../../lib/text.ts';
import { hang } from '../../lib/width.ts';
import { renderNote } from '../../report/terminal/finding.ts';
import { type Look, paint } from '../../report/terminal/paint.ts';
import { many } from '../../report/traffic-wording.ts';
import type { Content } from '../content.ts';
import { age, type Data, routeAsked } from '../data.ts';
import type { Screen } from '../state.ts';
import { rateOf, trafficOf } from './logs.ts';
import { emptyText, findingsByObject } from './routes.ts';

/**
 * One route: what it asks, where it goes down to the pods, who takes its requests, what of it fails now, what is said of it;
 * the objects behind it and Envoy's own form are folded until they are asked for (`turned`).
 */
export function routeContent(
  data: Data,
  { gateway, key }: Extract<Screen, { name: 'route' }>,
  turned: readonly number[],
  look: Look,
): Content {
  const asked = data.details.get(routeAsked(gateway, key));
  const detail = asked?.state === 'there' ? asked.value : null;
  const title = `gateways > ${gateway} > route ${detail?.object ?? detail?.name ?? ''}`;
  if (detail) {
    const parts = [factsOf(detail, look), targetsOf(detail, look), shadowsOf(detail, look)];
    const told = [classesOf(data, gateway, detail, look), findingsOf(data, detail, look)];
    return { kind: 'page', title, lines: [...parts, ...told, foldedOf(detail, turned, look)].flat() };
  }
  const why =
    asked?.state === 'failed'
      ? asked.why
      : asked?.state === 'there'
        ? 'this route is no longer there'
        : asked
          ? `reading the route … ${age(asked.since, data.now)}`
          : emptyText(data, gateway);
  return { kind: 'page', title, lines: ['', `  ${oneLine(why)}`], waits: (asked?.state ?? 'waiting') === 'waiting' };
}

function line(name: string, text: string, { width }: Look): readonly string[] {
  return hang(`  ${name.padEnd(12)}`, oneLine(text), width);
}

function heading(text: string, look: Look): readonly string[] {
  return ['', paint(look, 'bold', `  ${text}`)];
}

function factsOf(detail: RouteDetail, look: Look): readonly string[] {
  const { listener, port, virtualHost, domains, index, name, object, match, does, traffic, key } = detail;
  const pace = traffic
    ? `${traffic.perMinute.toFixed(1)} requests a minute to its clusters, ${(traffic.failedShare * 100).toFixed(2)} % answered 5xx`
    : 'not known: counters were not read twice, or this cluster has none';
  return [
    ...line('listener', `${listener}, port ${port}`, look),
    ...line('host', `${virtualHost} (${domains.join(', ')})`, look),
    ...line('route', `#${index}${name === '' ? '' : ` ${name}`}`, look),
    ...line('made from', object === null ? 'no object that was read' : `${object}${whereOf(detail)}`, look),
    ...line('asks', match || 'nothing: it takes every request', look),
    ...line('goes to', does, look),
    ...line('traffic', pace, look),
    ...line('in Envoy', key, look),
  ];
}

function whereOf({ file, line: at }: Pick<RouteDetail, 'file' | 'line'>): string {
  return file === null ? '' : ` (${file}:${at})`;
}

/** Down to the pods. */
function targetsOf({ targets }: RouteDetail, look: Look): readonly string[] {
  if (targets.length === 0) return [];
  return [...heading('TARGETS', look), ...targets.flatMap((target) => targetLines(target, look))];
}

function targetLines({ cluster, weight, object, toldBy, hosts }: RouteTarget, look: Look): readonly string[] {
  const share = weight === 100 ? '' : `, weight ${weight}`;
  const well = hosts.filter(({ failures }) => failures.length === 0).length;
  const state = toldBy === 'envoy' ? 'not marked as failed by Envoy' : 'ready';
  const said = toldBy === null ? 'endpoints not known' : `${well} of ${hosts.length} endpoints ${state}`;
  const name = object === null ? cluster : `${object} (${cluster})`;
  return [
    ...hang('  ', oneLine(`${name}${share}: ${said}`), look.width),
    ...hosts.flatMap(({ address, pod, failures }) => {
      const words = [address, pod === null ? 'of no pod that was read' : `pod ${pod}`, ...failures];
      return hang('    ', oneLine(words.join(', ')), look.width);
    }),
  ];
}

function shadowsOf({ shadows }: RouteDetail, look: Look): readonly string[] {
  const said = shadows === null ? ['not judged: its table is not the one that decides'] : shadows;
  const lines = said.length === 0 ? ['no other route takes its requests, nor it those of another'] : said;
  return [...heading('SHADOWS', look), ...lines.flatMap((one) => hang('  ', oneLine(one), look.width))];
}

const mostClasses = 8;

/** What of it failed in the last minutes. */
function classesOf(data: Data, gateway: string, { label }: RouteDetail, look: Look): readonly string[] {
  const traffic = trafficOf(data);
  const logs = traffic?.logs.length ?? 0;
  if (!traffic || logs === 0) return [...heading('FAILING', look), '  not known: no access log is read'];
  const mine = traffic.classes.filter(
    (one) => one.failing && one.routes.includes(label) && (one.gateway === null || one.gateway === gateway),
  );
  const lines = mine.slice(0, mostClasses).flatMap((one) => hang('  ', oneLine(classText(one)), look.width));
  const more = mine.length > mostClasses ? [`  and ${mine.length - mostClasses} more (l)`] : [];
  return [...heading('FAILING', look), ...(mine.length === 0 ? ['  nothing of it failed in its log'] : lines), ...more];
}

function classText({ perMinute, count, status, flag, method, path, lastSeen, cause }: LiveClass): string {
  const last = lastSeen === null ? '' : `, the last at ${lastSeen.slice(11, 19)}`;
  const why = cause === null ? '' : `: ${cause}`;
  return `${status} ${flag}  ${method} ${path}  ${rateOf(perMinute)}/min, ${count} in all${last}${why}`;
}

function findingsOf(data: Data, { object }: RouteDetail, look: Look): readonly string[] {
  const about = object === null ? [] : (findingsByObject(data).get(object) ?? []);
  if (about.length === 0) return [];
  return [
    ...heading(`${about.length} about ${object}`, look),
    ...about.flatMap((finding) => renderNote(finding, look)),
  ];
}

/** The objects whole, and Envoy's form: each behind a number that shows or folds it. */
function foldedOf(detail: RouteDetail, turned: readonly number[], look: Look): readonly string[] {
  const { objects, envoyForm } = detail;
  const parts = [
    ...objects.map((object) => ({ name: `${object.name}${whereOf(object)}`, text: object.yaml })),
    ...(envoyForm === null ? [] : [{ name: 'in Envoy, as JSON', text: envoyForm }]),
  ];
  return parts.flatMap(({ name, text }, at) => {
    const lines = text.trimEnd().split('\n');
    const isOpen = turned.includes(at + 1);
    const key = at < 9 ? ` (${at + 1} ${isOpen ? 'folds it' : 'shows it'})` : '';
    const head = heading(`${isOpen ? '-' : '+'} ${name}: ${many(lines.length, 'line')}${key}`, look);
    return isOpen ? [...head, ...lines.flatMap((one) => wrapped(clean(one), look))] : head.slice(at === 0 ? 0 : 1);
  });
}

/** A line of YAML or JSON keeps its indent where it is broken. */
function wrapped(text: string, { width }: Look): readonly string[] {
  const room = Math.max(20, width - 4);
  const indent = /^ */.exec(text)?.[0] ?? '';
  const pieces: string[] = [];
  for (let rest = text; rest !== ''; ) {
    pieces.push(`    ${rest.slice(0, room)}`);
    const left = rest.slice(room);
    rest = left === '' ? '' : `${indent.slice(0, room / 2)}  ${left}`;
  }
  return pieces;
}
