import type { ExplainRequest } from '../routing/explained.ts';
import type { LogLine } from '../snapshot/access-log/line.ts';

/** The request behind a line of an access log: what the line does not hold is unknown, not absent. */
export function requestOfLine(line: LogLine): ExplainRequest {
  const headers: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries({ ...line.headers, 'x-request-id': line.requestId })) {
    if (value !== null) headers[name] = value === '-' ? [] : [value];
  }
  const authority = known(line.authority);
  const path = line.pathCut ? null : known(line.path);
  return {
    id: null,
    method: known(line.method),
    url: `${authority ?? ''}${known(line.path) ?? ''}`,
    authority,
    target: path,
    headers,
    otherHeaders: 'unknown',
    port: null,
    urlPort: Number(/:(\d{1,5})$/.exec(authority ?? '')?.[1] ?? 80),
    protocol: /^HTTP\/[23]/.test(line.protocol ?? '') ? 'http2' : 'http1',
    sni: known(line.sni),
    tls: null,
    logged: { status: line.status, flag: line.flag },
    expect: null,
  };
}

function known(value: string | null): string | null {
  return value === null || value === '-' ? null : value;
}
