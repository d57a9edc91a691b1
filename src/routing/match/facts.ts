import type { Semantics } from '../table/table.ts';

/** True, false, or null: the request does not tell. */
export type Truth = boolean | null;

/** A request as a route's clauses see it: after the connection manager's work. */
export interface Facts {
  readonly semantics: Semantics;
  readonly method: string | null;
  readonly authority: string | null;
  readonly scheme: string | null;
  /** Without query; null: unknown, or none (CONNECT). */
  readonly path: string | null;
  /** With its `?`, or empty; null: unknown. */
  readonly query: string | null;
  /** False: the client surely presents no certificate; null: it may. */
  readonly certificate: false | null;
  readonly headers: ReadonlyMap<string, readonly string[] | null>;
  readonly otherHeaders: 'absent' | 'unknown';
}

/** The values of a header that its matchers see: each alone, or joined; an empty list: absent; null: unknown. */
export function headerValues(facts: Facts, name: string): readonly string[] | null {
  const lines = headerLines(facts, name);
  if (lines === null || lines.length < 2) return lines;
  return joinedAnyway.has(name) || facts.semantics.joinsHeaderLines ? [joinLines(name, lines)] : lines;
}

/** A header's lines as one value, as matcher trees see them in every version; undefined: absent; null: unknown. */
export function headerText(facts: Facts, name: string): string | undefined | null {
  const lines = headerLines(facts, name);
  if (lines === null) return null;
  return lines.length === 0 ? undefined : joinLines(name, lines);
}

function headerLines(facts: Facts, name: string): readonly string[] | null {
  const pseudo = pseudoHeader(facts, name);
  if (pseudo !== undefined) return pseudo;
  const lines = facts.headers.get(name);
  return lines === undefined ? (facts.otherHeaders === 'unknown' ? null : []) : lines;
}

function joinLines(name: string, lines: readonly string[]): string {
  // The codec appends line to line, and an empty one adds nothing (HeaderMapImpl::appendToHeader).
  return (joinedAnyway.has(name) ? lines.filter((line) => line !== '') : lines).join(',');
}

/** The first line of a header, as actions read it: '' absent, null unknown. Seen on 1.36.2 and 1.40.0 with host_rewrite_header. */
export function firstLine(facts: Facts, name: string): string | null {
  const lines = joinedAnyway.has(name) || name.startsWith(':') ? headerValues(facts, name) : facts.headers.get(name);
  if (lines === null) return null;
  if (lines === undefined) return facts.otherHeaders === 'unknown' ? null : '';
  return lines[0] ?? '';
}

function pseudoHeader(facts: Facts, name: string): readonly string[] | null | undefined {
  if (!name.startsWith(':')) return undefined;
  if (name === ':method') return facts.method === null ? null : [facts.method];
  if (name === ':authority') return facts.authority === null ? null : [facts.authority];
  if (name === ':scheme') return facts.scheme === null ? null : [facts.scheme];
  if (name === ':path') {
    if (facts.method === 'CONNECT') return [];
    return facts.path === null || facts.query === null ? null : [facts.path + facts.query];
  }
  return [];
}

/** True for a header whose lines Envoy joins by a comma in every version. */
export function isJoinedAnyway(name: string): boolean {
  return joinedAnyway.has(name);
}

/** Headers that Envoy keeps as one value: their lines are joined by a comma in every version (envoy/http/header_map.h). */
const joinedAnyway = new Set(
  `accept accept-encoding access-control-request-headers access-control-request-method authorization cache-control connection
   content-encoding content-length content-type date etag expect grpc-timeout if-match if-none-match if-modified-since
   if-unmodified-since if-range keep-alive origin pragma proxy-connection referer te transfer-encoding upgrade user-agent via
   x-client-trace-id x-envoy-original-path x-forwarded-client-cert x-forwarded-for x-forwarded-host x-forwarded-port
   x-forwarded-proto x-request-id`.split(/\s+/),
);

/** The protocol a request wants to change to, in lower case; '' for none. The codec drops an upgrade to HTTP/2 (h2c). */
function upgradeOf(facts: Facts): string {
  const wanted = (firstLine(facts, 'upgrade') ?? '').toLowerCase();
  if (wanted !== '' && wanted !== 'h2c' && asksUpgrade(facts)) return wanted;
  return facts.method === 'CONNECT' ? 'connect' : '';
}

function asksUpgrade(facts: Facts): boolean {
  const asked = (firstLine(facts, 'connection') ?? '').toLowerCase().split(',');
  return asked.some((token) => token.trim() === 'upgrade');
}

/** Why the connection manager refuses a request's upgrade (403), whatever its route would do; null: it does not. */
export function refusedUpgrade(
  facts: Facts,
  ofManager: ReadonlySet<string>,
  ofRoute?: ReadonlyMap<string, boolean>,
): string | null {
  const upgrade = upgradeOf(facts);
  if (upgrade === '' || (ofRoute?.get(upgrade) ?? ofManager.has(upgrade))) return null;
  return `neither route nor listener allows the upgrade ${upgrade}`;
}

/** The first value of a query parameter, raw; undefined: absent. */
export function queryValue(query: string, name: string): string | undefined {
  if (query === '') return undefined;
  for (const pair of query.slice(1).split('&')) {
    const at = pair.indexOf('=');
    if ((at < 0 ? pair : pair.slice(0, at)) === name) return at < 0 ? '' : pair.slice(at + 1);
  }
  return undefined;
}

/** The first value of a cookie; undefined: absent. */
export function cookieValue(lines: readonly string[], name: string): string | undefined {
  for (const line of lines) {
    for (const part of line.split(';')) {
      const at = part.indexOf('=');
      // Only blanks before the name are skipped (Http::Utility::parseCookies).
      if (at < 0 || part.slice(0, at).replace(/^ +/, '') !== name) continue;
      const value = part.slice(at + 1);
      return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
    }
  }
  return undefined;
}
