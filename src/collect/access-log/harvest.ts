import { makeDocument } from '../../snapshot/document.ts';
import { emptyHarvest, type Harvest, type SourceReport } from '../../snapshot/snapshot.ts';
import { describeError } from '../describe-error.ts';
import { compileFormat, formatsOf } from './formats.ts';
import { type LogPiece, textsOf } from './lines.ts';
import { LogReader } from './reader.ts';
import { redactedLine } from './redacted.ts';

/** A log to keep. */
export interface LogToKeep {
  readonly name: string;
  /** The key of the Envoy that wrote it: it may have had no request. Null: nobody knows, and it must hold one. */
  readonly envoy: string | null;
  /** Throws where it cannot be read. */
  readonly pieces: AsyncIterable<LogPiece>;
}

/** Which logs to keep, and how they are read. */
export interface LogsToKeep {
  readonly logs: readonly LogToKeep[];
  /** How many logs were kept before these: ids of documents go on from there. */
  readonly idFrom: number;
  /** Milliseconds since 1970: older lines are left out; null: none is. */
  readonly since: number | null;
  /** `--log-format`; null: as the configuration says, else as they look. */
  readonly format: string | null;
  /** The Envoys and objects that were read: they tell the format. */
  readonly read: Pick<Harvest, 'envoys' | 'objects'>;
  readonly now: string;
}

/** What of a log is kept at most, redacted. */
const mostKept = 64 << 20;

/** Reads access logs into documents, one a log: their lines, redacted. */
export async function harvestLogs({ logs, idFrom, since, format, read, now }: LogsToKeep): Promise<Harvest> {
  const given = format === null ? null : compileFormat(format);
  const formats = [...(given ? [given] : []), ...formatsOf(read)];
  const kept = [];
  for (const [index, log] of logs.entries()) {
    const { text, source } = await keepLog(log, since, new LogReader(formats));
    const { name: origin, envoy } = log;
    const at = { id: `logs/${idFrom + index}.jsonl`, kind: 'access_log', origin, readAt: now, envoy } as const;
    kept.push({ source, documents: text === '' ? [] : [makeDocument(at, text, true)] });
  }
  return {
    ...emptyHarvest,
    documents: kept.flatMap(({ documents }) => documents),
    sources: kept.map(({ source }) => source),
  };
}

async function keepLog(
  { name, envoy, pieces }: LogToKeep,
  since: number | null,
  reader: LogReader,
): Promise<{ readonly text: string; readonly source: SourceReport }> {
  const kept: string[] = [];
  let size = 0;
  let bytes = 0;
  let left = 0;
  let trouble: string | null = null;
  try {
    for await (const piece of pieces) {
      bytes = piece.read;
      for (const raw of textsOf(piece)) {
        const one = reader.read(raw);
        if (one.kind !== 'request' || (since !== null && one.line.at !== null && one.line.at < since)) continue;
        const line = redactedLine(one.line);
        if (size + line.length > mostKept) left += 1;
        else size += kept.push(line) && line.length + 1;
      }
    }
  } catch (error) {
    trouble = describeError(error);
  }
  const cost = { calls: 1, bytes };
  const text = kept.length === 0 ? '' : `${kept.join('\n')}\n`;
  if (kept.length === 0 && trouble === null && envoy !== null) {
    return { text, source: { name, state: 'ok', detail: 'no request in it', cost } };
  }
  if (kept.length === 0) {
    const detail = `nothing readable: ${trouble ?? 'no line is of an access log'}`;
    return { text, source: { name, state: 'failed', detail, cost, trouble: 'nothing-readable' } };
  }
  const more = left > 0 ? `, ${left} left out beyond 64 MiB` : '';
  const detail = `${kept.length} lines of an access log, redacted${more}${trouble === null ? '' : `; then: ${trouble}`}`;
  if (trouble === null) return { text, source: { name, state: 'ok', detail, cost } };
  return { text, source: { name, state: 'partial', detail, cost, trouble: 'part-unreadable' } };
}
