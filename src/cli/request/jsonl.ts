import { isObject } from '../../lib/json.ts';
import { clean, truncate } from '../../lib/text.ts';
import type { ExplainRequest, Unexplained } from '../../routing/explained.ts';
import { Failure } from '../failure.ts';
import { buildRequest } from './build.ts';

/** Reads one request a line; a line that cannot be read keeps its place as an error that names file and line. */
export function readRequests(text: string, file: string): readonly (ExplainRequest | Unexplained)[] {
  const requests: (ExplainRequest | Unexplained)[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const at = `${file}:${index + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      requests.push({
        id: null,
        error: clean(`${at}: this line is not JSON: ${error instanceof Error ? error.message : error}`),
      });
      continue;
    }
    const id = isObject(value) ? idOf(value.id) : null;
    try {
      requests.push(readRequest(value, id));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      requests.push({ id, error: `${at}: ${error.message}` });
    }
  }
  if (requests.length === 0) throw new Failure(`${file} holds no request`, 2);
  return requests;
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}

function readRequest(value: unknown, id: string | null): ExplainRequest {
  if (!isObject(value) || typeof value.url !== 'string') throw new Failure('a request is an object with a "url"', 2);
  const method = text('method', value.method);
  const sni = text('sni', value.sni);
  const protocol = protocolOf(value.protocol);
  const port = portOf(value.port);
  const { expect } = value;
  if (expect !== undefined && expect !== null && !isObject(expect)) throw wrong('expect', 'an object', expect);
  return buildRequest({
    url: value.url,
    headers: headerLines(value.headers),
    ...(method === null ? {} : { method }),
    ...(id === null ? {} : { id }),
    ...(sni === null ? {} : { sni }),
    ...(port === null ? {} : { port }),
    ...(protocol === null ? {} : { protocol }),
    ...(isObject(expect) ? { expect } : {}),
  });
}

function wrong(field: string, wanted: string, got: unknown): Failure {
  return new Failure(`${clean(field)} is ${wanted}, not ${truncate(clean(JSON.stringify(got)), 200)}`, 2);
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
  return Object.entries(value).flatMap(([name, held]) => {
    const lines: readonly unknown[] = Array.isArray(held) ? held : [held];
    return lines.map((line) => {
      if (typeof line !== 'string') throw wrong(`header ${name}`, 'a text or a list of texts', held);
      // Written as a line it is read back at its first colon: a name cannot hold one.
      if (name.includes(':')) throw wrong('a header name', 'a word without a colon', name);
      return `${name}: ${line}`;
    });
  });
}
