import type { ExplainRequest } from '../../routing/explained.ts';
import { asObject, asText, asTexts, isObject } from '../../lib/json.ts';
import { Failure } from '../failure.ts';
import { buildRequest } from './build.ts';

/** Reads one request a line; an error names file and line. */
export function readRequests(text: string, file: string): readonly ExplainRequest[] {
  const requests: ExplainRequest[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const fail = (what: string): Failure => new Failure(`${file}:${index + 1}: ${what}`, 2);
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw fail(`this line is not JSON: ${error instanceof Error ? error.message : error}`);
    }
    if (!isObject(value) || typeof value.url !== 'string') throw fail('a request is an object with a "url"');
    const { protocol, port } = value;
    if (
      protocol !== undefined &&
      protocol !== null &&
      protocol !== 'http1' &&
      protocol !== 'http2' &&
      protocol !== 'grpc'
    ) {
      throw fail(`protocol is http1, http2 or grpc, not ${JSON.stringify(protocol)}`);
    }
    const method = asText(value.method);
    const id = typeof value.id === 'number' ? String(value.id) : asText(value.id);
    const sni = asText(value.sni);
    requests.push(
      buildRequest({
        url: value.url,
        headers: headerLines(value.headers),
        ...(method === undefined ? {} : { method }),
        ...(id === undefined ? {} : { id }),
        ...(sni === undefined ? {} : { sni }),
        ...(typeof port === 'number' ? { port } : {}),
        ...(protocol ? { protocol } : {}),
        ...(isObject(value.expect) ? { expect: value.expect } : {}),
      }),
    );
  }
  if (requests.length === 0) throw new Failure(`${file} holds no request`, 2);
  return requests;
}

function headerLines(value: unknown): readonly string[] {
  return Object.entries(asObject(value)).flatMap(([name, held]) =>
    (typeof held === 'string' ? [held] : asTexts(held)).map((line) => `${name}: ${line}`),
  );
}
