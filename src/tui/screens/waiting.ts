import type { ReportDocument } from '../../report/document.ts';
import { age, type Data } from '../data.ts';

/** The newest report; while a new one is made, the one before. */
export function reportOf({ report, last }: Data): ReportDocument | null {
  return report.state === 'there' ? report.value : last;
}

/** What an empty screen says: what it waits for, why it has nothing, or that there is nothing. */
export function waitingText({ collected, report, sources, now }: Data, nothing: string): string {
  if (collected.state === 'waiting') return `reading the sources … ${age(collected.since, now)}`;
  const awaited = sources.filter(({ last }) => last === null).map(({ name }) => name);
  const [first] = awaited;
  if (first) return `reading ${first}${awaited.length > 1 ? ` and ${awaited.length - 1} more` : ''} …`;
  if (collected.state === 'failed') return `reading failed: ${collected.why}`;
  if (report.state === 'waiting') return `diagnosing … ${age(report.since, now)}`;
  return report.state === 'failed' ? `the diagnosis failed: ${report.why}` : nothing;
}
