import { makeDocument } from '../../snapshot/document.ts';
import type { Harvest, SourceReport } from '../../snapshot/snapshot.ts';
import { describeError } from '../describe-error.ts';
import { compileFormat, formatsOf } from './formats.ts';
import { readLines, textsOf } from './lines.ts';
import { LogReader } from './reader.ts';
import { redactedLine } from './redacted.ts';

/** Which logs to keep, and how they are read. */
export interface LogsToKeep {
  readonly paths: readonly string[];
  /** `--log-format`; null: as the configuration says, else as they look. */
  readonly format: string | null;
  /** The Envoys and objects that were read: they tell the format. */
  readonly read: Pick<Harvest, 'envoys' | 'objects'>;
  readonly now: string;
}

/** What of a log is kept at most, redacted. */
const mostKept = 64 << 20;

/** Reads access logs into documents, one a log: their lines, redacted. */
export async function harvestLogs({ paths, format, read, now }: LogsToKeep): Promise<Harvest> {
  const given = format === null ? null : compileFormat(format);
  const formats = [...(given ? [given] : []), ...formatsOf(read)];
  const kept = [];
  for (const [index, path] of paths.entries()) {
    const { text, source } = await keepLog(path, new LogReader(formats));
    const origin = { id: `logs/${index}.jsonl`, kind: 'access_log', origin: path, readAt: now, envoy: null } as const;
    kept.push({ source, documents: text === '' ? [] : [makeDocument(origin, text, true)] });
  }
  return {
    documents: kept.flatMap(({ documents }) => documents),
    objects: [],
    envoys: [],
    coverage: [],
    gaps: [],
    sources: kept.map(({ source }) => source),
    redactions: {},
  };
}

async function keepLog(
  path: string,
  reader: LogReader,
): Promise<{ readonly text: string; readonly source: SourceReport }> {
  const kept: string[] = [];
  let size = 0;
  let bytes = 0;
  let left = 0;
  let trouble: string | null = null;
  try {
    for await (const piece of readLines(path)) {
      bytes = piece.read;
      for (const raw of textsOf(piece)) {
        const one = reader.read(raw);
        if (one.kind !== 'request') continue;
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
  if (kept.length === 0) {
    const detail = `nothing readable: ${trouble ?? 'no line is of an access log'}`;
    return { text, source: { name: path, state: 'failed', detail, cost, trouble: 'nothing-readable' } };
  }
  const more = left > 0 ? `, ${left} left out beyond 64 MiB` : '';
  const detail = `${kept.length} lines of an access log, redacted${more}${trouble === null ? '' : `; then: ${trouble}`}`;
  if (trouble === null) return { text, source: { name: path, state: 'ok', detail, cost } };
  return { text, source: { name: path, state: 'partial', detail, cost, trouble: 'part-unreadable' } };
}
