import { domainToASCII } from 'node:url';
import type { ExplainRequest } from '../../routing/explained.ts';
import { type UnreadableRequest, unreadable } from './unreadable.ts';

/** What a person gave of a request. */
export interface RequestParts {
  readonly method?: string | null;
  readonly url: string;
  /** `name: value` lines. */
  readonly headers?: readonly string[];
  readonly port?: number | null;
  readonly sni?: string | null;
  readonly protocol?: 'http1' | 'http2' | 'grpc' | null;
  readonly id?: string | null;
  readonly expect?: Readonly<Record<string, unknown>> | null;
}

/** RFC 9110 5.6.2: what methods and header names are made of. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Makes a request of a URL and what stands beside it; the path is kept as it was typed, without the fragment. */
export function buildRequest(parts: RequestParts): ExplainRequest {
  const { secure, host, port, rest } = readUrl(parts.url);
  const standard = secure ? 443 : 80;
  const method = parts.method ?? (parts.protocol === 'grpc' ? 'POST' : 'GET');
  if (!token.test(method)) {
    const hint = /:\/\//.test(method) ? ': the method comes before the URL' : '';
    throw unreadable('method', method, hint);
  }
  const headers = readHeaders(parts.headers ?? []);
  if (parts.protocol === 'grpc' && !headers.has('content-type')) headers.set('content-type', ['application/grpc']);
  return {
    id: parts.id ?? null,
    method,
    url: parts.url,
    authority: port === null || port === standard ? host : `${host}:${port}`,
    target: method === 'CONNECT' ? '' : rest.startsWith('/') ? rest : `/${rest}`,
    headers: Object.fromEntries(headers),
    otherHeaders: 'absent',
    port: parts.port ?? null,
    urlPort: port ?? standard,
    protocol: parts.protocol ?? 'http1',
    sni: parts.sni ?? (secure && !host.startsWith('[') ? host : null),
    tls: secure || (parts.sni ?? null) !== null,
    logged: null,
    expect: parts.expect ?? null,
  };
}

interface ReadUrl {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number | null;
  /** Path and query. */
  readonly rest: string;
}

function readUrl(url: string): ReadUrl {
  const named = anyScheme.test(url);
  const from = named ? url.indexOf('://') + 3 : 0;
  const fragment = url.indexOf('#', from);
  const end = fragment < 0 ? url.length : fragment;
  const slash = url.indexOf('/', from);
  const query = url.indexOf('?', from);
  const middle = Math.min(slash < 0 ? end : slash, query < 0 ? end : query, end);
  const before = url.slice(0, middle);
  let known = authorities.get(before);
  if (!known) {
    known = readAuthority(url, named ? url.slice(0, from - 3) : null, url.slice(from, middle));
    if (authorities.size < mostAuthorities) authorities.set(before, known);
  }
  const { secure, host, port } = known;
  return { secure, host, port, rest: url.slice(middle, end) };
}

const anyScheme = /^[a-z][a-z0-9+.-]*:\/\//i;

/** A file of requests names few hosts, over and over. */
const authorities = new Map<string, Omit<ReadUrl, 'rest'>>();
const mostAuthorities = 1_000;

function readAuthority(url: string, scheme: string | null, authority: string): Omit<ReadUrl, 'rest'> {
  const no = (why: string): UnreadableRequest => unreadable('URL', url, `: ${why}`);
  if (scheme !== null && !/^https?$/i.test(scheme)) throw no('write http://host[:port]/path');
  const secure = scheme?.toLowerCase() === 'https';
  const named = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority.replace(/^[^@]*@/, ''));
  if (!named) throw no('its host holds a colon; an IPv6 address stands in brackets');
  const [, typed = '', digits] = named;
  if (typed === '') throw no('it names no host');
  const host = /^[\x21-\x7e]*$/.test(typed) ? typed : domainToASCII(typed);
  if (!/^(\[[0-9a-f:.]+\]|[^\s"<>\\^`{|}[\]]+)$/i.test(host)) throw no(`"${typed}" is no host name`);
  if (digits === undefined || digits === '') return { secure, host, port: null };
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  if (port < 1 || port > 65535) throw no(`"${digits}" is no port`);
  return { secure, host, port };
}

function readHeaders(lines: readonly string[]): Map<string, readonly string[]> {
  const headers = new Map<string, readonly string[]>();
  for (const line of lines) {
    const at = line.indexOf(':');
    const typed = line.slice(0, at);
    let name = at < 0 ? undefined : headerNames.get(typed);
    if (name === undefined) {
      name = readHeaderName(line, at);
      if (headerNames.size < mostHeaderNames) headerNames.set(typed, name);
    }
    const value = line.slice(at + 1).trim();
    if (endsLine.test(value)) throw noHeader(line, 'a header is one line');
    const before = headers.get(name);
    headers.set(name, before ? [...before, value] : [value]);
  }
  return headers;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these end a header line
const endsLine = /[\x00\r\n]/;

/** A file of requests names few headers, over and over; in lower case by how they are typed. */
const headerNames = new Map<string, string>();
const mostHeaderNames = 1_000;

function readHeaderName(line: string, colon: number): string {
  if (colon === 0) throw noHeader(line, 'method, host and path stand in the URL (or -H "host: …")');
  if (colon < 0) throw noHeader(line, "write 'name: value'");
  const name = line.slice(0, colon).trim().toLowerCase();
  if (!token.test(name)) throw noHeader(line, `"${name}" is no header name`);
  return name;
}

function noHeader(line: string, why: string): UnreadableRequest {
  return unreadable('header', line, `: ${why}`);
}
