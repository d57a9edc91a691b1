import { hang, oneLine } from '../../lib/text.ts';
import { type Look, paint } from '../../report/terminal/paint.ts';
import type { Content } from '../content.ts';
import { age, type Data } from '../data.ts';
import { logLines } from './logs.ts';
import { reportOf, waitingText } from './waiting.ts';

/** What was read and how it fared, and what was not seen. */
export function sourcesContent(data: Data, look: Look): Content {
  const { collected, now } = data;
  const report = reportOf(data);
  const lines: string[] = [];
  if (collected.state !== 'there') lines.push('', `  ${waitingText(data, '')}`);
  else {
    const read = `read ${age(collected.at, now)} ago; the snapshot's time is ${collected.value.takenAt}`;
    lines.push(...hang('  ', read, look.width), '');
    for (const { name, state, detail, cost } of collected.value.sources) {
      const head = `  ${state === 'ok' ? 'ok     ' : state === 'partial' ? 'PARTIAL' : 'FAILED '} `;
      lines.push(...hang(head, oneLine(`${name}: ${detail} (${cost.calls} calls, ${cost.bytes} bytes)`), look.width));
    }
  }
  lines.push(...logLines(data, look));
  if (report && report.gaps.length > 0) {
    lines.push('', paint(look, 'bold', '  NOT SEEN'));
    for (const { missing, reason, remedy } of report.gaps) {
      lines.push(...hang('  ', oneLine(`${missing}: ${reason}${remedy === null ? '' : `; ${remedy}`}`), look.width));
    }
  }
  return { kind: 'page', title: 'sources', lines };
}
