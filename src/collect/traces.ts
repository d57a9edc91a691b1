import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { makeDocument } from '../snapshot/document.ts';
import { emptyHarvest, type Harvest, type SourceReport } from '../snapshot/snapshot.ts';
import { readSegments, readTracesView, tracesBody } from '../snapshot/traces.ts';
import type { JsonObject } from '../lib/json.ts';
import { describeError } from './describe-error.ts';

/** Reads segments that were saved: what `aws xray batch-get-traces` printed, or segment documents, one a line or in a list. */
export async function readSavedTraces(paths: readonly string[], now: string): Promise<Harvest> {
  const segments: JsonObject[] = [];
  const sources: SourceReport[] = [];
  for (const path of paths) {
    try {
      const bytes = await readFile(path);
      const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
      const found = readSegments(text);
      if (!found) throw new Error('it holds no segment of a trace');
      segments.push(...found);
      const cost = { calls: 1, bytes: bytes.length };
      sources.push({ name: path, state: 'ok', detail: `${found.length} segments of traces`, cost });
    } catch (error) {
      const detail = `nothing readable: ${describeError(error)}`;
      sources.push({ name: path, state: 'failed', detail, cost: { calls: 1, bytes: 0 }, trouble: 'nothing-readable' });
    }
  }
  return tracesHarvest(segments, paths.join(', '), now, { sources });
}

/** What segments of traces become: a document without anything personal, and its view. */
export function tracesHarvest(
  segments: readonly JsonObject[],
  origin: string,
  now: string,
  { sources, gaps = [] }: Pick<Harvest, 'sources'> & Partial<Pick<Harvest, 'gaps'>>,
): Harvest {
  const body = tracesBody(segments);
  const id = 'traces/traces.json';
  const document = makeDocument({ id, kind: 'traces', origin, readAt: now, envoy: null }, JSON.stringify(body), true);
  return {
    ...emptyHarvest,
    documents: [document],
    traces: readTracesView(body, id),
    gaps,
    sources,
  };
}
