import type { FilterChain, Listener, Manager, Table } from '../table/table.ts';
import { isGrpc } from './clauses.ts';
import { type Answered, originForm, refusedByCodec, refusedByManager } from './codec.ts';
import type { Facts } from './facts.ts';
import { stripPort, stripTrailingDot } from './host.ts';
import { canonicalPath, mergeSlashes, splitTarget, unescapeSlashes } from './path.ts';
import type { RoutingRequest } from './request.ts';

/** What the connection manager makes of a request; or its own answer. */
export function arrive(
  table: Table,
  listener: Listener,
  manager: Manager,
  chain: FilterChain,
  sent: RoutingRequest,
): Facts | Answered {
  const malformed = refusedByCodec(sent, manager);
  if (malformed) return malformed;
  const { request, scheme: asked } = originForm(sent);
  if (asked === 'https' && !chain.tls && manager.overwritesForwardedProto) {
    // Seen on 1.36.2 and 1.40.0: only an edge (use_remote_address) holds the scheme against the connection.
    const why = 'the request line says https on a plain connection';
    return { status: 403, location: null, why, asGrpc: false };
  }
  const refused = refusedByManager(request);
  if (refused) return refused;
  const { authority, method, target } = request;
  const [rawPath, query] = splitTarget(target ?? '');
  let path: string | null = target === null ? null : rawPath;
  if (method !== 'CONNECT' && path !== null) {
    const made = normalize(path, query, manager);
    // gRPC clients follow no redirect: Envoy refuses instead.
    if (typeof made !== 'string' && made.location !== null && isGrpc(request.headers.get('content-type')?.[0] ?? '')) {
      return { ...made, status: 400, location: null };
    }
    if (typeof made !== 'string') return made;
    path = made;
  }
  return {
    semantics: table.semantics,
    method,
    authority: authority === null ? null : hostSeen(authority, listener, manager),
    path: method === 'CONNECT' ? null : path,
    query: target === null ? null : query,
    certificate: chain.tls && chain.asksCertificate ? null : false,
    otherHeaders: request.otherHeaders,
    ...schemeAndHeaders(request, manager, chain.tls, asked),
  };
}

/** The scheme and the headers that the connection manager sets itself. */
function schemeAndHeaders(
  request: RoutingRequest,
  manager: Manager,
  tls: boolean,
  asked: string | null,
): Pick<Facts, 'scheme' | 'headers'> {
  const headers = new Map(request.headers);
  const own = tls ? 'https' : 'http';
  const forwarded = headers.get('x-forwarded-proto');
  const hasForwarded = forwarded !== undefined && forwarded !== null && forwarded.length > 0;
  if (manager.overwritesForwardedProto || !hasForwarded) {
    const unsure =
      !manager.overwritesForwardedProto &&
      (forwarded === null || (forwarded === undefined && request.otherHeaders === 'unknown'));
    headers.set('x-forwarded-proto', unsure ? null : [own]);
  }
  if ((headers.get('x-request-id') ?? []).length === 0) headers.set('x-request-id', null);
  for (const name of headers.keys()) if (name.startsWith('x-envoy-')) headers.set(name, null);
  if (request.protocol === 'http2' || request.protocol === 'grpc') {
    // The codec puts the crumbs of a cookie together (RFC 9113, 8.2.3); the scheme is the client's own.
    const crumbs = headers.get('cookie');
    if (crumbs && crumbs.length > 1) headers.set('cookie', [crumbs.join('; ')]);
    return { scheme: request.tls === null ? own : request.tls ? 'https' : 'http', headers };
  }
  const proto = headers.get('x-forwarded-proto');
  const first = proto?.[0]?.toLowerCase();
  const told = first === 'http' || first === 'https' ? first : proto === null ? null : own;
  return { scheme: asked ?? told, headers };
}

/** The host as routes see it, by the connection manager's strip rules. */
export function hostSeen(authority: string, listener: Listener, manager: Manager): string {
  const host = manager.stripTrailingDot ? stripTrailingDot(authority) : authority;
  if (manager.stripPort === 'none') return host;
  return stripPort(host, manager.stripPort === 'any' ? null : listener.port);
}

function normalize(path: string, query: string, manager: Manager): string | Answered {
  let made = path;
  let redirects = false;
  if (manager.escapedSlashes !== 'keep') {
    made = unescapeSlashes(path);
    if (made !== path && manager.escapedSlashes === 'reject') {
      return {
        status: 400,
        location: null,
        why: 'the path holds an escaped slash (%2F or %5C), which the gateway refuses',
        asGrpc: true,
      };
    }
    redirects = made !== path && manager.escapedSlashes === 'redirect';
  }
  if (manager.normalizePath) {
    const canonical = canonicalPath(made);
    if (canonical === null) return { status: 400, location: null, why: 'the path holds %00', asGrpc: true };
    made = canonical;
  }
  if (manager.mergeSlashes) made = mergeSlashes(made);
  if (!redirects) return made;
  return {
    status: 307,
    location: made + query,
    why: 'the path holds an escaped slash: the gateway redirects to the path without it',
    asGrpc: true,
  };
}
