import { isObject, type JsonObject } from '../../lib/json.ts';
import type { ExplainRequest } from '../../routing/explained.ts';
import { UnreadableRequest } from '../../engine/requests/unreadable.ts';

/** Envoy's default text format (docs: configuration/observability/access_log/usage, "default format string"), from the request on. */
const request = /"([A-Z-]+|-) (\S+)(?: (HTTP\/[\d.]+|-))?"(?: (\d{1,3})(?: (-|[A-Z][A-Za-z,]*)(?![\w"]))?)?/;
const tail = /^ \S+ \S+ \S+ \S+ "([^"]*)" "([^"]*)" "([^"]*)" "([^"]*)"(?: "([^"]*)")?/;

/** What a line says of a request; undefined where it does not. */
interface Told {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly protocol?: string | undefined;
  readonly status?: string | undefined;
  readonly flag?: string | undefined;
  readonly authority?: string | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Reads a pasted access-log line, whole or in part, text or JSON; what it does not hold is unknown, not absent. */
export function readLogLine(line: string): ExplainRequest {
  const told = readJson(line) ?? readText(line);
  if (!told) {
    const wants = '[time] "GET /path HTTP/1.1" 404 NR …, or a JSON object with method and path';
    throw new UnreadableRequest(`cannot read the log line: it is not in Envoy's default text format (${wants})`);
  }
  const { authority, path, status, flag } = told;
  const headers: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(told.headers)) {
    if (value !== undefined) headers[name] = value === '-' ? [] : [value];
  }
  const known = (value: string | undefined): string | null => (value === undefined || value === '-' ? null : value);
  return {
    id: null,
    method: known(told.method),
    url: `${known(authority) ?? ''}${known(path) ?? ''}`,
    authority: known(authority),
    target: known(path),
    headers,
    otherHeaders: 'unknown',
    port: null,
    urlPort: Number(/:(\d{1,5})$/.exec(authority ?? '')?.[1] ?? 80),
    protocol: /^HTTP\/[23]/.test(told.protocol ?? '') ? 'http2' : 'http1',
    sni: null,
    tls: null,
    logged: { status: status === undefined ? null : Number(status), flag: flag ?? null },
    expect: null,
  };
}

function readText(line: string): Told | null {
  const match = request.exec(line);
  if (!match) return null;
  const [whole, method, path, protocol, status, flag] = match;
  const rest = tail.exec(line.slice(match.index + whole.length));
  const [, forwarded, agent, id, authority] = flag === undefined ? [] : (rest ?? []);
  const headers = { 'x-forwarded-for': forwarded, 'user-agent': agent, 'x-request-id': id };
  return { method, path, protocol, status, flag, authority, headers };
}

/** The names people give these fields in a JSON format; the first ones are those of Envoy's own examples. */
const names = {
  method: ['method', ':method', 'req_method', 'request_method'],
  path: ['path', ':path', 'x-envoy-origin-path', 'original_path', 'req_path', 'request_path', 'uri'],
  protocol: ['protocol'],
  status: ['response_code', 'status', 'status_code', 'code'],
  flag: ['response_flags', 'flags', 'response_flag'],
  authority: ['authority', ':authority', 'host', 'req_authority'],
  'x-forwarded-for': ['x_forwarded_for', 'x-forwarded-for', 'forwarded_for'],
  'user-agent': ['user_agent', 'user-agent'],
  'x-request-id': ['request_id', 'x-request-id', 'x_request_id'],
} as const;

function readJson(line: string): Told | null {
  const begins = line.indexOf('{');
  if (begins < 0) return null;
  let value: unknown;
  try {
    value = JSON.parse(line.slice(begins));
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  const held = value;
  const field = (which: keyof typeof names): string | undefined => textIn(held, names[which]);
  const told = { method: field('method'), path: field('path'), status: field('status'), flag: field('flag') };
  if (told.method === undefined && told.path === undefined) return null;
  const status = told.status !== undefined && /^\d{1,3}$/.test(told.status) ? told.status : undefined;
  const headers = {
    'x-forwarded-for': field('x-forwarded-for'),
    'user-agent': field('user-agent'),
    'x-request-id': field('x-request-id'),
  };
  return { ...told, status, protocol: field('protocol'), authority: field('authority'), headers };
}

function textIn(value: JsonObject, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const held = value[key];
    if (typeof held === 'string' && held !== '') return held;
    if (typeof held === 'number') return String(held);
  }
  return undefined;
}
