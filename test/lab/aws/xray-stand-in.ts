import { createServer, type IncomingMessage } from 'node:http';
import { asList, asNumber, asObject, asText, type JsonObject } from '../../../src/lib/json.ts';

/** X-Ray as its API reference tells of it, where the emulator does not go along: filters, pages, throttling, the limit of ids. */
export interface XRayStandIn {
  readonly url: string;
  /** What was asked: `GetTraceSummaries`, `BatchGetTraces`, in order. */
  readonly calls: readonly string[];
  readonly filters: readonly string[];
  /** The next so many calls are answered with ThrottledException. */
  readonly throttle: (calls: number) => void;
  /** Every call from now on is refused as by IAM. */
  readonly refuse: () => void;
  readonly stop: () => Promise<void>;
}

interface Stored {
  readonly id: string;
  readonly documents: readonly JsonObject[];
}

const pageSize = 7;

/** Starts it with these segment documents. */
export async function startXRayStandIn(segments: readonly JsonObject[]): Promise<XRayStandIn> {
  const calls: string[] = [];
  const filters: string[] = [];
  let throttled = 0;
  let refused = false;
  const byTrace = new Map<string, JsonObject[]>();
  for (const one of segments) {
    const id = asText(one.trace_id) ?? '';
    byTrace.set(id, [...(byTrace.get(id) ?? []), one]);
  }
  const traces: readonly Stored[] = [...byTrace].map(([id, documents]) => ({ id, documents }));
  const server = createServer(async (request, response) => {
    const body = asObject(JSON.parse(await textOf(request)));
    const answer = (status: number, value: unknown, type?: string): void => {
      const headers = type === undefined ? {} : { 'x-amzn-errortype': type };
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    };
    const summaries = request.url === '/TraceSummaries';
    calls.push(summaries ? 'GetTraceSummaries' : 'BatchGetTraces');
    if (refused) return answer(403, { message: 'not authorized to perform this' }, 'AccessDeniedException');
    if (throttled > 0) {
      throttled -= 1;
      return answer(429, { Message: 'Rate exceeded' }, 'ThrottledException');
    }
    const from = Number(asText(body.NextToken) ?? 0);
    if (!summaries) {
      const ids = asList(body.TraceIds);
      if (ids.length > 5) return answer(400, { Message: 'at most 5 ids' }, 'InvalidRequestException');
      const found = traces.filter(({ id }) => ids.includes(id));
      const Traces = found.map(({ id, documents }) => ({
        Id: id,
        Segments: documents.map((one) => ({ Id: one.id, Document: JSON.stringify(one) })),
      }));
      return answer(200, { Traces, UnprocessedTraceIds: [] });
    }
    const filter = asText(body.FilterExpression) ?? '';
    if (from === 0) filters.push(filter);
    const found = traces.filter((trace) => fits(filter, trace));
    const page = found.slice(from, from + pageSize);
    const more = from + pageSize < found.length ? { NextToken: String(from + pageSize) } : {};
    answer(200, { TraceSummaries: page.map(({ id }) => ({ Id: id })), TracesProcessedCount: traces.length, ...more });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    calls,
    filters,
    throttle: (count) => {
      throttled = count;
    },
    refuse: () => {
      refused = true;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Filter expressions as the developer guide gives their grammar, as far as they are asked: `service("x") AND (fault = true OR …)`. */
function fits(filter: string, { documents }: Stored): boolean {
  return filter.split(' AND ').every((part) =>
    part
      .replace(/^\(|\)$/g, '')
      .split(' OR ')
      .some((term) => holds(term, documents)),
  );
}

function holds(term: string, documents: readonly JsonObject[]): boolean {
  const service = /^service\("([^"]+)"?$/.exec(term.replace(/\)$/, ''))?.[1];
  if (service !== undefined) return documents.some(({ name }) => name === service);
  const flag = /^(fault|error|throttle) = true$/.exec(term)?.[1];
  if (flag !== undefined) return documents.some((one) => one[flag] === true);
  const seconds = /^responsetime > (\d+)$/.exec(term)?.[1];
  if (seconds === undefined) throw new Error(`the stand-in knows no ${term}`);
  return documents.some(
    ({ start_time, end_time }) => (asNumber(end_time) ?? 0) - (asNumber(start_time) ?? 0) > Number(seconds),
  );
}

/** A way to an emulator that knows no filters: what is asked goes there without them, all else as it is. */
export async function withoutFilters(
  target: string,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const server = createServer(async (request, response) => {
    const { FilterExpression: _, ...body } = asObject(JSON.parse(await textOf(request)));
    const { authorization = '', 'content-type': type = 'application/json' } = request.headers;
    const answer = await fetch(`${target}${request.url}`, {
      method: 'POST',
      headers: { authorization, 'content-type': type },
      body: JSON.stringify(body),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return { url, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8') || '{}';
}
