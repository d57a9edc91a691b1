import type { SourceState } from '../engine/protocol.ts';
import { oneLine } from '../lib/text.ts';
import { age, type Data } from './data.ts';

/** Longer than a source that is well takes: its counters are read twice, some seconds apart. */
const patientMs = 10_000;

/** True where a source is asked and does not answer as it should. */
function isAwaited({ askedAt, last }: SourceState, now: number): boolean {
  return askedAt !== null && (last === null || now - askedAt >= patientMs);
}

/** Since when a source is awaited, for people; empty where it is not. */
export function awaitedText(source: SourceState, now: number): string {
  const { askedAt, last } = source;
  if (askedAt === null || !isAwaited(source, now)) return '';
  const since = age(askedAt, now);
  if (last !== null) return `no answer for ${since}, last read ${age(last.at, now)} ago`;
  return now - askedAt < patientMs ? `being read for ${since}` : `no answer for ${since}`;
}

/** How old each source is, what is awaited and what failed: as much as one line holds, the worst first. */
export function sourceWords({ sources, now }: Pick<Data, 'sources' | 'now'>): readonly string[] {
  const awaited = sources.filter((one) => isAwaited(one, now));
  const bad = sources.filter((one) => !awaited.includes(one) && one.last !== null && one.last.state !== 'ok');
  const well = sources.flatMap((one) => (awaited.includes(one) || !one.last ? [] : [one.last.at]));
  const [newest, oldest] = [Math.max(...well), Math.min(...well)].map((at) => age(at, now));
  const read = well.length === 0 ? [] : [`read ${newest === oldest ? newest : `${newest} to ${oldest}`} ago`];
  return [
    ...read,
    ...firstOf(awaited, (one) => `${one.name}: ${awaitedText(one, now)}`),
    ...firstOf(bad, ({ name, last }) => `${name}: ${last?.detail ?? ''}`),
  ].map(oneLine);
}

function firstOf(sources: readonly SourceState[], say: (source: SourceState) => string): readonly string[] {
  const [first, ...others] = sources;
  if (!first) return [];
  return [`${say(first)}${others.length > 0 ? ` and ${others.length} more (:sources)` : ''}`];
}
