import type { ExplainRequest } from '../../routing/explained.ts';
import { Failure } from '../failure.ts';

/** What a person gave of a request. */
export interface RequestParts {
  readonly method?: string;
  readonly url: string;
  /** `name: value` lines. */
  readonly headers?: readonly string[];
  readonly port?: number;
  readonly sni?: string;
  readonly protocol?: 'http1' | 'http2' | 'grpc';
  readonly id?: string;
  readonly expect?: Readonly<Record<string, unknown>>;
}

/** Makes a request of a URL and what stands beside it; the path is kept as it was typed. */
export function buildRequest(parts: RequestParts): ExplainRequest {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(parts.url) ? parts.url : `http://${parts.url}`;
  const match = /^(https?):\/\/([^/?#]*)(.*)$/is.exec(written);
  if (!match) throw new Failure(`cannot read the URL "${parts.url}": write http://host[:port]/path`, 2);
  const [, scheme = '', authority = '', rest = ''] = match;
  const secure = scheme.toLowerCase() === 'https';
  const standard = secure ? 443 : 80;
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(authority.replace(/^[^@]*@/, '')) ?? [];
  const method = parts.method ?? (parts.protocol === 'grpc' ? 'POST' : 'GET');
  const headers = readHeaders(parts.headers ?? []);
  if (parts.protocol === 'grpc') headers['content-type'] ??= ['application/grpc'];
  return {
    id: parts.id ?? null,
    method,
    url: parts.url,
    authority: port === undefined || Number(port) === standard ? host : `${host}:${port}`,
    target: method === 'CONNECT' ? '' : rest.startsWith('/') ? rest : `/${rest}`,
    headers,
    otherHeaders: 'absent',
    port: parts.port ?? null,
    urlPort: port === undefined ? standard : Number(port),
    protocol: parts.protocol ?? 'http1',
    sni: parts.sni ?? (secure ? host : null),
    tls: secure || parts.sni !== undefined,
    logged: null,
    expect: parts.expect ?? null,
  };
}

function readHeaders(lines: readonly string[]): Record<string, readonly string[]> {
  const headers: Record<string, readonly string[]> = {};
  for (const line of lines) {
    const at = line.indexOf(':', 1);
    if (at < 0) throw new Failure(`cannot read the header "${line}": write 'name: value'`, 2);
    const name = line.slice(0, at).trim().toLowerCase();
    headers[name] = [...(headers[name] ?? []), line.slice(at + 1).trim()];
  }
  return headers;
}
