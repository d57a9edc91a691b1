import { isObject } from '../../lib/json.ts';
import { clean } from '../../lib/text.ts';
import { truncate } from '../../lib/width.ts';
import type { ExplainRequest, Unexplained } from '../../routing/explained.ts';
import { buildRequest } from './build.ts';
import { UnreadableRequest } from './unreadable.ts';

/** Reads a request written as JSON; one that cannot be read becomes an error that names `at`, its file and line. */
export function readRequestLine(line: string, at: string): ExplainRequest | Unexplained {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    return { id: null, error: clean(`${at}: this line is not JSON: ${why}`) };
  }
  const id = isObject(value) ? idOf(value.id) : null;
  try {
    return readRequest(value, id);
  } catch (error) {
    if (!(error instanceof UnreadableRequest)) throw error;
    return { id, error: `${at}: ${error.message}` };
  }
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}

function readRequest(value: unknown, id: string | null): ExplainRequest {
  if (!isObject(value) || typeof value.url !== 'string') {
    throw new UnreadableRequest('a request is an object with a "url"');
  }
  const { expect } = value;
  if (expect !== undefined && expect !== null && !isObject(expect)) throw wrong('expect', 'an object', expect);
  return buildRequest({
    url: value.url,
    headers: headerLines(value.headers),
    method: text('method', value.method),
    id,
    sni: text('sni', value.sni),
    port: portOf(value.port),
    protocol: protocolOf(value.protocol),
    expect: isObject(expect) ? expect : null,
  });
}

function wrong(field: string, wanted: string, got: unknown): UnreadableRequest {
  return new UnreadableRequest(`${clean(field)} is ${wanted}, not ${truncate(clean(JSON.stringify(got)), 200)}`);
}

function text(field: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw wrong(field, 'a text', value);
  return value;
}

function portOf(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 65535) {
    throw wrong('port', 'a number from 1 to 65535', value);
  }
  return value;
}

function protocolOf(value: unknown): 'http1' | 'http2' | 'grpc' | null {
  if (value === undefined || value === null) return null;
  if (value !== 'http1' && value !== 'http2' && value !== 'grpc')
    throw wrong('protocol', 'http1, http2 or grpc', value);
  return value;
}

function headerLines(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw wrong('headers', 'an object', value);
  const lines: string[] = [];
  for (const [name, held] of Object.entries(value)) {
    // Written as a line it is read back at its first colon: a name cannot hold one.
    if (name.includes(':')) throw wrong('a header name', 'a word without a colon', name);
    for (const line of Array.isArray(held) ? held : [held]) {
      if (typeof line !== 'string') throw wrong(`header ${name}`, 'a text or a list of texts', held);
      lines.push(`${name}: ${line}`);
    }
  }
  return lines;
}
