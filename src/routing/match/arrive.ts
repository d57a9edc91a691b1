import type { Listener, Manager, Table } from '../table/table.ts';
import type { FilterChain } from '../table/table.ts';
import { isGrpc } from './clauses.ts';
import type { Facts } from './facts.ts';
import { stripPort, stripTrailingDot } from './host.ts';
import { canonicalPath, mergeSlashes, splitTarget, unescapeSlashes } from './path.ts';
import type { RoutingRequest } from './request.ts';

/** A request that Envoy answers before any route is looked at. */
export interface Answered {
  readonly status: number;
  readonly location: string | null;
  readonly why: string;
  /** The codec answers before gRPC is looked at. */
  readonly byCodec: boolean;
}

/** The filter chain that takes a connection; `unknown` where the request does not tell enough. */
export function chooseChain(
  listener: Listener,
  request: RoutingRequest,
): FilterChain | 'none' | { readonly unknown: string } {
  const { chains } = listener;
  const plain =
    chains.length === 1 && !chains[0]?.serverNames.length && !chains[0]?.transport && !chains[0]?.otherCriteria.length;
  if (plain && chains[0]) return chains[0];
  const odd = chains.find((chain) => chain.otherCriteria.length > 0);
  if (odd) return { unknown: `filter chain criteria ${odd.otherCriteria.join(', ')}` };
  const needsName = chains.some((chain) => chain.serverNames.length > 0);
  if (request.tls === null && chains.some((chain) => chain.transport !== ''))
    return { unknown: 'whether the client speaks TLS' };
  if (needsName && request.sni === null) return { unknown: 'the TLS server name (--sni)' };
  const sni =
    !listener.inspectsTls || request.sni === 'absent' || request.sni === null ? '' : request.sni.toLowerCase();
  const byName = nearestNames(chains, sni);
  const transport = listener.inspectsTls && request.tls === true ? 'tls' : 'raw_buffer';
  const exact = byName.find((chain) => chain.transport === transport);
  return exact ?? byName.find((chain) => chain.transport === '') ?? listener.defaultChain ?? 'none';
}

/** The chains whose server names fit best: the exact name, then ever shorter `*.` names, then those that name none. */
function nearestNames(chains: readonly FilterChain[], sni: string): readonly FilterChain[] {
  const candidates = sni === '' ? [] : [sni];
  for (let dot = sni.indexOf('.'); dot >= 0; dot = sni.indexOf('.', dot + 1)) candidates.push(`*${sni.slice(dot)}`);
  for (const name of candidates) {
    const found = chains.filter((chain) => chain.serverNames.includes(name));
    if (found.length > 0) return found;
  }
  return chains.filter((chain) => chain.serverNames.length === 0 || chain.serverNames.includes('*'));
}

/** What the connection manager makes of a request; or its own answer. */
export function arrive(
  table: Table,
  listener: Listener,
  manager: Manager,
  chain: FilterChain,
  sent: RoutingRequest,
): Facts | Answered {
  const request = originForm(sent);
  const { authority, method, target } = request;
  const refused = refuseRequest(request);
  if (refused) return refused;
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
  const tls = chain.tls ? true : request.tls === null ? null : false;
  const headers = new Map(request.headers);
  const scheme = tls === null ? null : tls ? 'https' : 'http';
  const forwarded = headers.get('x-forwarded-proto');
  const hasForwarded = forwarded !== undefined && forwarded !== null && forwarded.length > 0;
  if (manager.overwritesForwardedProto || !hasForwarded) {
    const unsure = !manager.overwritesForwardedProto && request.otherHeaders === 'unknown' && forwarded === undefined;
    headers.set('x-forwarded-proto', scheme === null || unsure ? null : [scheme]);
  }
  if ((headers.get('x-request-id') ?? []).length === 0) headers.set('x-request-id', null);
  for (const name of headers.keys()) if (name.startsWith('x-envoy-')) headers.set(name, null);
  const proto = headers.get('x-forwarded-proto')?.[0]?.toLowerCase();
  return {
    semantics: table.semantics,
    method,
    authority: authority === null ? null : hostSeen(authority, listener, manager),
    scheme: proto === 'http' || proto === 'https' ? proto : scheme,
    path: method === 'CONNECT' ? null : path,
    query: target === null ? null : query,
    tls,
    headers,
    otherHeaders: request.otherHeaders,
  };
}

/** An absolute URI in the request line overrides Host. */
function originForm(request: RoutingRequest): RoutingRequest {
  const [, authority, rest] = /^https?:\/\/([^/?#]+)(.*)$/is.exec(request.target ?? '') ?? [];
  if (authority === undefined || rest === undefined) return request;
  return { ...request, authority, target: rest.startsWith('/') ? rest : `/${rest}` };
}

/** The host as routes see it, by the connection manager's strip rules. */
export function hostSeen(authority: string, listener: Listener, manager: Manager): string {
  const host = manager.stripTrailingDot ? stripTrailingDot(authority) : authority;
  if (manager.stripPort === 'none') return host;
  return stripPort(host, manager.stripPort === 'any' ? null : listener.port);
}

/** PRI opens an HTTP/2 connection and is no request. */
const methods = /^(?!PRI$)[A-Z][A-Z-]*$/;

/** What the codec or the connection manager refuses, in their order. */
function refuseRequest({ authority, method, target, protocol }: RoutingRequest): Answered | null {
  const no = (status: number, why: string): Answered => ({ status, location: null, why, byCodec: false });
  const codec = (why: string): Answered => ({ ...no(400, why), byCodec: true });
  if (method !== null && protocol !== 'http2' && protocol !== 'grpc' && !methods.test(method)) {
    return codec(`"${method}" is no HTTP method: methods are upper case`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the codec refuses
  if (target !== null && /[\x00-\x20\x7f-\xff]/.test(target))
    return codec('the path holds a blank or a byte that is not ASCII: it must be percent-encoded');
  if (authority === '') return no(400, 'the request has no Host');
  if (method === 'CONNECT') {
    return authority !== null && !/^(\[[^\]]*\]|[^:]*):\d+$/.test(authority)
      ? no(400, 'CONNECT needs host:port')
      : null;
  }
  if (target === null) return null;
  if (target.includes('#')) return no(400, 'the path holds a fragment (#), which a client must not send');
  if (!target.startsWith('/')) {
    return target === '*' ? no(404, 'the path does not begin with /') : codec('the path does not begin with /');
  }
  return null;
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
        byCodec: false,
      };
    }
    redirects = made !== path && manager.escapedSlashes === 'redirect';
  }
  if (manager.normalizePath) {
    const canonical = canonicalPath(made);
    if (canonical === null) return { status: 400, location: null, why: 'the path holds %00', byCodec: false };
    made = canonical;
  }
  if (manager.mergeSlashes) made = mergeSlashes(made);
  if (!redirects) return made;
  return {
    status: 307,
    location: made + query,
    why: 'the path holds an escaped slash: the gateway redirects to the path without it',
    byCodec: false,
  };
}
