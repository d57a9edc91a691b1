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
  const no = (why: string): UnreadableRequest => unreadable('URL', url, `: ${why}`);
  const scheme = anyScheme.exec(url)?.[1] ?? null;
  if (scheme !== null && !/^https?$/i.test(scheme)) throw no('write http://host[:port]/path');
  const begin = scheme === null ? 0 : scheme.length + 3;
  const fragment = url.indexOf('#', begin);
  const end = fragment < 0 ? url.length : fragment;
  let middle = begin;
  while (middle < end && url[middle] !== '/' && url[middle] !== '?') middle += 1;
  const before = url.slice(0, middle);
  let known = authorities.get(before);
  if (!known) {
    known = readAuthority(scheme?.toLowerCase() === 'https', url.slice(begin, middle), no);
    if (authorities.size < mostAuthorities) authorities.set(before, known);
  }
  return { ...known, rest: url.slice(middle, end) };
}

const anyScheme = /^([a-z][a-z0-9+.-]*):\/\//i;

/** A file of requests names few hosts, over and over. */
const authorities = new Map<string, Omit<ReadUrl, 'rest'>>();
const mostAuthorities = 1_000;

function readAuthority(
  secure: boolean,
  authority: string,
  no: (why: string) => UnreadableRequest,
): Omit<ReadUrl, 'rest'> {
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
    const no = (why: string): UnreadableRequest => unreadable('header', line, `: ${why}`);
    if (line.startsWith(':')) throw no('method, host and path stand in the URL (or -H "host: …")');
    const at = line.indexOf(':');
    if (at < 0) throw no("write 'name: value'");
    const name = line.slice(0, at).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    if (!token.test(name)) throw no(`"${name}" is no header name`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these end a header line
    if (/[\x00\r\n]/.test(value)) throw no('a header is one line');
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return headers;
}
