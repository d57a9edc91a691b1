import { oneLine } from '../../lib/text.ts';
import { hang } from '../../lib/width.ts';
import { type Look, paint } from '../../report/terminal/paint.ts';
import type { SourceState } from '../../engine/protocol.ts';
import { many } from '../../report/traffic-wording.ts';
import { awaitedText } from '../ages.ts';
import type { Content } from '../content.ts';
import { age, type Data } from '../data.ts';
import { logLines } from './logs.ts';
import { reportOf, waitingText } from './waiting.ts';

/** What was read and how it fared, and what was not seen. */
export function sourcesContent(data: Data, look: Look): Content {
  const { collected, sources, now } = data;
  const report = reportOf(data);
  const lines: string[] = [];
  if (collected.state !== 'there') lines.push('', `  ${waitingText(data, '')}`, '');
  else lines.push(...hang('  ', `the snapshot's time is ${collected.value.takenAt}`, look.width), '');
  for (const source of sources)
    lines.push(...hang(`  ${stateWord(source)} `, oneLine(wordsOf(source, now)), look.width));
  lines.push(...logLines(data, look));
  if (report && report.gaps.length > 0) {
    lines.push('', paint(look, 'bold', '  NOT SEEN'));
    for (const { missing, reason, remedy } of report.gaps) {
      lines.push(...hang('  ', oneLine(`${missing}: ${reason}${remedy === null ? '' : `; ${remedy}`}`), look.width));
    }
  }
  return { kind: 'page', title: 'sources', lines };
}

function stateWord({ last }: SourceState): string {
  if (last === null) return 'AWAITED';
  return last.state === 'ok' ? 'ok     ' : last.state === 'partial' ? 'PARTIAL' : 'FAILED ';
}

function wordsOf(source: SourceState, now: number): string {
  const { name, last } = source;
  const awaited = awaitedText(source, now);
  if (last === null) return `${name}: ${awaited}`;
  const { detail, cost, at } = last;
  const read = awaited === '' ? `read ${age(at, now)} ago` : awaited;
  // Envoys tell it themselves.
  const price = /^\d+ calls, /.test(detail) ? '' : ` (${many(cost.calls, 'call')}, ${many(cost.bytes, 'byte')})`;
  return `${name}: ${read}: ${detail}${price}`;
}
