import type { ReportTraffic } from '../document.ts';
import { isFailing } from '../report-traffic.ts';
import { numberText, percentText, sinceText, spanText, totalsText } from '../traffic-wording.ts';
import { objectText, shortText } from '../wording.ts';
import { cell, code, inline } from './escape.ts';

const mostRows = 12;

/** What the logs of a gateway say, as a table of what fails. */
export function trafficSection(traffic: ReportTraffic): string {
  const { gateway, classes, requests } = traffic;
  const who = gateway ? ` of ${inline(objectText(gateway))}` : '';
  const bad = classes.filter(isFailing);
  const rows = bad.slice(0, mostRows).map(({ count, status, flag, method, path, routes, cause, firstSeen, sender }) => {
    const why = sender ?? shortText(cause ?? '', 160);
    const request = cell(code(shortText(`${method} ${path}`, 80)));
    const route = cell(inline(shortText(routes[0] ?? '', 60)));
    const share = percentText(count, requests);
    return `| ${numberText(count)} | ${share} | ${sinceText(firstSeen, traffic)} | ${code(`${status} ${flag}`)} | ${request} | ${route} | ${cell(inline(why))} |`;
  });
  const head = [
    '| count | share | since | code | request | route | why |',
    '| ---: | ---: | --- | --- | --- | --- | --- |',
  ];
  const left = bad.length > mostRows ? [`${bad.length - mostRows} more classes fail.`, ''] : [];
  const table = rows.length > 0 ? [...head, ...rows, ''] : [];
  return [`### Traffic${who}`, '', inline(`${totalsText(traffic)}; ${spanText(traffic)}`), '', ...table, ...left].join(
    '\n',
  );
}
