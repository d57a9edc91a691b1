import type { ReportTraffic } from './document.ts';

/** `1,900 requests`. */
export function many(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** With a comma between thousands. */
export function numberText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A part of a whole in percent; below one with a decimal. */
export function percentText(part: number, of: number): string {
  const share = of === 0 ? 0 : (part * 100) / of;
  return share > 0 && share < 1 ? `${share.toFixed(1)} %` : `${Math.round(share)} %`;
}

/** A rate a second, or where it is less than one a minute. */
export function rateText(perSecond: number): string {
  return perSecond >= 1 ? `${numberText(Math.round(perSecond))}/s` : `${numberText(Math.round(perSecond * 60))}/min`;
}

/** A span of time: `40 s`, `19 min 50 s`, `26 h 3 min`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** From when to when, how long, and of how long that was asked: `2026-11-27 01:46:44 - 02:06:43 UTC (20 min 0 s)`. */
export function spanText({
  covered,
  asked,
}: {
  readonly covered: { readonly from: string | null; readonly to: string | null } | null;
  readonly asked: ReportTraffic['asked'];
}): string {
  if (!covered?.from || !covered.to) return 'no line tells a time';
  const { from, to } = covered;
  const sameDay = from.slice(0, 10) === to.slice(0, 10);
  const wanted = asked?.from ? Date.parse(asked.to ?? to) - Date.parse(asked.from) : null;
  const of = wanted === null ? '' : ` of ${durationText(wanted)} asked`;
  const until = to.slice(sameDay ? 11 : 0, 19).replace('T', ' ');
  return `${from.slice(0, 19).replace('T', ' ')} - ${until} UTC (${durationText(Date.parse(to) - Date.parse(from))}${of})`;
}

/** What a log says in a line: requests, their rate, and how many failed. */
export function totalsText({ requests, failed, covered }: ReportTraffic): string {
  const seconds = covered ? Math.max(1, (Date.parse(covered.to) - Date.parse(covered.from)) / 1000) : null;
  const rate = seconds === null ? '' : ` (${rateText(requests / seconds)})`;
  const bad = failed === 0 ? 'none answered 5xx' : `${numberText(failed)} failed (${percentText(failed, requests)})`;
  return `${many(requests, 'request')}${rate}, ${bad}`;
}

/** The time a class was first seen, as short as the day allows. */
export function sinceText(firstSeen: string | null, { covered }: Pick<ReportTraffic, 'covered'>): string {
  if (firstSeen === null) return '-';
  const sameDay = covered?.from.slice(0, 10) === covered?.to.slice(0, 10);
  return sameDay ? firstSeen.slice(11, 19) : firstSeen.slice(5, 16).replace('T', ' ');
}
